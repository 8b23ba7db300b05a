package io.finwait.benchmarks.timewait;

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
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * The yardstick of {@link TimeWait}: what the machine takes for one line of memory of a table of so
 * many entries, when the lines are asked for at once, and when each must wait for the one before.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class CacheLines {

    private static final int BATCH = 32;
    private static final int LONGS_AN_ENTRY = 6;

    /** How many entries of 48 octets the memory would hold. */
    @Param({"1000000", "10000000"})
    public int live;

    private long[] memory;
    private long drawn = 1;

    /** Touches all of it, so that no page is missing later. */
    @Setup(Level.Trial)
    public void fill() {
        memory = new long[live * LONGS_AN_ENTRY];
        for (int i = 0; i < memory.length; i++) {
            memory[i] = i & 1;
        }
    }

    private int place(long offset) {
        drawn = drawn * 0x5851_F42D_4C95_7F2DL + 0x1405_7B7E_F767_814FL + offset;
        return (int) (((drawn >>> 33) * memory.length) >>> 31);
    }

    /** A line among 32 that do not wait for each other. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long independent() {
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += memory[place(0)];
        }
        return sum;
    }

    /** A line whose place depends on what stood in the one before. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long dependent() {
        long last = 0;
        for (int i = 0; i < BATCH; i++) {
            last = memory[place(last)];
        }
        return last;
    }
}
