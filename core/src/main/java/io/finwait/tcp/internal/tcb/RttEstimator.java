package io.finwait.tcp.internal.tcb;

/** Retransmission timeout from measured round trips (RFC 6298), in nanoseconds. */
public final class RttEstimator {

    /** G, the clock granularity of RFC 6298 §2: timers are exact to about a millisecond. */
    private static final long GRANULARITY_NS = 1_000_000L;

    /** The shortest timeout of RFC 6298 §2.4. One that is shorter comes on top of SRTT. */
    private static final long SECOND_NS = 1_000_000_000L;

    // The first three are what every ACK needs.

    /**
     * How often the timeout was doubled because no ACK came; 0 again when a round trip is measured.
     */
    private int backoff;

    /**
     * How often it was doubled because the peer's window is closed; 0 again when it opens or
     * accepts a probe.
     */
    private int probing;

    private long timeoutNs;
    private long maxNs;
    private long srttNs;
    private long rttvarNs;
    private long initialNs;
    private long minNs;
    private boolean measured;

    public void reset(long initialRtoNs, long minRtoNs, long maxRtoNs) {
        initialNs = initialRtoNs;
        minNs = minRtoNs;
        maxNs = maxRtoNs;
        srttNs = 0;
        rttvarNs = 0;
        timeoutNs = initialRtoNs;
        backoff = 0;
        probing = 0;
        measured = false;
    }

    /**
     * Takes a measured round trip of a segment that was sent only once, or whose timestamp tells
     * which transmission was acknowledged (Karn's algorithm, RFC 6298 §3). Only a measurement ends
     * the doubling; an ACK alone does not: after a retransmission it does not tell whether the path
     * has become slower than the timeout.
     */
    public void sample(long roundTripNs) {
        long r = Math.max(roundTripNs, 0);
        if (!measured) {
            srttNs = r;
            rttvarNs = r / 2;
            measured = true;
        } else {
            // No value here is negative, so a shift divides.
            rttvarNs += (Math.abs(srttNs - r) >> 2) - (rttvarNs >> 2);
            srttNs += (r >> 3) - (srttNs >> 3);
        }
        long rto = srttNs + Math.max(GRANULARITY_NS, 4 * rttvarNs);
        long least = minNs < SECOND_NS ? srttNs + minNs : minNs;
        timeoutNs = Math.min(Math.max(rto, least), maxNs);
        backoff = 0;
    }

    /** The retransmission timer has fired: doubles the timeout (RFC 6298 §5.5). */
    public void backOff() {
        backoff++;
    }

    /** A window probe was sent: doubles the time until the next one (RFC 9293 SHLD-30). */
    public void backOffProbes() {
        probing++;
    }

    /** The peer's window has opened, or the peer has accepted a probe. */
    public void endProbing() {
        probing = 0;
    }

    /** How often the timeout has been doubled since a round trip was last measured. */
    public int backoff() {
        return backoff;
    }

    /**
     * The handshake is complete: ends the doubling. If the SYN was retransmitted and no round trip
     * was measured, the timeout for text is 3 s (RFC 6298 §5.7).
     */
    public void beginText(boolean synWasLost) {
        backoff = 0;
        if (synWasLost && !measured && initialNs < 3_000_000_000L) {
            timeoutNs = Math.min(3_000_000_000L, maxNs);
        }
    }

    /** RTO: the timeout for a segment sent now, in nanoseconds. */
    public long timeoutNs() {
        int doublings = Math.min(backoff + probing, Long.SIZE - 1);
        return timeoutNs > maxNs >> doublings ? maxNs : timeoutNs << doublings;
    }

    /** SRTT, in nanoseconds; 0 before the first measurement. */
    public long smoothedNs() {
        return srttNs;
    }

    /** RTTVAR, in nanoseconds; 0 before the first measurement. */
    public long variationNs() {
        return rttvarNs;
    }

    /** How often the timeout is doubled at present, for both reasons together. */
    public int doublings() {
        return backoff + probing;
    }

    public boolean hasMeasured() {
        return measured;
    }
}
