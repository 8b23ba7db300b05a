package io.finwait.tcp.internal.loss;

/**
 * When slow start has filled the path. Round trips that get longer tell it (HyStart++, RFC 9406):
 * then it goes on at a quarter of its pace for some rounds, and ends if they stay long. But the
 * shortest round trip of a round is its first one; where a queue is no larger than what the path
 * holds, it begins to fill behind that one and overflows in the next round.
 *
 * <p>Where segments overtake each other a loss costs more than the rate that an early end may
 * leave to others. There slow start goes on at a quarter of its pace as soon as the last round
 * trips are a little longer than the shortest one, and ends when they are longer by the threshold
 * of RFC 9406 and the window is larger than what the path holds. A pace above that of the path
 * makes round trips long before that, for a part of each round; when a whole round has gone by slow
 * start gets its pace back (docs/decisions/0080-slow-start-where-segments-overtake-each-other.md).
 *
 * <p>A round is what was outstanding when it began. Octets and nanoseconds.
 */
final class HyStart {

    private static final long MS = 1_000_000L;
    private static final long MIN_RTT_THRESH_NS = 4 * MS;
    private static final long MAX_RTT_THRESH_NS = 16 * MS;
    private static final int MIN_RTT_DIVISOR = 8;
    static final int N_RTT_SAMPLE = 8;
    static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;
    private static final long NONE = Long.MAX_VALUE;

    /** What of the threshold is a little longer. */
    private static final int LITTLE_DIVISOR = 4;

    /** The window that fills a path, as a multiple of what the path holds; the rest waits. */
    private static final double FULL = 1.25;

    private enum Phase {
        SLOW_START,
        /** Conservative Slow Start of RFC 9406. */
        CONSERVATIVE,
        /** Round trips are a little longer; whether a queue fills is yet to be seen. */
        WATCHING
    }

    private final RecentRoundTrips recent = new RecentRoundTrips();
    private Phase phase;
    private long shortestNs;
    private long lastRoundMinNs;
    private long currentRoundMinNs;
    private int samples;
    private int leftInRound;
    private long baselineNs;

    /** Segments overtake each other. */
    private boolean careful;

    /** Rounds that have ended in the phase. */
    private int rounds;

    private long watchedSinceNs;
    private long acknowledgedSince;

    void begin() {
        phase = Phase.SLOW_START;
        recent.clear();
        shortestNs = NONE;
        lastRoundMinNs = NONE;
        currentRoundMinNs = NONE;
        samples = 0;
        leftInRound = 0;
        baselineNs = NONE;
        rounds = 0;
        careful = false;
    }

    /** Segments overtake each other: it must not fill a queue. */
    void overtaken() {
        careful = true;
    }

    /** Whether it goes on at a quarter of its pace. */
    boolean isConservative() {
        return phase != Phase.SLOW_START;
    }

    /** A round trip was measured. */
    void roundTrip(long ns, long nowNs) {
        shortestNs = Math.min(shortestNs, ns);
        currentRoundMinNs = Math.min(currentRoundMinNs, ns);
        samples++;
        if (careful) {
            recent.measured(ns, nowNs);
        }
    }

    /**
     * Octets were acknowledged in slow start.
     *
     * @param flightSize what is outstanding after it
     * @param cwnd the window before it
     * @return true when slow start is over
     */
    boolean acknowledged(int octets, int flightSize, int cwnd, long nowNs) {
        leftInRound -= octets;
        boolean over = false;
        if (leftInRound <= 0) {
            over = roundEnds();
            leftInRound = flightSize;
        }
        if (phase == Phase.WATCHING) {
            acknowledgedSince += octets;
            over = queueFills(cwnd, nowNs);
        }
        if (!over && shortestNs != NONE) {
            compare(nowNs);
        }
        return over;
    }

    /** Returns true when slow start has ended with it. */
    private boolean roundEnds() {
        lastRoundMinNs = currentRoundMinNs;
        currentRoundMinNs = NONE;
        samples = 0;
        rounds++;
        // The rest of the round in which it began is the first one (RFC 9406 §4.2).
        boolean over = phase == Phase.CONSERVATIVE && rounds >= CSS_ROUNDS;
        if (phase == Phase.WATCHING && rounds > 1) {
            phase = Phase.SLOW_START;
        }
        return over;
    }

    private void compare(long nowNs) {
        boolean enough = samples >= N_RTT_SAMPLE;
        if (phase == Phase.CONSERVATIVE) {
            if (enough && currentRoundMinNs < baselineNs) {
                // The round trips were long by chance.
                phase = Phase.SLOW_START;
                baselineNs = NONE;
            }
        } else if (enough
                && lastRoundMinNs != NONE
                && currentRoundMinNs >= lastRoundMinNs + threshold(lastRoundMinNs)) {
            phase = Phase.CONSERVATIVE;
            baselineNs = currentRoundMinNs;
            rounds = 0;
        } else if (careful
                && phase == Phase.SLOW_START
                && areLonger(threshold(shortestNs) / LITTLE_DIVISOR)) {
            phase = Phase.WATCHING;
            rounds = 0;
            watchedSinceNs = nowNs;
            acknowledgedSince = 0;
        }
    }

    private boolean areLonger(long byNs) {
        return recent.shortestNs() >= shortestNs + byNs;
    }

    /** While something waits, ACKs come as fast as the path carries, and tell what it holds. */
    private boolean queueFills(int cwnd, long nowNs) {
        double octetsPerNs = (double) acknowledgedSince / Math.max(nowNs - watchedSinceNs, 1);
        return areLonger(threshold(shortestNs)) && cwnd >= FULL * octetsPerNs * shortestNs;
    }

    /** How much longer than this is long. */
    private static long threshold(long rttNs) {
        long eighth = rttNs / MIN_RTT_DIVISOR;
        return Math.min(Math.max(MIN_RTT_THRESH_NS, eighth), MAX_RTT_THRESH_NS);
    }
}
