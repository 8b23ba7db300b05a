package io.finwait.tcp.internal;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

/**
 * The transmission control block of one connection (RFC 9293 §3.3.1): all that a connection needs while
 * it lives. Pooled; the user's handle is {@link TcpConnection}, which outlives it.
 */
public final class Tcb extends PerSegment implements ConnectionInfo {

    int hash;

    /** The listener that a passive connection came from, until it is accepted. */
    TcpListener listener;

    /** Counts as one of its listener's handshakes under way. */
    boolean countedAsHandshake;

    /** True for connections that a listener began. */
    boolean passive;

    /** The handshake's ACK has come, and the listener waits for text. */
    boolean acceptDeferred;

    /** The TIME-WAIT table had no room for this orphan in FIN-WAIT-2; it is not asked again. */
    boolean recordRefused;

    /** CLOSE or half-close came before the connection was established (requirement A05). */
    boolean closeDeferred;

    /** Opened between two duty cycles: it begins with the next one ({@link Clock}). */
    boolean opensWithNextCycle;

    /** Has gone; its RST leaves with the next duty cycle, and then it may be used again. */
    boolean resetOwed;

    /** The sequence number of that RST. */
    int resetSeq;

    /** SYN or SYN-ACK is to be sent, for the first time or again. */
    boolean synOwed;

    /** Text may go out although it is small: the silly window's timer has fired. */
    boolean sendSmall;

    /** Probes into a closed window since the last octet, or the FIN, was acknowledged. */
    int probes;

    long keepaliveIdleNs;
    long keepaliveIntervalNs;
    int keepaliveProbes;

    boolean nagle;
    long lingerNs;

    /** When the last challenge or duplicate ACK was sent in answer to an empty segment. */
    long lastChallengeNs;

    boolean challenged;

    long timedAtNs;

    long openedAtNs;
    long synReceivedAtNs;
    long lastSentNs;

    /** Whether the SYN offered these; after the handshake whether both ends do. */
    boolean windowScaling;

    boolean sackPermitted;

    /** What an ICMP message said of the largest packet on the way, in octets; 0 when none did. */
    int pathMtu;

    /** Until when that is believed. */
    long pathMtuUntilNs;

    void reset() {
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

    /** Reads from the places that a segment needs, see {@link ReadAhead}. */
    int touch() {
        return (int) localHigh + remotePort + timedSeq + (ready ? 1 : 0);
    }

    /** Reads from the parts of this TCB that a segment with text needs, or else one without. */
    int touchParts(boolean text) {
        int sum = snd.una + snd.finSeq + rcv.nxt + rcv.lastAckSent + timers.touch();
        if (text) {
            sum += rcv.buffer == null ? 0 : rcv.buffer.readable();
            sum += connection == null ? 0 : connection.events;
        } else {
            sum += snd.buffer.length() + congestion.duplicates() + rtt.backoff();
        }
        return sum;
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

    boolean isV4() {
        return IpAddress.isV4(remoteHigh, remoteLow);
    }

    @Override
    public IpAddress localAddress() {
        return new IpAddress(localHigh, localLow);
    }

    @Override
    public int localPort() {
        return localPort;
    }

    @Override
    public IpAddress remoteAddress() {
        return new IpAddress(remoteHigh, remoteLow);
    }

    @Override
    public int remotePort() {
        return remotePort;
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
        return localAddress()
                + ":"
                + localPort
                + " > "
                + remoteAddress()
                + ":"
                + remotePort
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
