package io.finwait.tcp.internal.tcb;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.State;
import io.finwait.wire.FourTuple;

/**
 * What nearly every segment needs of a {@link Tcb}. It stands in a class of its own because the JVM
 * places the fields of a superclass before all others: so with many connections a segment fetches
 * two or three lines of the cache, where it would fetch five of all that a TCB holds.
 */
public abstract sealed class PerSegment extends FourTuple permits Tcb {

    /** Written by {@code Lifecycle} alone. */
    public State state = State.CLOSED;

    /** The user's handle; null in a passive handshake. */
    public Handle connection;

    public final Snd snd = new Snd();
    public final Rcv rcv = new Rcv();
    public final Timers timers = new Timers();
    public final RttEstimator rtt = new RttEstimator();
    public final LossState loss = new LossState();
    public final CongestionControl congestion;

    /** True while a parked entry of the TIME-WAIT table stands behind this connection. */
    public boolean overTimeWait;

    /** True when the user has given the connection up by a full CLOSE. */
    public boolean orphan;

    /** Stands in the endpoint's queue of TCBs that have something to send. */
    public boolean ready;

    /** ACKs to be sent: one, or more when the peer counts duplicates (RFC 5681 §4.2). */
    public int acksOwed;

    /** The segment at SND.UNA is to be sent again. */
    public boolean retransmitOwed;

    /** One octet, or the FIN, is to be sent into a closed window. */
    public boolean probeOwed;

    /** A keepalive probe is to be sent. */
    public boolean keepaliveOwed;

    /** A probe for the tail is to be sent ({@code TailLossProbe}). */
    public boolean tailProbeOwed;

    /**
     * A probe for the tail is outstanding, up to {@link #tailProbeEnd}: there is one for each tail.
     */
    public boolean tailProbed;

    public int tailProbeEnd;

    /** Octets of text in order that arrived since the last ACK. */
    public int octetsUnacknowledged;

    /**
     * An ACK left in the middle of this batch: what it did not cover is acknowledged at the end.
     */
    public boolean acknowledgedInBatch;

    /** Segments of text that are still acknowledged at once ({@code WireProfile.quickAcks}). */
    public int quickAcksLeft;

    /** How often the same numbers were sent again. */
    public int retransmissions;

    /** Probes since the peer last said anything. */
    public int probesUnanswered;

    public int keepalivesUnanswered;

    /** Challenge ACKs since the peer last said anything acceptable. */
    public int challengesInVain;

    public long lastHeardNs;
    public long userTimeoutNs;

    /** A segment whose round trip is measured, when there are no timestamps. */
    public boolean timing;

    /**
     * The number behind the segment that is timed. With timestamps SND.NXT when a round trip was
     * last measured: what acknowledges more than that measures the next one.
     */
    public int timedSeq;

    public int timestampOffset;

    /** What an ICMP message said, for the user to know if the connection then times out. */
    public String softError;

    /** Stands in the list of the {@link Clock}. */
    boolean undated;

    /** Place in the {@code DeadlineHeap}, -1 when it has none. */
    public int heapIndex = -1;

    public long heapDeadline;

    PerSegment(CongestionControl congestion) {
        this.congestion = congestion;
    }
}
