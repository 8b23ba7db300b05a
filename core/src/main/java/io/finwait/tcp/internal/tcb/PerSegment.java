package io.finwait.tcp.internal.tcb;

import io.finwait.spi.CongestionControl;
import io.finwait.tcp.State;
import io.finwait.wire.FourTuple;

/**
 * The fields of a {@link Tcb} that nearly every segment needs. They have a class of their own
 * because the JVM places the fields of a superclass first. With many connections a segment then
 * fetches two or three cache lines; otherwise it would fetch five.
 */
public abstract sealed class PerSegment extends FourTuple permits Tcb {

    /** Only {@code Lifecycle} writes it. */
    public State state = State.CLOSED;

    /** The user's handle; null in a passive handshake. */
    public Handle connection;

    public final Snd snd = new Snd();
    public final Rcv rcv = new Rcv();
    public final Timers timers = new Timers();
    public final RttEstimator rtt = new RttEstimator();
    public final LossState loss = new LossState();
    public final CongestionControl congestion;

    /** True while this connection tries to take over a parked entry of the TIME-WAIT table. */
    public boolean overTimeWait;

    /** True when the user has given up the connection with CLOSE. */
    public boolean orphan;

    /** True while it is in the endpoint's queue of TCBs that have something to send. */
    public boolean ready;

    /**
     * How many ACKs are to be sent; more than one when the peer counts duplicate ACKs (RFC 5681
     * §4.2).
     */
    public int acksOwed;

    /** The segment at SND.UNA is to be sent again. */
    public boolean retransmitOwed;

    /** One octet, or the FIN, is to be sent into a closed window. */
    public boolean probeOwed;

    /** A keepalive probe is to be sent. */
    public boolean keepaliveOwed;

    /** A tail loss probe is to be sent ({@code TailLossProbe}). */
    public boolean tailProbeOwed;

    /**
     * A tail loss probe was sent and it is not known what it has brought. It is on its way until
     * {@link #tailProbeEnd} is acknowledged; there is one at a time.
     */
    public boolean tailProbed;

    public int tailProbeEnd;

    /** Both ends speak ECN: marks on the peer's text are told with {@link #ecnEcho}. */
    public boolean ecn;

    /** The same, and our own text may be marked (RFC 3168 §6.1.1). */
    public boolean ecnCapable;

    /** A mark has come: each segment carries ECE until the peer says that it has slowed down. */
    public boolean ecnEcho;

    /** The window has been reduced: the next new text carries CWR. */
    public boolean cwrOwed;

    /** What was outstanding when the window was reduced is not yet acknowledged. */
    public boolean reducedLately;

    /** Octets of text that arrived in order since the last ACK. */
    public int octetsUnacknowledged;

    /**
     * An ACK was sent in the middle of this batch; text that came after it is acknowledged at the
     * end of the batch.
     */
    public boolean acknowledgedInBatch;

    /**
     * How many further segments of text are acknowledged at once ({@code WireProfile.quickAcks}).
     */
    public int quickAcksLeft;

    /** How often the segment at SND.UNA was retransmitted. */
    public int retransmissions;

    /** Window probes since the peer last sent an acceptable segment. */
    public int probesUnanswered;

    public int keepalivesUnanswered;

    /** Challenge ACKs since the peer last sent an acceptable segment. */
    public int challengesInVain;

    public long lastHeardNs;
    public long userTimeoutNs;

    /** True while the round trip of a segment is being measured, without timestamps. */
    public boolean timing;

    /**
     * The number after the segment whose round trip is measured. With timestamps: SND.NXT at the
     * last measurement; an ACK beyond it gives the next one.
     */
    public int timedSeq;

    public int timestampOffset;

    /**
     * The text of an ICMP error, which becomes part of the close reason if the connection times
     * out.
     */
    public String softError;

    /** True while it is in the list of the {@link Clock}. */
    boolean undated;

    /** Its index in the {@code TimerHeap}, -1 when it is not there. */
    public int heapIndex = -1;

    public long heapDeadline;

    PerSegment(CongestionControl congestion) {
        this.congestion = congestion;
    }
}
