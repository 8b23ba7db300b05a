package io.finwait.spi;

/**
 * How much one connection may have on its way (RFC 5681). The stack decides what is lost and what
 * goes again; this decides how much may be outstanding meanwhile. One object serves one connection
 * at a time, and after it another one: {@link #begin} starts anew. All calls come from the
 * endpoint's thread, inside a duty cycle; sizes are octets, times nanoseconds of the endpoint's
 * clock.
 *
 * <p>An implementation must not allocate in these calls, since they are made for nearly every ACK.
 */
public interface CongestionControl {

    /** A connection begins: its handshake is under way, or complete. */
    void begin(int mss, long nowNs);

    /** The SYN was lost on its way (RFC 5681 §3.1): the initial window is one segment. */
    void synLost(long nowNs);

    /** The congestion window {@code cwnd}, 1 to 2^30. */
    int window();

    /**
     * The slow start threshold {@code ssthresh}, or {@link Integer#MAX_VALUE} where there is none.
     */
    int slowStartThreshold();

    /**
     * Something new was acknowledged outside of fast recovery.
     *
     * @param octets that were acknowledged, more than 0
     * @param flightSize what is outstanding after it
     * @param smoothedRttNs SRTT, or 0 where no round trip was measured
     */
    void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs);

    /** A segment was found to be lost by duplicate ACKs or SACK: fast recovery begins. */
    void lost(int flightSize, long nowNs);

    /** Everything that was outstanding when fast recovery began is acknowledged. */
    void recovered(int flightSize, long nowNs);

    /**
     * The retransmission timer has fired.
     *
     * @param again true when it had fired before and nothing was acknowledged since
     */
    void timedOut(int flightSize, boolean again, long nowNs);

    /**
     * What {@link #lost} or {@link #timedOut} told last was a mistake: nothing was lost, and the
     * window may be again what it was before (RFC 4015). One that does nothing goes on as after a
     * loss.
     */
    default void spurious(long nowNs) {}

    /**
     * Text is about to be sent after more than a retransmission timeout without (RFC 5681 §4.1).
     */
    void idle(long nowNs);
}
