package io.finwait.tcp;

import io.finwait.wire.IpAddress;

import java.util.Objects;

/**
 * The inner state of a connection at one moment: the fields of {@code ss -tino} on Linux, and more
 * than the STATUS of RFC 9293 §3.10.6. It is a snapshot: it does not change afterwards, and belongs
 * to the caller. Octets are octets of text, without SYN, FIN and headers; times are nanoseconds, as
 * of the present or last duty cycle.
 *
 * <p>After a connection has ended, totals such as {@link Sending#acknowledged()} and {@link
 * Receiving#received()} stay; values that only a live connection has are 0.
 *
 * @param localAddress of this end
 * @param localPort 1 to 65,535
 * @param remoteAddress of the peer
 * @param remotePort 1 to 65,535
 * @param state the state
 * @param timer the timer that fires next of those that {@code netstat -o} shows
 * @param roundTrip what was measured
 * @param sending what goes out
 * @param receiving what comes in
 */
public record TcpInfo(
        IpAddress localAddress,
        int localPort,
        IpAddress remoteAddress,
        int remotePort,
        State state,
        Timer timer,
        RoundTrip roundTrip,
        Sending sending,
        Receiving receiving) {

    public TcpInfo {
        Objects.requireNonNull(localAddress, "localAddress");
        Objects.requireNonNull(remoteAddress, "remoteAddress");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(timer, "timer");
        Objects.requireNonNull(roundTrip, "roundTrip");
        Objects.requireNonNull(sending, "sending");
        Objects.requireNonNull(receiving, "receiving");
    }

    /** Which timer runs. */
    public enum TimerKind {
        /** None that is shown. */
        OFF,
        /** Something is sent again, or the tail is probed for, when it fires. */
        RETRANSMISSION,
        /** A closed window is probed. */
        WINDOW_PROBE,
        /** An idle connection is probed. */
        KEEPALIVE,
        /** Nobody owns the connection; it ends if the peer does not close in time. */
        FIN_WAIT_2,
        /** 2MSL. */
        TIME_WAIT
    }

    /**
     * A timer.
     *
     * @param kind which one
     * @param leftNs until it fires, 0 or more
     * @param retransmissions how often the same sequence numbers were retransmitted, 0 or more
     * @param probes unanswered probes of a closed window or an idle connection, 0 or more
     */
    public record Timer(TimerKind kind, long leftNs, int retransmissions, int probes) {}

    /**
     * Round trips (RFC 6298).
     *
     * @param smoothedNs SRTT, 0 when none was measured
     * @param variationNs RTTVAR, 0 when none was measured
     * @param timeoutNs the present RTO, doublings included
     * @param doublings how often it was doubled since a round trip was measured
     */
    public record RoundTrip(long smoothedNs, long variationNs, long timeoutNs, int doublings) {}

    /**
     * What goes out.
     *
     * @param segmentOctets octets of text in a full segment: MSS without the options
     * @param congestionWindow cwnd, in octets
     * @param slowStartThreshold ssthresh, in octets; {@link #UNLIMITED} before the first loss
     * @param window SND.WND, the window that the peer offers
     * @param windowShift how many bits the peer's window is shifted, 0 to 14
     * @param sent octets sent so far, each counted once
     * @param acknowledged how many of them the peer has acknowledged
     * @param unacknowledged octets sent and not acknowledged
     * @param sacked how many of them the peer has reported by SACK
     * @param unsent octets that wait to be sent
     * @param retransmitted octets retransmitted, each counted every time
     * @param segmentsRetransmitted segments sent again, SYNs and FINs included
     * @param reordering how many later segments must arrive before one counts as lost: DupThresh of
     *     RFC 6675, which is fixed here
     * @param buffer octets that may be queued and unacknowledged
     * @param sinceSentNs since text or a FIN was last sent, or else since the connection began
     * @param busyNs for how long octets, or a FIN, were on their way or waited to be sent; those of
     *     the next two included
     * @param windowLimitedNs for how long octets waited for the peer's window, which was not larger
     *     than the congestion window
     * @param bufferLimitedNs for how long everything was sent, the windows had room, and the user
     *     had found the send buffer full
     */
    public record Sending(
            int segmentOctets,
            long congestionWindow,
            long slowStartThreshold,
            long window,
            int windowShift,
            long sent,
            long acknowledged,
            long unacknowledged,
            long sacked,
            long unsent,
            long retransmitted,
            int segmentsRetransmitted,
            int reordering,
            long buffer,
            long sinceSentNs,
            long busyNs,
            long windowLimitedNs,
            long bufferLimitedNs) {

        /** No threshold so far. */
        public static final long UNLIMITED = Long.MAX_VALUE;
    }

    /**
     * What comes in.
     *
     * @param received octets received in order so far
     * @param unread how many of them the user has not read
     * @param outOfOrder octets that arrived after a gap
     * @param window RCV.WND: what is offered to the peer
     * @param windowShift how many bits our window is shifted, 0 to 14
     * @param buffer octets that may be received and unread
     * @param timestamps whether both ends send timestamps (RFC 7323)
     * @param sack whether both ends use SACK (RFC 2018)
     * @param sinceHeardNs since the peer last said something acceptable, or else since the
     *     connection began
     * @param sinceTextNs since text last came, or else since the handshake was complete; 0 before
     */
    public record Receiving(
            long received,
            long unread,
            long outOfOrder,
            long window,
            int windowShift,
            long buffer,
            boolean timestamps,
            boolean sack,
            long sinceHeardNs,
            long sinceTextNs) {}
}
