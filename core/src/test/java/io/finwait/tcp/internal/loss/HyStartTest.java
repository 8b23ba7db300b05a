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

    private final HyStart start = new HyStart();
    private boolean over;

    @BeforeEach
    void begin() {
        start.begin();
        // The first ACK begins a round.
        start.acknowledged(1, WINDOW);
    }

    /** A round: so many octets, with a sample for each of the first ones. */
    private void round(int samples, long us) {
        for (int i = 0; i < WINDOW; i++) {
            if (i < samples) {
                start.roundTrip(us * US);
            }
            over |= start.acknowledged(1, WINDOW);
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
        start.roundTrip(10_000 * US);
        round(9, 50_000);
        assertThat(start.isConservative()).isFalse();
        round(9, 50_000);
        assertThat(start.isConservative()).as("against 10 ms").isTrue();
    }

    @Test
    void aRoundIsWhatWasOutstandingWhenItBegan() {
        round(9, 10_000);
        for (int i = 0; i < WINDOW - 1; i++) {
            start.acknowledged(1, WINDOW);
        }
        start.roundTrip(1);
        // With its last octet the round ends, and with it what was measured in it.
        start.acknowledged(1, WINDOW);
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
            over |= start.acknowledged(1, WINDOW);
        }
        assertThat(over).as("before the last octet").isFalse();
        assertThat(start.acknowledged(1, WINDOW)).isTrue();
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
}
