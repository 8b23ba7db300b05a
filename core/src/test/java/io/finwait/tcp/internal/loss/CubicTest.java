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
    void aLossLeavesSevenTenths() {
        begin();
        cubic.lost(10 * MSS, now);
        assertThat(cubic.slowStartThreshold()).isEqualTo(7 * MSS);
        assertThat(cubic.window()).isEqualTo(7 * MSS);
        cubic.timedOut(10 * MSS, false, now);
        assertThat(cubic.window()).isEqualTo(MSS);
    }

    @Test
    void neverLessThanTwoSegments() {
        begin();
        cubic.lost(1, now);
        assertThat(cubic.slowStartThreshold()).isEqualTo(2 * MSS);
    }

    /** K = cbrt((W_max - cwnd_epoch) / C) seconds after the loss it is where it was. */
    @Test
    void theWindowComesBackWhereTheLossWas() {
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
    void itIsNoSlowerThanReno() {
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
    void aMistakeIsTakenBack() {
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
    void slowStartEndsWhenRoundTripsGetLonger() {
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

    @Test
    void roundTripsThatGetShortAgainGoOn() {
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
    void aPauseBeginsWithTheInitialWindow() {
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
}
