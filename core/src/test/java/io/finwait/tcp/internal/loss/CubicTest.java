package io.finwait.tcp.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.finwait.spi.CongestionControls;

import org.junit.jupiter.api.Test;

/** CUBIC by the formulas of RFC 9438 §4, and HyStart++ by those of RFC 9406 §4. */
class CubicTest {

    private static final int MSS = 1_000;
    private static final long MS = 1_000_000L;

    private final Cubic cubic = new Cubic();
    private long now;

    private void begin() {
        cubic.begin(MSS, now);
    }

    /** Everything that the window lets out is acknowledged, segment by segment, in a round trip. */
    private void round(long rttNs) {
        int segments = cubic.window() / MSS;
        for (int i = 0; i < segments; i++) {
            cubic.roundTrip(rttNs, now);
            cubic.acknowledged(MSS, cubic.window() - MSS, rttNs, now);
        }
        now += rttNs;
    }

    @Test
    void n01_aLossLeavesSevenTenths() {
        begin();
        cubic.lost(10 * MSS, now);
        assertThat(cubic.slowStartThreshold()).isEqualTo(7 * MSS);
        assertThat(cubic.window()).isEqualTo(7 * MSS);
        cubic.timedOut(10 * MSS, false, now);
        assertThat(cubic.window()).isEqualTo(MSS);
    }

    @Test
    void n01_neverLessThanTwoSegments() {
        begin();
        cubic.lost(1, now);
        assertThat(cubic.slowStartThreshold()).isEqualTo(2 * MSS);
    }

    /** K = cbrt((W_max - cwnd_epoch) / C) seconds after the loss it is where it was. */
    @Test
    void n02_theWindowComesBackWhereTheLossWas() {
        begin();
        while (cubic.window() < 1_000 * MSS) {
            round(200 * MS);
        }
        int before = cubic.window();
        cubic.lost(before, now);
        cubic.recovered(before, now);
        long begun = now;
        double k = Math.cbrt(0.3 * before / MSS / 0.4);
        while ((now - begun) / 1e9 < k) {
            assertThat(cubic.window()).isLessThan(before + 20 * MSS);
            round(100 * MS);
        }
        assertThat(cubic.window()).isCloseTo(before, within(before / 20));
        while ((now - begun) / 1e9 < 2 * k) {
            round(100 * MS);
        }
        assertThat(cubic.window()).as("it looks for more").isGreaterThan(before * 5 / 4);
    }

    /** With a short round trip it is at least as fast as Reno's alpha tells (RFC 9438 §4.3). */
    @Test
    void n03_itIsNoSlowerThanReno() {
        begin();
        round(MS);
        round(MS);
        cubic.lost(40 * MSS, now);
        int before = cubic.window();
        for (int i = 0; i < 20; i++) {
            round(MS);
        }
        assertThat(cubic.window()).isBetween(before + 8 * MSS, before + 15 * MSS);
    }

    @Test
    void n06_aMistakeIsTakenBack() {
        begin();
        round(MS);
        int before = cubic.window();
        cubic.lost(before, now);
        cubic.spurious(now);
        assertThat(cubic.window()).isEqualTo(before);
        assertThat(cubic.slowStartThreshold()).isEqualTo(Integer.MAX_VALUE);
    }

    /** Round trips 4 ms or an eighth longer end slow start, after five rounds at a quarter. */
    @Test
    void n07_n09_n10_slowStartEndsWhenRoundTripsGetLonger() {
        begin();
        round(20 * MS);
        round(20 * MS);
        int doubled = cubic.window();
        assertThat(doubled).isEqualTo(40 * MSS);
        // A round of RFC 9406 begins with what was sent before; the next one has long ones alone.
        round(30 * MS);
        round(30 * MS);
        assertThat(cubic.window()).as("a quarter").isLessThan(doubled * 7 / 2);
        for (int i = 0; i < 7; i++) {
            round(30 * MS);
        }
        assertThat(cubic.slowStartThreshold()).isLessThan(Integer.MAX_VALUE);
    }

