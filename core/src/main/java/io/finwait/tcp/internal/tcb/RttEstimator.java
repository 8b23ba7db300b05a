package io.finwait.tcp.internal.tcb;

/** Retransmission timeout from measured round trips (RFC 6298), in nanoseconds. */
public final class RttEstimator {

    /** G, the granularity of the clock: timers of endpoints are exact to about a millisecond. */
    private static final long GRANULARITY_NS = 1_000_000L;

    // The first three are what every ACK needs.

    /** Doublings because nothing came back; they last until a round trip is measured. */
    private int backoff;

    /** Doublings because the peer's window is closed; they last until it takes something. */
    private int probing;

    private long timeoutNs;
    private long maxNs;
    private long smoothedNs;
    private long variationNs;
    private long initialNs;
    private long minNs;
    private boolean measured;

    public void reset(long initialRtoNs, long minRtoNs, long maxRtoNs) {
        initialNs = initialRtoNs;
        minNs = minRtoNs;
        maxNs = maxRtoNs;
        smoothedNs = 0;
        variationNs = 0;
        timeoutNs = initialRtoNs;
        backoff = 0;
        probing = 0;
        measured = false;
    }

    /**
     * Takes a round trip of a segment that was sent once, or that a timestamp tells apart (Karn's
     * algorithm, RFC 6298 §3). This, and no mere ACK, ends the doubling: the ACK of what was sent
     * twice says nothing of the path, which may just be slower than the timeout (RFC 6298 §5.7).
     */
    public void sample(long roundTripNs) {
        long r = Math.max(roundTripNs, 0);
        if (!measured) {
            smoothedNs = r;
            variationNs = r / 2;
            measured = true;
        } else {
            // Nothing here is negative: a shift is a division.
            variationNs += (Math.abs(smoothedNs - r) >> 2) - (variationNs >> 2);
            smoothedNs += (r >> 3) - (smoothedNs >> 3);
        }
        long rto = smoothedNs + Math.max(GRANULARITY_NS, 4 * variationNs);
        timeoutNs = Math.min(Math.max(rto, minNs), maxNs);
        backoff = 0;
    }

    /** The timer fired: the next one takes twice as long (RFC 6298 §5.5). */
    public void backOff() {
        backoff++;
    }

    /** The peer's window is closed: the next probe waits twice as long (RFC 9293 SHLD-30). */
    public void backOffProbes() {
        probing++;
    }

    /** The peer's window is open, or has taken what was probed with. */
    public void endProbing() {
        probing = 0;
    }

    /** How often the timeout has been doubled since a round trip was last measured. */
    public int backoff() {
        return backoff;
    }

    /**
     * The connection is open, and text begins anew: after a SYN that was sent more than once, and
     * without a measured round trip, with 3 s, however often the SYN was sent (RFC 6298 §5.7).
     */
    public void beginText(boolean synWasLost) {
        backoff = 0;
        if (synWasLost && !measured && initialNs < 3_000_000_000L) {
            timeoutNs = Math.min(3_000_000_000L, maxNs);
        }
    }

    /** The timeout for what is sent now, in nanoseconds. */
    public long timeoutNs() {
        int doublings = Math.min(backoff + probing, Long.SIZE - 1);
        return timeoutNs > maxNs >> doublings ? maxNs : timeoutNs << doublings;
    }

    /** The smoothed round trip, in nanoseconds, or 0 when nothing was measured. */
    public long smoothedNs() {
        return smoothedNs;
    }

    /** RTTVAR, in nanoseconds, or 0 when nothing was measured. */
    public long variationNs() {
        return variationNs;
    }

    /** How often the timeout is doubled now, for whatever reason. */
    public int doublings() {
        return backoff + probing;
    }

    public boolean hasMeasured() {
        return measured;
    }
}
