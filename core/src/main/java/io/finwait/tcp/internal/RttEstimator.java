package io.finwait.tcp.internal;

/** Retransmission timeout from measured round trips (RFC 6298), in nanoseconds. */
final class RttEstimator {

    /** G, the granularity of the clock: timers of endpoints are exact to about a millisecond. */
    private static final long GRANULARITY_NS = 1_000_000L;

    // The first three are what every ACK needs.
    private int backoff;
    private long timeoutNs;
    private long maxNs;
    private long smoothedNs;
    private long variationNs;
    private long initialNs;
    private long minNs;
    private boolean measured;

    void reset(long initialRtoNs, long minRtoNs, long maxRtoNs) {
        initialNs = initialRtoNs;
        minNs = minRtoNs;
        maxNs = maxRtoNs;
        smoothedNs = 0;
        variationNs = 0;
        timeoutNs = initialRtoNs;
        backoff = 0;
        measured = false;
    }

    /** Takes a round trip of a segment that was sent once (Karn's algorithm, RFC 6298 §3). */
    void sample(long roundTripNs) {
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
    }

    /** The timer fired: the next one takes twice as long (RFC 6298 §5.5). */
    void backOff() {
        backoff++;
    }

    /** New data was acknowledged: back to the computed timeout. */
    void endBackOff() {
        backoff = 0;
    }

    /** How often the timeout has been doubled. */
    int backoff() {
        return backoff;
    }

    /** The SYN was sent more than once: begin data with 3 s (RFC 6298 §5.7). */
    void afterLostSyn() {
        if (!measured && initialNs < 3_000_000_000L) {
            timeoutNs = Math.min(3_000_000_000L, maxNs);
        }
    }

    /** The timeout for what is sent now, in nanoseconds. */
    long timeoutNs() {
        return backoff >= 32 ? maxNs : Math.min(timeoutNs << Math.min(backoff, 20), maxNs);
    }

    /** The smoothed round trip, in nanoseconds, or 0 when nothing was measured. */
    long smoothedNs() {
        return smoothedNs;
    }

    boolean hasMeasured() {
        return measured;
    }
}