    /** Round by round: the one in which the round trips were found long is the first of five. */
    @Test
    void n10_theRoundInWhichItBeginsIsTheFirstOfFive() {
        HyStart hyStart = new HyStart();
        hyStart.begin();
        int flight = 20 * MSS;
        assertThat(hyStartRound(hyStart, flight, 20 * MS)).isFalse();
        assertThat(hyStartRound(hyStart, flight, 20 * MS)).isFalse();
        assertThat(hyStart.isConservative()).isFalse();
        assertThat(hyStartRound(hyStart, flight, 24 * MS)).as("the first").isFalse();
        assertThat(hyStart.isConservative()).isTrue();
        for (int i = 2; i <= 5; i++) {
            assertThat(hyStartRound(hyStart, flight, 24 * MS)).as("round %d", i).isFalse();
        }
        hyStart.roundTrip(24 * MS, 0);
        assertThat(hyStart.acknowledged(MSS, flight, flight, 0)).as("the fifth is over").isTrue();
    }

    /** The whole flight, segment by segment; true when slow start ended in it. */
    private static boolean hyStartRound(HyStart hyStart, int flight, long rttNs) {
        boolean over = false;
        for (int octets = 0; octets < flight; octets += MSS) {
            hyStart.roundTrip(rttNs, 0);
            over |= hyStart.acknowledged(MSS, flight, flight, 0);
        }
        return over;
    }

    /** An eighth longer, but at least 4 ms and at most 16. */
    @Test
    void n09_howMuchLonger() {
        long[][] shortAndLong = {{8, 12}, {32, 36}, {80, 90}, {128, 144}, {400, 416}};
        for (long[] each : shortAndLong) {
            for (long less = 0; less <= 1; less++) {
                HyStart hyStart = new HyStart();
                hyStart.begin();
                hyStartRound(hyStart, 20 * MSS, each[0] * MS);
                hyStartRound(hyStart, 20 * MSS, each[0] * MS);
                hyStartRound(hyStart, 20 * MSS, each[1] * MS - less);
                assertThat(hyStart.isConservative()).as("%d ms", each[0]).isEqualTo(less == 0);
            }
        }
    }

    @Test
    void n09_fewerThanEightRoundTripsSayNothing() {
        HyStart hyStart = new HyStart();
        hyStart.begin();
        hyStartRound(hyStart, 7 * MSS, 20 * MS);
        hyStartRound(hyStart, 7 * MSS, 20 * MS);
        hyStartRound(hyStart, 7 * MSS, 90 * MS);
        assertThat(hyStart.isConservative()).isFalse();
    }

    /** Only the first slow start is cut short (RFC 9406 §4.3). */
    @Test
    void n13_afterATimeoutSlowStartGoesUpToSsthresh() {
        begin();
        round(20 * MS);
        round(20 * MS);
        cubic.timedOut(40 * MSS, false, now);
        int threshold = cubic.slowStartThreshold();
        for (int i = 0; i < 12 && cubic.window() < threshold; i++) {
            int before = cubic.window();
            round((20 + 20 * i) * MS);
            int expected = Math.min(2 * before, threshold);
            assertThat(cubic.window()).isBetween(expected, expected + MSS);
        }
        assertThat(cubic.window()).isGreaterThanOrEqualTo(threshold);
    }

