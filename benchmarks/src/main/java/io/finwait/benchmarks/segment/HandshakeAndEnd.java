package io.finwait.benchmarks.segment;

import io.finwait.wire.TcpHeader;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * Segments that a connection sees once: SYN, FIN and RST, 64 connections at a time. What each needs
 * before it is done between the measurements.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class HandshakeAndEnd {

    private static final int BATCH = PacketFeed.BATCH;

    /** An endpoint without connections. */
    @State(Scope.Thread)
    public static class Closed {

        OpenConnections all;

        /** Makes the endpoint. */
        @Setup(Level.Trial)
        public void make() {
            all = new OpenConnections(new PacketFeed(true, false), BATCH);
        }

        /** Writes the SYNs. */
        @Setup(Level.Invocation)
        public void write() {
            for (int i = 0; i < BATCH; i++) {
                all.ends.syn(i, all.now);
            }
        }

        /** Forgets the handshakes. */
        @TearDown(Level.Invocation)
        public void forget() {
            all.check(BATCH);
            reset(all);
        }
    }

    /** An endpoint whose connections are all open. */
    @State(Scope.Thread)
    public static class Open {

        OpenConnections all;

        /** Makes the endpoint. */
        @Setup(Level.Trial)
        public void make() {
            all = new OpenConnections(new PacketFeed(true, false), BATCH);
        }

        /** Opens the connections. */
        @Setup(Level.Invocation)
        public void open() {
            all.openAll();
        }

        void write(int flags) {
            for (int i = 0; i < BATCH; i++) {
                all.ends.segment(i, flags, all.ends.seq(i), all.ends.ack(i), 0, all.now);
            }
        }

        /** Resets what is left. */
        @TearDown(Level.Invocation)
        public void end() {
            if (all.endpoint.connectionCount() > 0) {
                for (int i = 0; i < BATCH; i++) {
                    all.ends.sent(i, 1);
                }
                reset(all);
            }
            for (int i = 0; i < BATCH; i++) {
                all.connections[i].release();
            }
        }
    }

    private static void reset(OpenConnections all) {
        for (int i = 0; i < BATCH; i++) {
            all.ends.segment(i, TcpHeader.RST, all.ends.seq(i), 0, 0, all.now);
        }
        all.work();
        all.check(0);
    }

    /** A SYN, answered by SYN-ACK. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int syn(Closed closed) {
        return closed.all.work();
    }

    /** A FIN on an open connection: acknowledged, and told to the user. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int fin(Open open) {
        open.write(TcpHeader.FIN | TcpHeader.ACK);
        return open.all.work();
    }

    /** A RST on an open connection, which ends and is told to the user. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int rst(Open open) {
        open.write(TcpHeader.RST);
        return open.all.work();
    }
}
