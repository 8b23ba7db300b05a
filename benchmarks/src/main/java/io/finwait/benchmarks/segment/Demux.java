package io.finwait.benchmarks.segment;

import io.finwait.tcp.Counters.Counter;

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

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Finding the connection of a segment among many. The segments have no flag at all, so that nothing
 * happens but reading the headers, finding and dropping: what a million connections cost more than
 * one is the search. {@link CacheMiss} is what an access to memory costs beside it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms8g", "-Xmx8g"})
public class Demux {

    private static final int BATCH = PacketFeed.BATCH;

    /** How many connections are open; segments go to them at random. */
    @Param({"1", "1000", "1000000"})
    public int connections;

    private OpenConnections open;
    private SplittableRandom random;

    /** Opens the connections. */
    @Setup(Level.Trial)
    public void openAll() {
        random = new SplittableRandom(1);
        open = new OpenConnections(new PacketFeed(true, false), connections);
        open.openAll();
    }

    /** Every segment must have been found and dropped. */
    @TearDown(Level.Trial)
    public void check() {
        open.check(connections);
        if (open.endpoint.counters().get(Counter.RESETS_OUT) > 0) {
            throw new IllegalStateException("a connection was not found");
        }
    }

    private void write() {
        for (int i = 0; i < BATCH; i++) {
            open.ends.segment(random.nextInt(connections), 0, 0, 0, 0, open.now);
        }
    }

    /** A segment for one of the connections, found and dropped. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int find() {
        write();
        return open.work();
    }

    /** Writing the segments: no endpoint sees them. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void harness() {
        write();
        open.feed.forget();
    }
}
