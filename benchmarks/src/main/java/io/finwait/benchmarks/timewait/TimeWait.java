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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Holding many connections in TIME-WAIT. Each operation is given for a table of {@code live}
 * entries in the steady state. On a shared machine read the CPU time of {@link ProcessCpu}, not the
 * score.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Xms6g",
            "-Xmx6g",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
public class TimeWait {

    private static final int BATCH = 32;
    private static final int QUERIES = 1 << 22;

    /** Who holds them. */
    @Param({"finwait", "linked-hash-map", "agrona", "netty", "caffeine", "delay-queue"})
    public String candidate;

    /** How many live entries. */
    @Param({"1000000", "10000000"})
    public int live;

    private Candidate table;
    private int[] distances;
    private int query;
    private int next;
    private long now;
    private long step;

    /** Fills the table and draws the connections to ask for. */
    @Setup(Level.Trial)
    public void fill() {
        table = Candidate.of(candidate);
        step = Candidate.TWO_MSL / live;
        for (int i = 0; i < live + live / 100; i++) {
            enter();
        }
        SplittableRandom random = new SplittableRandom(1);
        distances = new int[QUERIES];
        for (int i = 0; i < QUERIES; i++) {
            distances[i] = 1 + random.nextInt(live * 9 / 10);
        }
    }

    /** Ends the candidate's threads, and says so when it did not hold what it should. */
    @TearDown(Level.Trial)
    public void check() {
        int size = table.size();
        table.close();
        if (size < live * 95L / 100 || size > live * 205L / 100) {
            throw new IllegalStateException(candidate + " holds " + size + " of " + live);
        }
    }

    private void enter() {
        now += step;
        table.enterAndExpire(next++, now);
    }

    private int distance() {
        return distances[query++ & (QUERIES - 1)];
    }

    private int someLive() {
        return next - distance();
    }

    private int someAbsent() {
        return next + 1000 + distance();
    }

    /** One close, and one entry whose time is over. */
    @Benchmark
    public void insertExpire() {
        enter();
    }

    /** A segment of a connection that is held. */
    @Benchmark
    public boolean hit() {
        return table.contains(someLive());
    }

    /** A segment of one that is not. */
    @Benchmark
    public boolean miss() {
        return table.contains(someAbsent());
    }

    /** A retransmitted FIN. */
    @Benchmark
    public boolean restart() {
        return table.restart(someLive(), now);
    }

    /** 32 segments of connections held, looked up as a batch where the candidate can. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int hitBatch() {
        return batch(true);
    }

    /** 32 segments of connections not held. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int missBatch() {
        return batch(false);
    }

    private final int[] asked = new int[3 * BATCH];

    private int batch(boolean held) {
        for (int i = 0; i < BATCH; i++) {
            asked[i] = held ? someLive() : someAbsent();
        }
        return table.containsAll(asked, 0);
    }

    /** A close and an expiry, two segments that hit, one that misses, and one FIN in 16. */
    @Benchmark
    @OperationsPerInvocation(16)
    public int mixed() {
        int found = 0;
        for (int i = 0; i < 16; i++) {
            enter();
            found += table.contains(someLive()) ? 1 : 0;
            found += table.contains(someLive()) ? 1 : 0;
            found += table.contains(someAbsent()) ? 1 : 0;
        }
        return found + (table.restart(someLive(), now) ? 1 : 0);
    }

    /** The same, the segments of 32 closes looked up in batches. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int mixedBatch() {
        for (int i = 0; i < BATCH; i++) {
            enter();
        }
        for (int i = 0; i < 2 * BATCH; i++) {
            asked[i] = someLive();
        }
        for (int i = 2 * BATCH; i < 3 * BATCH; i++) {
            asked[i] = someAbsent();
        }
        int found =
                table.containsAll(asked, 0)
                        + table.containsAll(asked, BATCH)
                        + table.containsAll(asked, 2 * BATCH);
        found += table.restart(someLive(), now) ? 1 : 0;
        return found + (table.restart(someLive(), now) ? 1 : 0);
    }
}
