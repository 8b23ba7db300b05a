package io.finwait.tcp.internal;

import io.finwait.tcp.State;

/**
 * What nearly every segment needs of a {@link Tcb}. It stands in a class of its own because the JVM
 * places the fields of a superclass before all others: so with many connections a segment fetches two
 * or three lines of the cache, where it would fetch five of all that a TCB holds.
 */
abstract sealed class PerSegment permits Tcb {

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    int localPort;
    int remotePort;

    /** Written by {@link Lifecycle} alone. */
    State state = State.CLOSED;

    /** The user's handle; null in a passive handshake. */
    TcpConnection connection;

    final Snd snd = new Snd();
    final Rcv rcv = new Rcv();
    final Timers timers = new Timers();
    final RttEstimator rtt = new RttEstimator();
    final NewReno congestion = new NewReno();

    /** True while a parked entry of the TIME-WAIT table stands behind this connection. */
    boolean overTimeWait;

    /** True when the user has given the connection up by a full CLOSE. */
    boolean orphan;

    /** Stands in the endpoint's queue of TCBs that have something to send. */
    boolean ready;

    /** ACKs to be sent: one, or more when the peer counts duplicates (RFC 5681 §4.2). */
    int acksOwed;

    /** The segment at SND.UNA is to be sent again. */
    boolean retransmitOwed;

    /** One octet, or the FIN, is to be sent into a closed window. */
    boolean probeOwed;

    /** A keepalive probe is to be sent. */
    boolean keepaliveOwed;

    /** A probe for the tail is to be sent ({@link TailLossProbe}). */
    boolean tailProbeOwed;

    /** A probe for the tail is outstanding, up to {@link #tailProbeEnd}: there is one for each tail. */
    boolean tailProbed;

    int tailProbeEnd;

    /** Octets of text in order that arrived since the last ACK. */
    int octetsUnacknowledged;

    /** An ACK left in the middle of this batch: what it did not cover is acknowledged at the end. */
    boolean acknowledgedInBatch;

    /** Segments of text that are still acknowledged at once ({@link WireProfile#quickAcks}). */
    int quickAcksLeft;

    /** How often the same numbers were sent again. */
    int retransmissions;

    /** Probes since the peer last said anything. */
    int probesUnanswered;

    int keepalivesUnanswered;

    /** Challenge ACKs since the peer last said anything acceptable. */
    int challengesInVain;

    long lastHeardNs;
    long userTimeoutNs;

    /** A segment whose round trip is measured, when there are no timestamps. */
    boolean timing;

    /**
     * The number behind the segment that is timed. With timestamps SND.NXT when a round trip was last
     * measured: what acknowledges more than that measures the next one.
     */
    int timedSeq;

    int timestampOffset;

    /** What an ICMP message said, for the user to know if the connection then times out. */
    String softError;

    /** Stands in the list of the {@link Clock}. */
    boolean undated;

    /** Place in the {@link DeadlineHeap}, -1 when it has none. */
    int heapIndex = -1;

    long heapDeadline;
}
