package io.finwait.tcp.internal.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rounds and the thresholds of RFC 9406 §4.2, to the sample. */
class HyStartTest {

    private static final int WINDOW = 10;
    private static final long US = 1_000L;

    /** On a clock that stands still no train is long. */
    private static final long NOW = 0;

    private final HyStart start = new HyStart();
    private boolean over;

    @BeforeEach
    void begin() {
        start.begin();
        // The first ACK begins a round.
        start.acknowledged(1, WINDOW, WINDOW, NOW);
    }

    /** A round: so many octets, with a sample for each of the first ones. */
    private void round(int samples, long us) {
        for (int i = 0; i < WINDOW; i++) {
            if (i < samples) {
                start.roundTrip(us * US, NOW);
            }
            over |= start.acknowledged(1, WINDOW, WINDOW, NOW);
        }
    }

    /** An eighth longer, but at least 4 ms and at most 16 ms. */
    @ParameterizedTest
    @CsvSource({
        "10000, 13999, false", "10000, 14000, true",
        "80000, 89999, false", "80000, 90000, true",
        "400000, 415999, false", "400000, 416000, true"
    })
    void aRoundTripIsLongerByAThreshold(long before, long now, boolean longer) {
        round(8, before);
        round(8, now);
        assertThat(start.isConservative()).isEqualTo(longer);
    }

    @Test
    void eightSamplesAreNeeded() {
        round(9, 10_000);
        round(7, 50_000);
        assertThat(start.isConservative()).isFalse();
        round(8, 90_000);
        assertThat(start.isConservative()).isTrue();
    }

    /** The least of a round counts, and only of that round and the one before it. */
    @Test
    void theShortestOfARoundCounts() {
        round(9, 50_000);
        start.roundTrip(10_000 * US, NOW);
        round(9, 50_000);
        assertThat(start.isConservative()).isFalse();
        round(9, 50_000);
        assertThat(start.isConservative()).as("against 10 ms").isTrue();
    }

    @Test
    void aRoundIsWhatWasOutstandingWhenItBegan() {
        round(9, 10_000);
        for (int i = 0; i < WINDOW - 1; i++) {
            start.acknowledged(1, WINDOW, WINDOW, NOW);
        }
        start.roundTrip(1, NOW);
        // With its last octet the round ends, and with it what was measured in it.
        start.acknowledged(1, WINDOW, WINDOW, NOW);
        round(8, 5_000);
        assertThat(start.isConservative()).as("against 1 ns").isTrue();
    }

    /** The first of the five is the rest of the round in which it began. */
    @Test
    void itEndsAfterFiveRounds() {
        round(9, 10_000);
        round(9, 50_000);
        assertThat(start.isConservative()).isTrue();
        endsAfterFourMore(50_000);
    }

    private void endsAfterFourMore(long us) {
        for (int i = 0; i < 3; i++) {
            round(9, us);
        }
        for (int i = 1; i < WINDOW; i++) {
            over |= start.acknowledged(1, WINDOW, WINDOW, NOW);
        }
        assertThat(over).as("before the last octet").isFalse();
        assertThat(start.acknowledged(1, WINDOW, WINDOW, NOW)).isTrue();
    }

    @Test
    void roundTripsAsShortAsBeforeEndTheCautionAndShorterOnesAreMeasuredAnew() {
        round(9, 10_000);
        round(9, 50_000);
        round(9, 50_000);
        assertThat(start.isConservative()).as("as long as it began").isTrue();
        round(8, 49_999);
        assertThat(start.isConservative()).isFalse();
        round(9, 54_000);
        assertThat(start.isConservative()).as("an eighth of 49.999 ms is not passed").isFalse();
        round(9, 70_000);
        assertThat(start.isConservative()).isTrue();
        // The rounds are counted anew.
        endsAfterFourMore(70_000);
    }

    // Round trips that are a little longer, where segments overtake each other.

    private static final int ROUND = 32;
    private static final long RTT = 16_000 * US;
    private static final long LITTLE = 1_000 * US;
    private static final long THRESHOLD = 4_000 * US;

    /** ACKs of one octet come so far apart that the path holds as many as a round has. */
    private static final long GAP = RTT / ROUND;

    private int cwnd = 2 * ROUND;
    private long now;

