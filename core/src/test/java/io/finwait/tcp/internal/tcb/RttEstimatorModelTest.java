package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.util.SplittableRandom;

/** RFC 6298 against numbers that can't overflow, with round trips of nothing up to a day. */
class RttEstimatorModelTest {

    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final long HOUR = 3_600 * SECOND;
    private static final long[] ROUND_TRIPS = {
        -1, 0, 1, 3, 7, 1_000, MS - 1, MS, 10 * MS, 100 * MS, SECOND, 3 * SECOND, HOUR, 24 * HOUR
    };
    private static final long[] MOST = {SECOND, 60 * SECOND, HOUR, 24 * HOUR};

    private BigInteger smoothed;
    private BigInteger variation;
    private BigInteger timeout;
    private int doublings;
    private int probes;

    private static BigInteger big(long number) {
        return BigInteger.valueOf(number);
    }

    /** (2.2) and (2.3) of RFC 6298 §2, rounded as its shifts round. */
    private void sample(long roundTrip, long min, long max) {
        BigInteger r = big(Math.max(roundTrip, 0));
        if (smoothed == null) {
            smoothed = r;
            variation = r.shiftRight(1);
        } else {
            BigInteger error = smoothed.subtract(r).abs();
            variation = variation.subtract(variation.shiftRight(2)).add(error.shiftRight(2));
            smoothed = smoothed.subtract(smoothed.shiftRight(3)).add(r.shiftRight(3));
        }
        BigInteger k = variation.shiftLeft(2).max(big(MS));
        timeout = smoothed.add(k).max(big(min)).min(big(max));
        doublings = 0;
    }

    @Test
    void g12_roundTripsThatDoNotVaryHaveTheGranularityOfTheClock() {
        RttEstimator rtt = new RttEstimator();
        rtt.reset(SECOND, 1, 60 * SECOND);
        for (int i = 0; i < 200; i++) {
            rtt.sample(50 * MS);
        }
        assertThat(rtt.timeoutNs()).isBetween(51 * MS, 51 * MS + 100);
    }

    /** A least timeout below the second of the RFC comes on top of the round trip. */
    @ParameterizedTest
    @CsvSource({"200, 250", "999, 1049", "1000, 1000", "3000, 3000"})
    void g04_aShortLeastTimeoutComesOnTopOfTheRoundTrip(long leastMs, long timeoutMs) {
        RttEstimator rtt = new RttEstimator();
        rtt.reset(SECOND, leastMs * MS, 60 * SECOND);
        for (int i = 0; i < 200; i++) {
            rtt.sample(50 * MS);
        }
        assertThat(rtt.timeoutNs()).isBetween(timeoutMs * MS, timeoutMs * MS + 100);
    }

    /** RFC 6298 §5.7: after a lost SYN text waits for three seconds, where nothing was measured. */
    @ParameterizedTest
    @CsvSource({
        "1000, 60000, true, false, 3000", "2999, 60000, true, false, 3000",
        "3000, 60000, true, false, 3000", "5000, 60000, true, false, 5000",
        "1000, 60000, false, false, 1000", "1000, 60000, true, true, 1000",
        "1000, 2000, true, false, 2000"
    })
    void g11_aLostSynMakesTheTimeoutLonger(
            long initialMs, long maxMs, boolean lost, boolean measured, long timeoutMs) {
        RttEstimator rtt = new RttEstimator();
        rtt.reset(initialMs * MS, SECOND, maxMs * MS);
        if (measured) {
            rtt.sample(10 * MS);
        }
        rtt.backOff();
        assertThat(rtt.backoff()).isEqualTo(1);
        rtt.beginText(lost);
        assertThat(rtt.backoff()).isZero();
        assertThat(rtt.timeoutNs()).isEqualTo(timeoutMs * MS);
    }

    @RepeatedTest(60)
    void isTheTimeoutOfTheRfc(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        long max = MOST[random.nextInt(MOST.length)];
        long min = Math.min(max, random.nextBoolean() ? SECOND : MS);
        RttEstimator rtt = new RttEstimator();
        rtt.reset(min, min, max);
        timeout = big(min);
        for (int step = 0; step < 300; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    long roundTrip = ROUND_TRIPS[random.nextInt(ROUND_TRIPS.length)];
                    rtt.sample(roundTrip);
                    sample(roundTrip, min, max);
                }
                case 2, 3 -> {
                    for (int i = random.nextInt(40); i > 0; i--) {
                        rtt.backOff();
                        doublings++;
                    }
                }
                case 4 -> {
                    rtt.backOffProbes();
                    probes++;
                }
                default -> {
                    rtt.endProbing();
                    probes = 0;
                }
            }
            BigInteger wanted = timeout.shiftLeft(Math.min(doublings + probes, 100)).min(big(max));
            assertThat(big(rtt.timeoutNs()))
                    .as(
                            "seed %d, step %d: %s doubled %d times, at most %d",
                            seed, step, timeout, doublings + probes, max)
                    .isEqualTo(wanted);
            assertThat(rtt.hasMeasured()).isEqualTo(smoothed != null);
            assertThat(rtt.doublings()).isEqualTo(doublings + probes);
            assertThat(rtt.backoff()).isEqualTo(doublings);
            if (smoothed != null) {
                assertThat(big(rtt.smoothedNs())).isEqualTo(smoothed);
                assertThat(big(rtt.variationNs())).isEqualTo(variation);
            }
        }
    }
}