    @Test
    void n11_roundTripsThatGetShortAgainGoOn() {
        begin();
        round(20 * MS);
        round(20 * MS);
        round(30 * MS);
        round(30 * MS);
        for (int i = 0; i < 6; i++) {
            round(20 * MS);
        }
        assertThat(cubic.slowStartThreshold()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void h10_aPauseBeginsWithTheInitialWindow() {
        begin();
        round(MS);
        round(MS);
        cubic.idle(now);
        assertThat(cubic.window()).isEqualTo(10 * MSS);
    }

    @Test
    void controlsAreFoundByName() {
        assertThat(CongestionControls.named("cubic").get()).isInstanceOf(Cubic.class);
        assertThat(CongestionControls.named("newreno").get()).isInstanceOf(NewReno.class);
        assertThatThrownBy(() -> CongestionControls.named("vegas"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cubic, newreno");
    }

    /** An epoch that has begun, after a loss of so many segments. */
    private void beginEpoch(int segments) {
        begin();
        while (cubic.window() < segments * MSS) {
            round(20 * MS);
        }
        cubic.lost(cubic.window(), now);
        cubic.recovered(cubic.window(), now);
        round(100 * MS);
    }

    /** A loss that comes before W_max was reached gives others room: W_max is 15 % lower. */
    @Test
    void n04_aLossBelowTheLastOneAimsLower() {
        beginEpoch(1_000);
        int second = cubic.window();
        cubic.lost(second, now);
        cubic.recovered(second, now);
        round(100 * MS);
        double wMax = 0.85 * second / MSS;
        double k = Math.cbrt((wMax - 0.7 * second / MSS) / 0.4);
        for (long end = now + (long) (k * 1e9); now < end; ) {
            round(100 * MS);
        }
        assertThat(cubic.window()).isCloseTo((int) (wMax * MSS), within(second / 50));
    }

    /** The epoch behind a timeout grows from its first window on, without a way back to W_max. */
    @Test
    void n05_afterATimeoutKIsZero() {
        beginEpoch(1_000);
        cubic.timedOut(1_000 * MSS, false, now);
        while (cubic.window() < cubic.slowStartThreshold()) {
            round(100 * MS);
        }
        round(100 * MS);
        int first = cubic.window();
        long begun = now;
        while (now - begun < 3_000 * MS) {
            round(100 * MS);
        }
        double seconds = (now - begun) / 1e9;
        int expected = first + (int) (0.4 * seconds * seconds * seconds * MSS);
        assertThat(cubic.window()).isCloseTo(expected, within(first / 20));
    }

    /** The window before the loss, and not the lower W_max, ends Reno's slower growth. */
    @Test
    void n03_renosAlphaHoldsUpToTheWindowBeforeTheLoss() {
        begin();
        round(MS);
        round(MS);
        round(MS);
        cubic.lost(80 * MSS, now);
        cubic.recovered(80 * MSS, now);
        int second = cubic.window();
        cubic.lost(second, now);
        cubic.recovered(second, now);
        int begun = cubic.window();
        int rounds = 0;
        while (cubic.window() < second) {
            round(MS);
            rounds++;
        }
        double segments = (second - begun) / (double) MSS;
        assertThat(rounds).isBetween((int) (segments * 17 / 9) - 3, (int) (segments * 17 / 9) + 3);
    }

    /** Two of the same: what was no loss leaves no trace, beyond W_max as well. */
    @Test
    void n06_whatWasNoLossLeavesNoTrace() {
        Cubic other = new Cubic();
        for (Cubic each : new Cubic[] {cubic, other}) {
            now = 0;
            each.begin(MSS, now);
            each.lost(200 * MSS, now);
            each.recovered(200 * MSS, now);
        }
        for (int i = 0; i < 200; i++) {
            if (i == 150) {
                cubic.lost(cubic.window(), now);
                cubic.spurious(now);
            }
            if (i == 170) {
                cubic.timedOut(cubic.window(), false, now);
                cubic.spurious(now);
            }
            int segments = other.window() / MSS;
            for (int j = 0; j < segments; j++) {
                cubic.acknowledged(MSS, segments * MSS, 50 * MS, now);
                other.acknowledged(MSS, segments * MSS, 50 * MS, now);
            }
            now += 50 * MS;
            assertThat(cubic.window()).as("round %d", i).isEqualTo(other.window());
        }
        assertThat(cubic.window()).as("it had looked for more").isGreaterThan(220 * MSS);
    }

    /** A minute in which the window was not in use is none of the function's time. */
    @Test
    void n08_aPauseDoesNotOpenTheWindow() {
        beginEpoch(100);
        round(100 * MS);
        int before = cubic.window();
        now += 60_000 * MS;
        round(100 * MS);
        assertThat(cubic.window()).isBetween(before, before + 8 * MSS);
        for (int i = 0; i < 50; i++) {
            round(100 * MS);
        }
        assertThat(cubic.window()).as("it goes on").isGreaterThan(before + 10 * MSS);
    }

    /** At every round trip, and without a measured one, the window grows as time goes by. */
    @Test
    void n08_aRoundTripIsNoPause() {
        beginEpoch(100);
        int before = cubic.window();
        for (int i = 0; i < 100; i++) {
            cubic.acknowledged(cubic.window(), cubic.window(), 0, now);
            now += 100 * MS;
        }
        assertThat(cubic.window()).isGreaterThan(before * 3 / 2);
    }

    @Test
    void n02_aJumpOfTimeOpensTheWindowByHalfAtMost() {
        beginEpoch(100);
        int before = cubic.window();
        now += 60_000 * MS;
        cubic.acknowledged(cubic.window(), cubic.window(), 40_000 * MS, now);
        assertThat(cubic.window()).isLessThanOrEqualTo(before * 3 / 2 + 1);
    }

    @Test
    void m06_aMarkIsALossThatIsOverAtOnce() {
        begin();
        cubic.marked(10 * MSS, now);
        assertThat(cubic.slowStartThreshold()).isEqualTo(7 * MSS);
        assertThat(cubic.window()).isEqualTo(7 * MSS);
    }
}
