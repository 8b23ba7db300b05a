package io.finwait.benchmarks.segment;

import io.finwait.wire.Checksum;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** The internet checksum and the copy of a segment's text, each alone and both. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChecksumAndCopy {

    /** A header, a pure ACK's packet, a full segment, a super-packet. */
    @Param({"20", "52", "1460", "65160"})
    public int octets;

    private final ByteBuffer packet = ByteBuffer.allocateDirect(65_536);
    private final ByteBuffer block = ByteBuffer.allocate(65_536);

    /** The sum alone. */
    @Benchmark
    public int checksum() {
        return Checksum.finish(Checksum.add(packet, 0, octets, 0));
    }

    /** The copy alone. */
    @Benchmark
    public ByteBuffer copy() {
        return block.put(0, packet, 0, octets);
    }

    /** First the one, then the other, as for a segment that arrives. */
    @Benchmark
    public int checksumThenCopy() {
        int checksum = Checksum.finish(Checksum.add(packet, 0, octets, 0));
        block.put(0, packet, 0, octets);
        return checksum;
    }
}
