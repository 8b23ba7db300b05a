package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rate of a relay, on a clock of the test's own. */
class PaceTest {

    private static final long SECOND = 1_000_000_000;
    private static final int CHUNK = 16_384;

    /** Each wake-up comes 60 µs late, as the kernel's timers have it. */
    @ParameterizedTest
    @ValueSource(longs = {8_192, 1_000_000, 50_000_000, 125_000_000})
    void lateWakeUpsDoNotSlowItDown(long octetsPerSecond) {
        Pace pace = new Pace(octetsPerSecond);
        long begun = Long.MAX_VALUE - SECOND;
        long now = begun;
        long octets = 0;
        while (now - begun < 10 * SECOND) {
            long leaves = pace.leaves(CHUNK, begun, now);
            now += Math.max(0, leaves - now) + 60_000;
            octets += CHUNK;
        }
        assertThat(octets * (double) SECOND / (now - begun))
                .isCloseTo((double) octetsPerSecond, within(octetsPerSecond * 0.01));
    }

    @Test
    void octetsDoNotLeaveBeforeTheyHadTheTime() {
        Pace pace = new Pace(1_000);
        assertThat(pace.leaves(10, 0, 0)).isEqualTo(SECOND / 100);
        assertThat(pace.leaves(10, 0, 0)).isEqualTo(SECOND / 50);
        assertThat(pace.leaves(1, SECOND, SECOND)).isEqualTo(SECOND + SECOND / 1_000);
    }

    @Test
    void aLongPauseIsNotMadeUpForInABurst() {
        Pace pace = new Pace(1_000);
        pace.leaves(1_000, 0, 0);
        long later = 100 * SECOND;
        assertThat(pace.leaves(1_000, 0, later)).isEqualTo(later - Pace.CREDIT_NS + SECOND);
    }

    @Test
    void whatADivisionLeavesOverIsNotLost() {
        Pace pace = new Pace(3);
        long leaves = 0;
        for (int i = 0; i < 9; i++) {
            leaves = pace.leaves(1, 0, 0);
        }
        assertThat(leaves).isEqualTo(3 * SECOND);
    }

    @Test
    void withoutALimitAndWithAHugeOneNothingWaits() {
        assertThat(new Pace(0).leaves(CHUNK, 7, 9)).isEqualTo(7);
        assertThat(new Pace(Long.MAX_VALUE).leaves(CHUNK, 7, 9)).isEqualTo(7);
    }
}
