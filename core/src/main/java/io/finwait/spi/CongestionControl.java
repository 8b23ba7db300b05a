package io.finwait.spi;

/**
 * The congestion control of a connection (RFC 5681). The stack decides what is lost and what is
 * retransmitted; this decides how much may be outstanding. One object serves one connection after
 * another: {@link #begin} starts over. All calls come from the endpoint's thread, inside a duty
 * cycle; sizes are in octets, times in nanoseconds of the endpoint's clock.
 *
 * <p>An implementation should not allocate in these calls, since they are made for nearly every
 * ACK.
 */
public interface CongestionControl {

    /** A connection begins: both ends have agreed on the options of the handshake. */
    void begin(int mss, long nowNs);

    /** The SYN or SYN,ACK was lost: the initial window is at most one segment (RFC 5681 §3.1). */
    void synLost(long nowNs);

    /**
     * The congestion window {@code cwnd} in octets, 1 to 2^30; the stack takes the nearest of these
     * for any other value.
     */
    int window();

    /**
     * The slow start threshold {@code ssthresh} in octets, or {@link Integer#MAX_VALUE} when there
     * is none.
     */
    int slowStartThreshold();

    /**
     * A round trip was measured, of what was sent once; before {@link #acknowledged} of the same
     * ACK, or by one that reports more and acknowledges nothing new, and only where the peer has
     * agreed to SACK (RFC 8985). Nothing has to be done.
     *
     * @param rttNs in nanoseconds, 0 or more
     */
    default void roundTrip(long rttNs, long nowNs) {}

    /**
     * Segments were seen to overtake each other: told with each {@link #roundTrip} from then on.
     * Losses cost more there, since what goes again may make the receiver refuse what is late
     * (PAWS, RFC 7323 §5.3). Nothing has to be done.
     */
    default void overtaken() {}

    /**
     * An ACK outside of fast recovery has acknowledged new octets, while at least half of the
     * window was in use: a window that is not used says nothing of the path (RFC 7661).
     *
     * @param octets newly acknowledged, more than 0
     * @param flightSize the octets outstanding after this ACK
     * @param smoothedRttNs SRTT in nanoseconds, or 0 before the first measurement
     */
    void acknowledged(int octets, int flightSize, long smoothedRttNs, long nowNs);

    /** A segment was found to be lost by duplicate ACKs or SACK: fast recovery begins. */
    void lost(int flightSize, long nowNs);

    /**
     * The peer tells that a router has marked a packet (RFC 3168 §6.1.2): the window shrinks as
     * after a loss, with which this is done unless it is overridden. At most once in a round trip,
     * and not in fast recovery.
     */
    default void marked(int flightSize, long nowNs) {
        lost(flightSize, nowNs);
        recovered(flightSize, nowNs);
    }

    /** Fast recovery ends: everything that was outstanding when it began is acknowledged. */
    void recovered(int flightSize, long nowNs);

    /**
     * The retransmission timer has fired.
     *
     * @param again true when it has fired before and nothing was acknowledged since
     */
    void timedOut(int flightSize, boolean again, long nowNs);

    /**
     * What {@link #lost} or {@link #timedOut} told last was a mistake: nothing was lost, and the
     * window may be again what it was before (RFC 4015). One that does nothing goes on as after a
     * loss.
     */
    default void spurious(long nowNs) {}

    /**
     * Text is about to be sent after nothing was sent for more than a retransmission timeout (RFC
     * 5681 §4.1).
     */
    void idle(long nowNs);
}
