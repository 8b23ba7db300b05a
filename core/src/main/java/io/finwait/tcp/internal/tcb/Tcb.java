package io.finwait.tcp.internal.tcb;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;

/**
 * The transmission control block of one connection (RFC 9293 §3.3.1): all that a connection needs
 * while it lives. Pooled; the user's handle is {@code TcpConnection}, which outlives it.
 */
public final class Tcb extends PerSegment implements ConnectionInfo {

    /** The largest window that can be expressed (RFC 7323 §2.3). */
    public static final int LARGEST_WINDOW = 1 << 30;

    public int hash;

    /** The listener of a passive connection, until the connection is accepted. */
    public Backlog listener;

    /** True while the listener counts it among its handshakes. */
    public boolean countedAsHandshake;

    /** Its neighbours in a {@link TcbQueue}. */
    public Tcb older;

    public Tcb newer;

    /** Octets that it had queued when it was last looked at as an orphan. */
    public int orphanOctets;

    /** True for connections that a listener began. */
    public boolean passive;

    /** The handshake's ACK has arrived, but the listener waits for text. */
    public boolean acceptDeferred;

    /** The TIME-WAIT table had no room for this orphan in FIN-WAIT-2 and is not asked again. */
    public boolean recordRefused;

    /** CLOSE or a half-close was called before the connection was established (requirement A05). */
    public boolean closeDeferred;

    /** Opened between two duty cycles; the handshake begins with the next one ({@link Clock}). */
    public boolean opensWithNextCycle;

    /**
     * The connection has ended, but its RST is sent in the next duty cycle; only then is the TCB
     * reused.
     */
    public boolean resetOwed;

    /** The sequence number of that RST. */
    public int resetSeq;

    /** A SYN or SYN,ACK is to be sent, for the first time or again. */
    public boolean synOwed;

    /** A small segment may be sent, because the override timer has fired (RFC 9293 §3.8.6.2.1). */
    public boolean sendSmall;

    /** Probes into a closed window since the last octet, or the FIN, was acknowledged. */
    public int probes;

    public long keepaliveIdleNs;
    public long keepaliveIntervalNs;
    public int keepaliveProbes;

    public boolean nagle;
    public long lingerNs;

    /** When the last challenge or duplicate ACK was sent in answer to an empty segment. */
    public long lastChallengeNs;

    public boolean challenged;

    public long timedAtNs;

    public long openedAtNs;
    public long synReceivedAtNs;
    public long lastSentNs;

    /** When all that was sent would have left, had it left at the pace; see {@code Pacing}. */
    public long pacedToNs;

    /** Whether the SYN offered these; after the handshake whether both ends do. */
    public boolean windowScaling;

    public boolean sackPermitted;

    /** A SYN of ours has asked for ECN. */
    public boolean ecnAsked;

    /** A later SYN has not, since the first one was lost or refused (RFC 3168 §6.1.1.1). */
    public boolean ecnGivenUp;

    /** The path MTU that an ICMP message has reported, in octets; 0 when none has. */
    public int pathMtu;

    /** When the reported path MTU expires, in nanoseconds. */
    public long pathMtuUntilNs;

    /** Makes a TCB, which serves one connection after another. */
    public Tcb(CongestionControl congestion) {
        super(congestion);
    }

    /** The cause of the next retransmission; a statistic. */
    public Retransmission againBecause = Retransmission.TIMEOUT;

