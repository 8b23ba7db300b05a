package io.finwait.tcp.internal;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

/**
 * The transmission control block of one connection (RFC 9293 §3.3.1): all that a connection needs while
 * it lives. Pooled; the user's handle is {@link TcpConnection}, which outlives it.
 */
public final class Tcb implements ConnectionInfo {

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int localPort;
    int remotePort;
    int hash;

    /** Written by {@link Lifecycle} alone. */
    State state = State.CLOSED;

    /** The listener that a passive connection came from, until it is accepted. */
    TcpListener listener;

    /** True for connections that a listener began. */
    boolean passive;

    /** The handshake's ACK has come, and the listener waits for text. */
    boolean acceptDeferred;

    /** The user's handle; null in a passive handshake. */
    TcpConnection connection;

    /** True when the user has given the connection up by a full CLOSE. */
    boolean orphan;

    /** True while a parked entry of the TIME-WAIT table stands behind this connection. */
    boolean overTimeWait;

    /** The TIME-WAIT table had no room for this orphan in FIN-WAIT-2; it is not asked again. */
    boolean recordRefused;

    /** CLOSE or half-close came before the connection was established (requirement A05). */
    boolean closeDeferred;

    final Snd snd = new Snd();
    final Rcv rcv = new Rcv();
    final Timers timers = new Timers();
    final RttEstimator rtt = new RttEstimator();
    final NewReno congestion = new NewReno();

    /** SYN or SYN-ACK is to be sent, for the first time or again. */
    boolean synOwed;

    /** ACKs to be sent: one, or more when the peer counts duplicates (RFC 5681 §4.2). */
    int acksOwed;

    /** The segment at SND.UNA is to be sent again. */
    boolean retransmitOwed;

    /** One octet, or the FIN, is to be sent into a closed window. */
    boolean probeOwed;

    /** A probe for the tail is to be sent ({@link TailLossProbe}). */
    boolean tailProbeOwed;

    /** A probe for the tail is outstanding, up to {@link #tailProbeEnd}: there is one for each tail. */
    boolean tailProbed;

    int tailProbeEnd;

    /** A keepalive probe is to be sent. */
    boolean keepaliveOwed;

    /** Text may go out although it is small: the silly window's timer has fired. */
    boolean sendSmall;

    /** Full segments that arrived since the last ACK. */
    int segmentsUnacknowledged;

    /** Segments of text that are still acknowledged at once ({@link WireProfile#quickAcks}). */
    int quickAcksLeft;

    /** How often the same numbers were sent again. */
    int retransmissions;

    /** Probes into a closed window since it closed. */
    int probes;

    /** Probes since the peer last said anything. */
    int probesUnanswered;

    int keepalivesUnanswered;
    long keepaliveIdleNs;
    long keepaliveIntervalNs;
    int keepaliveProbes;
    long lastHeardNs;

    boolean nagle;
    long userTimeoutNs;
    long lingerNs;

    /** When the last challenge or duplicate ACK was sent in answer to an empty segment. */
    long lastChallengeNs;

    boolean challenged;

    /** A segment whose round trip is measured, when there are no timestamps. */
    boolean timing;

    int timedSeq;
    long timedAtNs;

    int timestampOffset;
    long openedAtNs;
    long synReceivedAtNs;
    long lastSentNs;

    /** Whether the SYN offered these; after the handshake whether both ends do. */
    boolean windowScaling;

    boolean sackPermitted;

    /** What an ICMP message said of the largest packet on the way, in octets; 0 when none did. */
    int pathMtu;

    /** What an ICMP message said, for the user to know if the connection then times out. */
    String softError;

    /** Place in the {@link DeadlineHeap}, -1 when it has none. */
    int heapIndex = -1;

    long heapDeadline;

    /** Neighbour in the endpoint's list of TCBs that have something to send. */
    Tcb nextReady;

    boolean ready;

    void reset() {
        listener = null;
        passive = false;
        acceptDeferred = false;
        connection = null;
        orphan = false;
        overTimeWait = false;
        closeDeferred = false;
        recordRefused = false;
        timers.stopAll();
        synOwed = false;
        acksOwed = 0;
        retransmitOwed = false;
        probeOwed = false;
        tailProbeOwed = false;
        tailProbed = false;
        keepaliveOwed = false;
        sendSmall = false;
        segmentsUnacknowledged = 0;
        quickAcksLeft = 0;
        retransmissions = 0;
        probes = 0;
        probesUnanswered = 0;
        keepalivesUnanswered = 0;
        keepaliveIdleNs = 0;
        lingerNs = -1;
        challenged = false;
        timing = false;
        windowScaling = false;
        sackPermitted = false;
        softError = null;
        pathMtu = 0;
    }

    /** Reads from the places that a segment needs, see {@link ReadAhead}. */
    int touch() {
        return remotePort + acksOwed + (int) lastHeardNs + (ready ? 1 : 0) + touch(snd);
    }

    private static int touch(Object part) {
        return part == null ? 0 : 1;
    }

    /** Reads from the parts of this TCB that a segment needs. */
    int touchParts() {
        int sum = snd.una + snd.mss + rcv.nxt + rcv.lastAckSent + rcv.reassembly.count();
        sum += timers.touch() + (int) rtt.smoothedNs() + congestion.duplicates();
        if (rcv.buffer != null) {
            sum += rcv.buffer.touch();
        }
        if (connection != null) {
            sum += connection.events;
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
