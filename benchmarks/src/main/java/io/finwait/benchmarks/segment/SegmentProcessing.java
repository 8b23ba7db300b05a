package io.finwait.benchmarks.segment;

import io.finwait.spi.Packet;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.wire.TcpHeader;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What one segment costs an endpoint, from the IP header to the user and with the ACKs that it asks
 * for, in duty cycles of 64 packets. {@link #harness}, {@link #harnessOfAcks} and {@link
 * #harnessAndCopy} are the share of the benchmark itself, to be taken off.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class SegmentProcessing {

    private static final int BATCH = PacketFeed.BATCH;
    private static final int FULL = FarEnds.FULL;

    /**
     * Octets of text that are outstanding when {@link #pureAck} begins, and how many each ACK
     * takes.
     */
    private static final int OUTSTANDING = 10 * FULL;

    private static final int ACKNOWLEDGED = 16;

    /** Segments go to them in turn. */
    @Param({"1", "1000"})
    public int connections;

    /** Whether somebody else has verified the TCP checksum, and computes ours. */
    @Param({"true", "false"})
    public boolean checksumOffload;

    private OpenConnections open;
    private FarEnds ends;
    private int cursor;
    private int[] outstanding;
    private final ByteBuffer text = ByteBuffer.allocateDirect(OUTSTANDING);
    private final ByteBuffer target = ByteBuffer.allocateDirect(BATCH * FULL);

    /** Opens the connections. */
    @Setup(Level.Trial)
    public void openAll() {
        open = new OpenConnections(new PacketFeed(checksumOffload, false), connections);
        open.openAll();
        ends = open.ends;
        outstanding = new int[connections];
    }

    /** All must still be open, nothing refused and nothing sent again. */
    @TearDown(Level.Trial)
    public void check() {
        open.check(connections);
        Counters counters = open.endpoint.counters();
        if (counters.get(Counter.RETRANSMISSIONS) + counters.get(Counter.BAD_CHECKSUMS) > 0) {
            throw new IllegalStateException("segments were lost: " + counters);
        }
    }

    private int next() {
        int end = cursor;
        cursor = end + 1 == connections ? 0 : end + 1;
        return end;
    }

    private void textInOrder() {
        for (int i = 0; i < BATCH; i++) {
            ends.text(next(), FULL, open.now);
        }
    }

    /** 1,448 octets in order, which the user reads at once. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int inOrder() {
        textInOrder();
        return open.work();
    }

    /** An ACK of 16 octets; one segment in ninety is sent besides. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int pureAck() throws IOException {
        for (int i = 0; i < BATCH; i++) {
            int end = next();
            if (outstanding[end] == 0) {
                outstanding[end] = OUTSTANDING;
                open.connections[end].send(text.clear());
                open.work();
            }
            ends.acknowledge(end, ACKNOWLEDGED, open.now);
            outstanding[end] -= ACKNOWLEDGED;
        }
        return open.work();
    }

    /** Two full segments of which the second comes first. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int outOfOrder() {
        for (int i = 0; i < BATCH; i += 2) {
            int end = next();
            int seq = ends.seq(end);
            ends.segment(end, TcpHeader.ACK, seq + FULL, ends.ack(end), FULL, open.now);
            ends.text(end, FULL, open.now);
            ends.sent(end, FULL);
        }
        return open.work();
    }

    /** Text far outside the window, which is answered by an ACK. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int outOfWindow() {
        for (int i = 0; i < BATCH; i++) {
            int end = next();
            int seq = ends.seq(end) + (1 << 30);
            ends.segment(end, TcpHeader.ACK, seq, ends.ack(end), FULL, open.now);
        }
        return open.work();
    }

    /** Writing packets: no endpoint sees them. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void harness() {
        textInOrder();
        open.feed.forget();
    }

    /** Writing ACKs: no endpoint sees them. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void harnessOfAcks() {
        for (int i = 0; i < BATCH; i++) {
            int end = next();
            ends.acknowledge(end, ACKNOWLEDGED, open.now);
            outstanding[end] -= ACKNOWLEDGED;
        }
        open.feed.forget();
    }

    /** Writing packets, and the copy of their text to the user, who reads it where it lies. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void harnessAndCopy() {
        textInOrder();
        open.feed.forget();
        for (int i = 0; i < BATCH; i++) {
            Packet packet = open.feed.next();
            int at = packet.offset() + packet.length() - FULL;
            target.put(connections == 1 ? i * FULL : 0, packet.buffer(), at, FULL);
        }
        open.feed.forget();
    }
}