    /** Prepares it for the next connection. */
    public void reset() {
        againBecause = Retransmission.TIMEOUT;
        listener = null;
        countedAsHandshake = false;
        passive = false;
        acceptDeferred = false;
        connection = null;
        orphan = false;
        overTimeWait = false;
        closeDeferred = false;
        recordRefused = false;
        timers.stopAll();
        loss.reset(0);
        opensWithNextCycle = false;
        resetOwed = false;
        synOwed = false;
        acksOwed = 0;
        retransmitOwed = false;
        probeOwed = false;
        tailProbeOwed = false;
        tailProbed = false;
        keepaliveOwed = false;
        sendSmall = false;
        octetsUnacknowledged = 0;
        acknowledgedInBatch = false;
        quickAcksLeft = 0;
        retransmissions = 0;
        probes = 0;
        probesUnanswered = 0;
        keepalivesUnanswered = 0;
        keepaliveIdleNs = 0;
        lingerNs = -1;
        challenged = false;
        challengesInVain = 0;
        timing = false;
        windowScaling = false;
        sackPermitted = false;
        ecnAsked = false;
        ecnGivenUp = false;
        ecn = false;
        ecnCapable = false;
        ecnEcho = false;
        cwrOwed = false;
        reducedLately = false;
        softError = null;
        pathMtu = 0;
    }

    /**
     * Touches the fields that a segment needs, to bring them into the cache; see {@code ReadAhead}.
     */
    public int touch() {
        return (int) localHigh + remotePort + timedSeq + (ready ? 1 : 0);
    }

    /** Does the same for the parts of this TCB that a segment with text, or without, needs. */
    public int touchParts(boolean text) {
        int sum = snd.una + snd.finSeq + rcv.nxt + rcv.lastAckSent + timers.touch();
        if (text) {
            sum += rcv.buffer == null ? 0 : rcv.buffer.readable();
            sum += connection == null ? 0 : connection.untold();
        } else {
            sum += snd.buffer.length() + loss.duplicates + rtt.backoff();
        }
        return sum;
    }

    /**
     * Both ends have agreed on the options: sets the MSS and starts congestion control.
     *
     * @param fitsPath octets of text that fit the path MTU as far as it is known
     */
    public void agreeOn(int agreedMss, int fitsPath, long nowNs) {
        int mss = Math.min(agreedMss, fitsPath);
        snd.agreedMss = agreedMss;
        snd.mss = mss;
        rcv.peerSegment = mss;
        loss.reset(snd.iss);
        congestion.begin(mss, nowNs);
    }

    /**
     * An acceptable segment of the peer has arrived: the peer is alive. Segments that fail a check
     * don't count, since anybody may have sent them; otherwise forged segments could hide that the
     * peer is dead.
     */
    public void heard(long nowNs) {
        lastHeardNs = nowNs;
        challengesInVain = 0;
        probesUnanswered = 0;
        keepalivesUnanswered = 0;
    }

    /** True in SYN-SENT and SYN-RECEIVED. */
    public boolean isOpening() {
        return state == State.SYN_SENT || state == State.SYN_RECEIVED;
    }

    /**
     * {@code cwnd} in octets, limited to 1 to 2^30 in case the user's congestion control returns
     * something else.
     */
    public int cwnd() {
        return Math.min(Math.max(congestion.window(), 1), LARGEST_WINDOW);
    }

    /**
     * FlightSize when a loss is noticed: also what ACKs of the same batch have acknowledged since,
     * and without what limited transmit has let out (RFC 5681 §3.2, step 2).
     */
    public int flightSize() {
        return Math.min(Math.max(snd.flight(), snd.flightWhenSent), cwnd());
    }

    /** The send variables. */
    public Snd snd() {
        return snd;
    }

    /** The receive variables. */
    public Rcv rcv() {
        return rcv;
    }

    /** The timers. */
    public Timers timers() {
        return timers;
    }

    /** True when the user has given up the connection. */
    public boolean isOrphan() {
        return orphan;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long unread() {
        return rcv.buffer == null ? 0 : rcv.buffer.readable();
    }

    @Override
    public long unacknowledged() {
        return snd.buffer == null ? 0 : snd.buffer.length();
    }

    @Override
    public String toString() {
        return sockets()
                + " "
                + state
                + (orphan ? " (orphan)" : "")
                + " una=+"
                + (snd.una - snd.iss)
                + " nxt=+"
                + (snd.nxt - snd.iss)
                + " wnd="
                + snd.wnd
                + " rcv.nxt=+"
                + (rcv.nxt - rcv.irs)
                + " rcv.wnd="
                + rcv.wnd();
    }
}
