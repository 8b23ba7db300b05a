package io.finwait.tcp.internal.loss;

/**
 * When slow start has filled the path, found by round trips that get longer (HyStart++, RFC 9406):
 * then it goes on at a quarter of its pace for some rounds, and ends if they stay long. A round is
 * what was outstanding when it began. Octets and nanoseconds.
 */
final class HyStart {

    private static final long MS = 1_000_000L;
    private static final long MIN_RTT_THRESH_NS = 4 * MS;
    private static final long MAX_RTT_THRESH_NS = 16 * MS;
    private static final int MIN_RTT_DIVISOR = 8;
    private static final int N_RTT_SAMPLE = 8;
    static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;
    private static final long NONE = Long.MAX_VALUE;

    private long lastRoundMinNs;
    private long currentRoundMinNs;
    private int samples;
    private long leftInRound;
    private boolean conservative;
    private long baselineNs;
    private int conservativeRounds;

    void begin() {
        lastRoundMinNs = NONE;
        currentRoundMinNs = NONE;
        samples = 0;
        leftInRound = 0;
        conservative = false;
        baselineNs = NONE;
        conservativeRounds = 0;
    }

    /** Whether it is in Conservative Slow Start. */
    boolean isConservative() {
        return conservative;
    }

    /** A round trip was measured. */
    void roundTrip(long ns) {
        currentRoundMinNs = Math.min(currentRoundMinNs, ns);
        samples++;
    }

    /**
     * Octets were acknowledged in slow start.
     *
     * @param flightSize what is outstanding after it
     * @return true when slow start is over
     */
    boolean acknowledged(int octets, int flightSize) {
        leftInRound -= octets;
        boolean over = false;
        if (leftInRound <= 0) {
            // The rest of the round in which it began is the first one (RFC 9406 §4.2).
            over = conservative && ++conservativeRounds >= CSS_ROUNDS;
            lastRoundMinNs = currentRoundMinNs;
            currentRoundMinNs = NONE;
            samples = 0;
            leftInRound = flightSize;
        }
        if (samples >= N_RTT_SAMPLE && currentRoundMinNs != NONE) {
            compare();
        }
        return over;
    }

    private void compare() {
        if (conservative) {
            if (currentRoundMinNs < baselineNs) {
                // The round trips were long by chance.
                conservative = false;
                baselineNs = NONE;
            }
        } else if (lastRoundMinNs != NONE) {
            long eighth = lastRoundMinNs / MIN_RTT_DIVISOR;
            long threshold = Math.min(Math.max(MIN_RTT_THRESH_NS, eighth), MAX_RTT_THRESH_NS);
            if (currentRoundMinNs >= lastRoundMinNs + threshold) {
                conservative = true;
                baselineNs = currentRoundMinNs;
                conservativeRounds = 0;
            }
        }
    }
}
