package io.finwait.tcp.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many segments of a thousand octets may leave now, of a window of a hundred over 80 ms: while
 * it doubles 2,500 octets in a millisecond, later 1,500.
 */
class PacingRoomTest {

    private static final long US = 1_000L;
    private static final long MS = 1_000 * US;
    private static final long NOW = 1_000 * MS;
    private static final int MSS = 1_000;

    private final NewReno control = new NewReno();
    private final Tcb tcb = new Tcb(control);
    private final Context context =
            new Context(
                    EndpointConfig.at("10.0.0.1").seed(1).build(),
                    WireProfile.NONE,
                    1500,
                    NewReno::new,
                    true);
    private final Pacing pacing = new Pacing(context);

    @BeforeEach
    void aLargeWindowOverALongPath() {
        tcb.timers.belongTo(tcb, context.clock);
        context.clock.begin(NOW);
        tcb.rtt.reset(1_000 * MS, MS, 60_000 * MS);
        tcb.rtt.sample(80 * MS);
        tcb.snd.mss = MSS;
        control.begin(MSS, NOW);
        control.cwnd = 100 * MSS;
    }

    /** What is due in the millisecond that begins, and an eighth of the round trip before it. */
    @ParameterizedTest
    @CsvSource({
        "1000, 0",
        "999, 1",
        "600, 1",
        "200, 2",
        "0, 2",
        "-600, 4",
        "-5000, 15",
        "-10000, 27",
        "-10001, 27",
        "-50000, 27"
    })
    void whileTheWindowDoublesItIsTwiceTheWindow(long aheadUs, int segments) {
        tcb.pacedToNs = NOW + aheadUs * US;
        assertThat(pacing.room(tcb)).isEqualTo(segments * MSS);
        assertThat(tcb.timers.isRunning(Timer.PACING)).isEqualTo(segments == 0);
        if (segments == 0) {
            assertThat(tcb.timers.deadline(Timer.PACING)).isEqualTo(NOW + MS);
        }
    }

    @ParameterizedTest
    @CsvSource({"100001, 15", "100000, 9", "2000, 9"})
    void laterItIsAFifthMoreThanTheWindow(int threshold, int segments) {
        control.ssthresh = threshold;
        tcb.pacedToNs = NOW - 5 * MS;
        assertThat(pacing.room(tcb)).isEqualTo(segments * MSS);
    }

    /** Small windows and short paths are not paced. */
    @ParameterizedTest
    @CsvSource({"33, 10, true", "32, 10, false", "33, 9, false"})
    void onlyLargeWindowsOverLongPathsArePaced(int segments, int rttMs, boolean paced) {
        tcb.rtt.reset(1_000 * MS, MS, 60_000 * MS);
        tcb.rtt.sample(rttMs * MS);
        control.cwnd = segments * MSS;
        assertThat(pacing.applies(tcb)).isEqualTo(paced);
        tcb.pacedToNs = NOW + 5 * MS;
        assertThat(pacing.room(tcb)).isEqualTo(paced ? 0 : Integer.MAX_VALUE);
        pacing.sent(tcb, MSS);
        assertThat(tcb.pacedToNs > NOW + 5 * MS).isEqualTo(paced);
    }

    @Test
    void whatLeavesTakesItsTime() {
        tcb.pacedToNs = NOW - 2 * MS;
        pacing.sent(tcb, 2 * MSS);
        assertThat(tcb.pacedToNs).isEqualTo(NOW - 2 * MS + 800 * US);
        tcb.pacedToNs = NOW - 50 * MS;
        pacing.sent(tcb, MSS);
        assertThat(tcb.pacedToNs)
                .as("no more than an eighth follows")
                .isEqualTo(NOW - 10 * MS + 400 * US);
    }

    /** Timers that come late give as much more; that is forgotten by eighths. */
    @Test
    void lateTimersAreMadeUpFor() {
        tcb.pacedToNs = NOW - 3 * MS;
        pacing.turnHasCome(tcb);
        assertThat(tcb.ready).isTrue();
        tcb.pacedToNs = NOW - 50 * MS;
        assertThat(pacing.room(tcb)).isEqualTo(35 * MSS);
        tcb.pacedToNs = NOW;
        pacing.turnHasCome(tcb);
        tcb.pacedToNs = NOW - 50 * MS;
        assertThat(pacing.room(tcb)).isEqualTo(34 * MSS);
        tcb.pacedToNs = NOW - 500 * MS;
        pacing.turnHasCome(tcb);
        assertThat(pacing.room(tcb)).as("a round trip's at most").isEqualTo(202 * MSS);
    }
}
