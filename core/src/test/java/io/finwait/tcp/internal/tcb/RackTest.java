package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RACK's own rules (RFC 8985 §6.2); {@link ScoreboardTest} compares the whole with a model. */
class RackTest {

    private static final long MS = 1_000_000L;
    private static final long SMOOTHED = 100 * MS;

    private final Rack rack = new Rack();

    @BeforeEach
    void aSegmentHasArrived() {
        rack.reset(0);
        rack.ackArrives(80 * MS);
        rack.delivered(0, 1_000, false);
        rack.reportedOnce(1_000);
    }

    private long window(boolean impatient) {
        return rack.reorderingWindowNs(impatient, SMOOTHED);
    }

    @Test
    void i21_beforeReorderingIsSeenNobodyWaitsWhoIsSure() {
        assertThat(window(true)).isZero();
        assertThat(window(false)).as("a quarter").isEqualTo(20 * MS);
    }

    @Test
    void i21_afterReorderingWasSeenEverybodyWaits() {
        rack.reportedOnce(3_000);
        rack.reportedOnce(2_000);
        assertThat(window(true)).as("one ACK tells of no order").isZero();
        rack.ackArrives(81 * MS);
        rack.reportedOnce(2_500);
        assertThat(window(true)).isEqualTo(20 * MS);
    }

    @Test
    void i22_eachRoundWithADuplicateWaitsAQuarterLongerUpToARoundTrip() {
        rack.duplicateReported(0, 5_000);
        assertThat(window(false)).isEqualTo(40 * MS);
        rack.duplicateReported(4_999, 6_000);
        assertThat(window(false)).as("the same round").isEqualTo(40 * MS);
        rack.duplicateReported(5_000, 7_000);
        assertThat(window(false)).isEqualTo(60 * MS);
        for (int i = 2; i < 5_000; i++) {
            rack.duplicateReported(i * 5_000, i * 5_000 + 5_000);
        }
        assertThat(window(false)).isEqualTo(SMOOTHED);
    }

    @Test
    void i22_sixteenRecoveriesWithoutADuplicateForgetIt() {
        rack.duplicateReported(0, 5_000);
        for (int i = 1; i < 16; i++) {
            rack.recovered();
            assertThat(window(false)).as("recovery %d", i).isEqualTo(40 * MS);
        }
        rack.recovered();
        assertThat(window(false)).isEqualTo(20 * MS);
    }

    /** The ACK of what was sent again may be of the first time: it is if it comes too soon. */
    @Test
    void i20_anAckTooSoonIsOfTheFirstTime() {
        rack.ackArrives(300 * MS);
        rack.delivered(300 * MS - 80 * MS + 1, 2_000, true);
        assertThat(rack.sentLaterThan(100 * MS, 1_500)).as("not believed").isFalse();
        rack.delivered(300 * MS - 80 * MS, 2_000, true);
        assertThat(rack.sentLaterThan(100 * MS, 1_500)).isTrue();
        assertThat(rack.measuredNowNs()).as("no round trip").isNegative();
    }

    @Test
    void i20_anEchoFromBeforeIsOfTheFirstTime() {
        rack.ackArrives(500 * MS);
        rack.echoes(299);
        rack.delivered(300 * MS, 2_000, true);
        assertThat(rack.sentLaterThan(100 * MS, 1_500)).isFalse();
        rack.echoes(300);
        rack.delivered(300 * MS, 2_000, true);
        assertThat(rack.sentLaterThan(100 * MS, 1_500)).isTrue();
    }

    @Test
    void i20_whatWasSentLastCounts() {
        rack.ackArrives(200 * MS);
        rack.delivered(100 * MS, 3_000, false);
        rack.delivered(50 * MS, 2_000, false);
        assertThat(rack.sentLaterThan(99 * MS, 9_000)).isTrue();
        assertThat(rack.sentLaterThan(100 * MS, 2_999)).as("at one time by number").isTrue();
        assertThat(rack.sentLaterThan(100 * MS, 3_000)).isFalse();
        assertThat(rack.sentLaterThan(101 * MS, 0)).isFalse();
    }

    /** The shortest round trip is that of the last five minutes. */
    @Test
    void i20_theShortestRoundTripIsLookedForAnew() {
        rack.ackArrives(1_000 * MS);
        rack.delivered(800 * MS, 2_000, false);
        assertThat(rack.minRttNs()).isEqualTo(80 * MS);
        rack.ackArrives(400_000 * MS);
        rack.delivered(399_800 * MS, 3_000, false);
        assertThat(rack.minRttNs()).isEqualTo(200 * MS);
    }
}
