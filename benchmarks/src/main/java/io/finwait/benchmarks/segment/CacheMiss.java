package io.finwait.benchmarks.segment;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * What an access to memory costs that depends on the one before: a walk over lines in random order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
public class CacheMiss {

    private static final int LINE_INTS = 16;

    /** How much memory: within the first two levels of the cache, the third, none. */
    @Param({"1", "16", "1024"})
    public int megabytes;

    private int[] next;
    private int at;

    /** Lays one way through all lines. */
    @Setup(Level.Trial)
    public void lay() {
        int lines = megabytes << 14;
        int[] order = new int[lines];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < lines; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        next = new int[lines * LINE_INTS];
        for (int i = 0; i < lines; i++) {
            next[order[i] * LINE_INTS] = order[(i + 1) % lines] * LINE_INTS;
        }
    }

    /** One step. */
    @Benchmark
    public int step() {
        at = next[at];
        return at;
    }
}
