package io.finwait.sim.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of short lives of an endpoint that nobody treats well, see {@link FuzzRun}. A failure
 * names its seed: {@code -Dfinwait.fuzz.seed=N} runs that one alone, {@code -Dfinwait.fuzz.lives=N}
 * goes on until so many connections have lived.
 */
@Tag("ci")
class EndpointFuzzTest {

    private static final int RUNS = 2_000;
    private static final long FIRST_SEED = Long.getLong("finwait.fuzz.from", 1);

    @Test
    void nothingMakesTheStackThrowOrHoldWhatIsOver() {
        Long only = Long.getLong("finwait.fuzz.seed");
        if (only != null) {
            run(only);
            return;
        }
        long wanted = Long.getLong("finwait.fuzz.lives", 0);
        long lives = 0;
        long packets = 0;
        long seed = FIRST_SEED;
        while (wanted > 0 ? lives < wanted : seed < FIRST_SEED + RUNS) {
            FuzzRun run = run(seed++);
            lives += run.lives();
            packets += run.packets();
        }
        System.out.printf(
                "%d endpoints, %d connections, %d packets: nothing thrown, nothing held%n",
                seed - FIRST_SEED, lives, packets);
        assertThat(lives).as("connections that lived").isGreaterThan(RUNS);
    }

    private static FuzzRun run(long seed) {
        try {
            FuzzRun run = new FuzzRun(seed);
            run.go();
            return run;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("with -Dfinwait.fuzz.seed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
