package io.finwait.benchmarks.segment;

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
 * Sending 1,448 octets: from the user's buffer into the send queue, from there into a packet with
 * its headers, and the tenth part of the ACK that lets them go.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class Emit {

    /** What the initial congestion window lets out at once. */
    private static final int SEGMENTS = 10;

    private static final int OCTETS = SEGMENTS * FarEnds.FULL;

    /** Who computes the checksum and cuts segments. */
    public enum Offload {
        /** The endpoint. */
        NONE,
        /** The transport computes the checksum. */
        CHECKSUM,
        /** The transport computes the checksum and cuts: all segments are one packet. */
        SEGMENTATION
    }

    /** What is done by the transport. */
    @Param public Offload offload;

    /** Connections that send in turn. */
    @Param({"1", "1000"})
    public int connections;

    private OpenConnections open;
    private int cursor;
    private final ByteBuffer text = ByteBuffer.allocateDirect(OCTETS);
    private final ByteBuffer block = ByteBuffer.allocate(OCTETS);
    private final ByteBuffer packet = ByteBuffer.allocateDirect(OCTETS);

    /** Opens the connections. */
    @Setup(Level.Trial)
    public void openAll() {
        boolean segmentation = offload == Offload.SEGMENTATION;
        PacketFeed feed = new PacketFeed(offload != Offload.NONE, segmentation);
        open = new OpenConnections(feed, connections);
        open.openAll();
    }

    /** All must still be open. */
    @TearDown(Level.Trial)
    public void check() {
        open.check(connections);
    }

    /** Ten full segments, and the ACK of them. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public int text() throws IOException {
        int end = cursor;
        cursor = end + 1 == connections ? 0 : end + 1;
        open.connections[end].send(text.clear());
        int sent = open.work();
        open.ends.acknowledge(end, OCTETS, open.now);
        return sent + open.work();
    }

    /** Both copies alone. */
    @Benchmark
    @OperationsPerInvocation(SEGMENTS)
    public void copies() {
        block.put(0, text, 0, OCTETS);
        for (int i = 0; i < SEGMENTS; i++) {
            packet.put(i * FarEnds.FULL, block, i * FarEnds.FULL, FarEnds.FULL);
        }
    }
}