    private boolean acknowledged(long rttNs) {
        now += GAP;
        start.roundTrip(rttNs, now);
        return start.acknowledged(1, ROUND, cwnd, now);
    }

    private void roundOf32Begins() {
        start.begin();
        start.overtaken();
        start.acknowledged(1, ROUND, cwnd, now);
    }

    private void acknowledged(int times, long rttNs) {
        for (int i = 0; i < times; i++) {
            over |= acknowledged(rttNs);
        }
    }

    /** A queue that fills slowly is filled by others as well, who would have it all. */
    @Test
    void withoutReorderingTheyDoNot() {
        start.begin();
        acknowledged(ROUND + 2, RTT);
        acknowledged(8, RTT + LITTLE);
        assertThat(start.isConservative()).isFalse();
        acknowledged(ROUND, RTT + THRESHOLD - 1);
        assertThat(start.isConservative()).isFalse();
    }

    @Test
    void eightALittleLongerSlowItDown() {
        start.overtaken();
        acknowledged(2 * ROUND, RTT);
        acknowledged(7, RTT + LITTLE);
        acknowledged(1, RTT + LITTLE - 1);
        acknowledged(7, RTT + LITTLE);
        assertThat(start.isConservative()).isFalse();
        acknowledged(1, RTT + LITTLE);
        assertThat(start.isConservative()).isTrue();
        assertThat(over).isFalse();
    }

    /** A pause of this machine makes all ACKs late that have come in it. */
    @Test
    void longRoundTripsOfOneInstantAreOne() {
        start.overtaken();
        acknowledged(2 * ROUND, RTT);
        now += 100 * RTT;
        for (int i = 0; i < ROUND / 2; i++) {
            start.roundTrip(100 * RTT, now);
            over |= start.acknowledged(1, ROUND, cwnd, now);
        }
        assertThat(start.isConservative()).isFalse();
        assertThat(over).isFalse();
    }

    @Test
    void theShortestOfAnInstantCounts() {
        start.overtaken();
        acknowledged(2 * ROUND, RTT);
        for (int i = 0; i < 8; i++) {
            acknowledged(1, RTT + LITTLE);
            start.roundTrip(RTT, now);
            start.roundTrip(RTT + LITTLE, now);
        }
        acknowledged(1, RTT + LITTLE);
        assertThat(start.isConservative()).isFalse();
    }

    /** The rest of the round in which it began, and another one. */
    @Test
    void aRoundThatDoesNotFillAQueueGivesThePaceBack() {
        roundOf32Begins();
        acknowledged(2, RTT);
        acknowledged(8, RTT + LITTLE);
        assertThat(start.isConservative()).isTrue();
        acknowledged(ROUND - 10 + ROUND - 1, RTT);
        assertThat(start.isConservative()).as("before the last ACK").isTrue();
        acknowledged(1, RTT);
        assertThat(start.isConservative()).isFalse();
        assertThat(over).isFalse();
    }

    @Test
    void slowStartEndsWhenEightAreLongerByTheThreshold() {
        start.overtaken();
        acknowledged(2 * ROUND, RTT);
        acknowledged(8, RTT + THRESHOLD - 1);
        acknowledged(7, RTT + THRESHOLD);
        assertThat(over).isFalse();
        assertThat(acknowledged(RTT + THRESHOLD)).isTrue();
    }

    /** A pace above the path's makes round trips long while the window is small. */
    @Test
    void theWindowIsLargerByAQuarterThanWhatThePathHolds() {
        roundOf32Begins();
        acknowledged(8, RTT);
        cwnd = ROUND + ROUND / 4 - 1;
        acknowledged(20, RTT + THRESHOLD);
        assertThat(over).isFalse();
        cwnd++;
        assertThat(acknowledged(RTT + THRESHOLD)).isTrue();
    }

    /** Where ACKs are few the rule of RFC 9406 still finds that a queue fills. */
    @Test
    void theRuleOfTheRfcGoesOnBesideIt() {
        start.overtaken();
        acknowledged(ROUND + 2, RTT);
        acknowledged(8, RTT + LITTLE);
        assertThat(start.isConservative()).isTrue();
        cwnd = 1;
        acknowledged(6 * ROUND, RTT + LITTLE + THRESHOLD);
        assertThat(over).isTrue();
    }
}
