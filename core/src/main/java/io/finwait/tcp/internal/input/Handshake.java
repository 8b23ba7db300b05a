package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Backlog;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpOptions;

/** Segments that arrive in LISTEN and SYN-SENT (RFC 9293 §3.10.7.2 and §3.10.7.3). */
public final class Handshake {

    private static final int DEFAULT_MSS_V4 = 536;
    private static final int DEFAULT_MSS_V6 = 1220;
    private static final int SMALLEST_MSS = 64;

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final StatelessAnswers answers;
    private final Timestamps timestamps;
    private final OwedAcks owedAcks;
    private final TextArrives texts;

    Handshake(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            StatelessAnswers answers,
            Timestamps timestamps,
            OwedAcks owedAcks,
            TextArrives texts) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.answers = answers;
        this.timestamps = timestamps;
        this.owedAcks = owedAcks;
        this.texts = texts;
    }

    /** A segment for a listening port, from a pair of sockets that is not in use. */
    public void inListen(Backlog listener, Segment seg) {
        if (seg.hasRst()) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (seg.hasSyn() && isIgnored(seg)) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (seg.hasAck()) {
            answers.reset(seg);
            return;
        }
        if (!seg.hasSyn()) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        child(listener, seg);
    }

    /** A SYN with something else on it, which a profile does not answer. */
    private boolean isIgnored(Segment seg) {
        return (seg.hasFin() && context.profile.has(Habit.DROPS_SYN_FIN))
                || (seg.hasAck() && context.profile.has(Habit.IGNORES_SYN_ACK));
    }

    /** Begins a passive handshake; a FIN on the SYN is ignored (T-24). */
    private void child(Backlog listener, Segment seg) {
        if (!hasPlace(listener)) {
            context.counters.add(Counter.LISTEN_DROPS);
            return;
        }
        Tcb tcb = newChild(listener, seg);
        synReceived(tcb, seg);
        lifecycle.childOfListener(tcb);
    }

    /**
     * The same, after an entry in TIME-WAIT was parked whose numbers ended at {@code oldSndNxt}.
     */
    public void childOverTimeWait(Backlog listener, Segment seg, int oldSndNxt) {
        Tcb tcb = newChild(listener, seg);
        tcb.overTimeWait = true;
        timeWaits.moveAhead(tcb, oldSndNxt);
        synReceived(tcb, seg);
        lifecycle.childOfTimeWait(tcb);
    }

    /** Whether a connection more can be opened, and wait until it is accepted. */
    private boolean hasPlace(Backlog listener) {
        boolean place = listener.takesConnection() && context.hasPlace();
        if (!place) {
            context.counters.add(Counter.LISTEN_OVERFLOWS);
        }
        return place;
    }

    private Tcb newChild(Backlog listener, Segment seg) {
        if (listener.isFullOfHandshakes()) {
            // The oldest has had the most time to prove itself.
            context.counters.add(Counter.LISTEN_DROPS);
            lifecycle.forget(listener.oldestHandshake());
        }
        Tcb tcb = context.tcbPool.take();
        tcb.ofReceiver(seg);
        tcb.passive = true;
        context.register(tcb);
        listener.handshakeBegins(tcb);
        tcb.synOwed = true;
        context.wantsOutput(tcb);
        return tcb;
    }

    private void synReceived(Tcb tcb, Segment seg) {
        tcb.rcv.synchronize(seg.seq());
        negotiate(tcb, seg.options());
        tcb.snd.updateWindow(seg.window(), seg.seq(), tcb.snd.una);
        if (seg.textLength() > 0 && !tcb.passive) {
            holdTextOfSyn(tcb, seg);
        }
    }

    /**
     * Text on the SYN of a peer that we called is kept until the handshake is complete; our ACK of
     * the SYN acknowledges nothing else. A stranger's is not: an octet would hold a block for as
     * long as a handshake lasts. It comes again, since it is not acknowledged.
     */
    private void holdTextOfSyn(Tcb tcb, Segment seg) {
        int octets = Math.min(seg.textLength(), tcb.rcv.capacity);
        tcb.rcv.buffer.write(0, seg.buffer(), seg.textOffset(), octets);
        tcb.rcv.arrivedAhead(tcb.rcv.nxt, tcb.rcv.nxt + octets);
    }

    /** Takes the options of the peer's SYN: an option is in use when both ends have offered it. */
    private void negotiate(Tcb tcb, TcpOptions options) {
        int offered = options.mss();
        if (offered == 0) {
            offered = tcb.isV4() ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
        }
        int mss = Math.min(Math.max(offered, SMALLEST_MSS), context.sizes.mssToOffer(tcb));
        tcb.rcv.timestamps = context.config.timestamps() && options.hasTimestamps();
        if (tcb.rcv.timestamps) {
            tcb.rcv.tsRecent = options.timestampValue();
            tcb.rcv.tsRecentAtNs = context.nowNs();
            mss -= SegmentSizes.TIMESTAMPS_OCTETS;
        }
        tcb.windowScaling = context.config.windowScaling() && options.windowScale() >= 0;
        if (tcb.windowScaling) {
            tcb.snd.windowScale = options.windowScale();
            tcb.rcv.windowScale = context.sizes.windowScaleToOffer();
        }
        tcb.sackPermitted = context.config.selectiveAcknowledgments() && options.sackPermitted();
        int fits = tcb.pathMtu > 0 ? SegmentSizes.textOf(tcb, tcb.pathMtu) : Integer.MAX_VALUE;
        tcb.agreeOn(mss, fits, context.nowNs());
    }

    /** A segment for a connection in SYN-SENT. */
    public void inSynSent(Tcb tcb, Segment seg) {
        if (seg.hasSyn() && seg.hasFin() && context.profile.has(Habit.DROPS_SYN_FIN)) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        boolean ackIsGood = false;
        if (seg.hasAck()) {
            ackIsGood = tcb.snd.isNewAck(seg.ack());
            if (!ackIsGood) {
                answers.reset(seg);
                return;
            }
        }
        if (seg.hasRst()) {
            // Its sequence number can't be judged yet (erratum 8167 of RFC 9293): the ACK decides.
            if (ackIsGood) {
                lifecycle.resetByPeer(tcb);
            } else {
                context.counters.add(Counter.DROPPED_SEGMENTS);
            }
            return;
        }
        if (!seg.hasSyn()) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (ackIsGood) {
            synAckReceived(tcb, seg);
        } else {
            synReceived(tcb, seg);
            tcb.rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
            tcb.timers.stop(Timer.RETRANSMISSION);
            lifecycle.simultaneousOpen(tcb);
            tcb.synOwed = true;
        }
        context.wantsOutput(tcb);
    }

    private void synAckReceived(Tcb tcb, Segment seg) {
        synReceived(tcb, seg);
        tcb.acksOwed = 1;
        becomeEstablished(tcb, seg, Trigger.SYN_ACK);
    }

    /**
     * A segment acknowledges our SYN in SYN-RECEIVED.
     *
     * @return false when the connection is not open yet: the segment is not processed further
     */
    boolean ackOfSyn(Tcb tcb, Segment seg) {
        if (tcb.passive && !hasPlace(tcb.listener)) {
            return false;
        }
        if (isDeferred(tcb, seg)) {
            return false;
        }
        timestamps.record(tcb, seg);
        becomeEstablished(tcb, seg, Trigger.ACK_OF_SYN);
        context.wantsOutput(tcb);
        return true;
    }

    /**
     * Whether the listener waits for text ({@link io.finwait.tcp.Listener#deferAccept}). The peer
     * has our SYN,ACK; it is sent again when the wait is over, to be answered with an ACK that
     * counts.
     */
    private boolean isDeferred(Tcb tcb, Segment seg) {
        boolean saysMore = seg.textLength() > 0 || seg.hasFin();
        if (!tcb.passive || saysMore) {
            return false;
        }
        long until = tcb.listener.deferredUntilNs(tcb);
        if (until - context.nowNs() <= 0) {
            return false;
        }
        if (!tcb.acceptDeferred) {
            // The segment that completes the handshake comes too late to measure a round trip.
            tcb.acceptDeferred = true;
            timestamps.measure(tcb, seg);
        }
        tcb.timers.startAt(Timer.RETRANSMISSION, until);
        return true;
    }

    /**
     * Our SYN is acknowledged by a segment: the connection is open. Text that came on the SYN is
     * delivered, and only now acknowledged.
     */
    private void becomeEstablished(Tcb tcb, Segment seg, Trigger trigger) {
        boolean synWasLost = tcb.retransmissions > 0;
        if (!tcb.acceptDeferred) {
            timestamps.measure(tcb, seg);
        }
        tcb.snd.acknowledge(seg.ack());
        int scale = seg.hasSyn() ? 0 : tcb.snd.windowScale;
        tcb.snd.updateWindow(seg.window() << scale, seg.seq(), seg.ack());
        tcb.rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
        tcb.quickAcksLeft = context.profile.quickAcks();
        tcb.rtt.beginText(synWasLost);
        if (synWasLost) {
            tcb.congestion.synLost(context.nowNs());
        }
        lifecycle.established(tcb, trigger);
        if (tcb.rcv.reassembly.count() > 0) {
            int octets = texts.takeInOrder(tcb);
            owedAcks.acknowledgeText(tcb, octets, false);
        }
    }

    /**
     * A segment that carries SYN, in SYN-RECEIVED (RFC 9293 §3.10.7.4, fourth step, and section 3.2
     * of the matrix).
     */
    void synInSynReceived(Tcb tcb, Segment seg) {
        if (seg.seq() == tcb.rcv.irs) {
            if (!seg.hasAck()) {
                timestamps.record(tcb, seg);
                tcb.synOwed = true;
                context.wantsOutput(tcb);
                return;
            }
            if (tcb.snd.isNewAck(seg.ack())) {
                // The SYNs have crossed, and this is the peer's SYN,ACK.
                if (ackOfSyn(tcb, seg)) {
                    tcb.acksOwed = 1;
                }
                return;
            }
        }
        boolean inWindow = Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd());
        if (tcb.passive && inWindow) {
            lifecycle.forget(tcb);
        } else {
            owedAcks.challenge(tcb);
        }
    }
}
