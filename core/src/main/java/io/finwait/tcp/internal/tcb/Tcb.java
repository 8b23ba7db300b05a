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

    /** No window is larger (RFC 7323 §2.3). */
    public static final int LARGEST_WINDOW = 1 << 30;

    public int hash;

    /** The listener that a passive connection came from, until it is accepted. */
    public Backlog listener;

    /** Counts as one of its listener's handshakes under way. */
    public boolean countedAsHandshake;

    /** The neighbours among these handshakes. */
    public Tcb olderHandshake;

    public Tcb newerHandshake;

    /** True for connections that a listener began. */
    public boolean passive;

    /** The handshake's ACK has come, and the listener waits for text. */
    public boolean acceptDeferred;

    /** The TIME-WAIT table had no room for this orphan in FIN-WAIT-2; it is not asked again. */
    public boolean recordRefused;

    /** CLOSE or half-close came before the connection was established (requirement A05). */
    public boolean closeDeferred;

    /** Opened between two duty cycles: it begins with the next one ({@link Clock}). */
    public boolean opensWithNextCycle;

    /** Has gone; its RST leaves with the next duty cycle, and then it may be used again. */
    public boolean resetOwed;

    /** The sequence number of that RST. */
    public int resetSeq;

    /** SYN or SYN-ACK is to be sent, for the first time or again. */
    public boolean synOwed;

    /** Text may go out although it is small: the silly window's timer has fired. */
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

    /** Whether the SYN offered these; after the handshake whether both ends do. */
    public boolean windowScaling;

    public boolean sackPermitted;

    /** What an ICMP message said of the largest packet on the way, in octets; 0 when none did. */
    public int pathMtu;

    /** Until when that is believed. */
    public long pathMtuUntilNs;

    /** Made once and used for one connection after the other. */
    public Tcb(CongestionControl congestion) {
        super(congestion);
    }

    /** Why something is sent again, where something is; for those who look on. */
    public Retransmission againBecause = Retransmission.TIMEOUT;

    /** Begins a new life. */
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
        softError = null;
        pathMtu = 0;
    }

    /** Reads from the places that a segment needs, see {@code ReadAhead}. */
    public int touch() {
        return (int) localHigh + remotePort + timedSeq + (ready ? 1 : 0);
    }

    /** Reads from the parts of this TCB that a segment with text needs, or else one without. */
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
     * Both ends have agreed on the options: loss recovery begins.
     *
     * @param fitsPath octets of text that the path is known to carry
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
     * The peer has said something acceptable: it lives. What fails a check may be anybody's, and
     * counts for nothing, or a peer that died would seem to live for as long as somebody sends
     * junk.
     */
    public void heard(long nowNs) {
        lastHeardNs = nowNs;
        challengesInVain = 0;
        probesUnanswered = 0;
        keepalivesUnanswered = 0;
    }

    /** True while the state is one of the handshake's. */
    public boolean isOpening() {
        return state == State.SYN_SENT || state == State.SYN_RECEIVED;
    }

    /** {@code cwnd}, 1 to 2^30 octets, whatever a control that is not ours answers. */
    public int cwnd() {
        return Math.min(Math.max(congestion.window(), 1), LARGEST_WINDOW);
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

    /** True when no user has this connection any more. */
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
