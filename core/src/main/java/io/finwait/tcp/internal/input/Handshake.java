package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * Segments that arrive in SYN-SENT (RFC 9293 §3.10.7.3), and what SYN-RECEIVED has beyond the other
 * states: our SYN is acknowledged, or another SYN comes.
 */
final class Handshake {

    private final Context context;
    private final Lifecycle lifecycle;
    private final StatelessAnswers answers;
    private final Timestamps timestamps;
    private final OwedAcks owedAcks;
    private final TextArrives texts;
    private final Negotiation negotiation;
    private final PassiveOpen passive;

    Handshake(
            Context context,
            Lifecycle lifecycle,
            StatelessAnswers answers,
            Timestamps timestamps,
            OwedAcks owedAcks,
            TextArrives texts,
            Negotiation negotiation,
            PassiveOpen passive) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.answers = answers;
        this.timestamps = timestamps;
        this.owedAcks = owedAcks;
        this.texts = texts;
        this.negotiation = negotiation;
        this.passive = passive;
    }

    /** A segment for a connection in SYN-SENT. */
    void inSynSent(Tcb tcb, Segment seg) {
        if (seg.hasSyn() && seg.hasFin() && context.profile.has(Habit.DROPS_SYN_FIN)) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        boolean ackIsGood = false;
        if (seg.hasAck()) {
            ackIsGood = tcb.snd.isNewAck(seg.ack());
            if (!ackIsGood) {
                answers.resetPeer(seg);
                return;
            }
        }
        if (seg.hasRst()) {
            // Its sequence number can't be judged yet (erratum 8167 of RFC 9293): the ACK decides.
            if (ackIsGood && EcnHandshake.givesUp(tcb)) {
                // It may be the flags that were refused (RFC 3168 §6.1.1.1).
                tcb.synOwed = true;
                context.wantsOutput(tcb);
            } else if (ackIsGood) {
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
            synAckReceived(tcb, seg, Trigger.SYN_ACK);
        } else {
            negotiation.synReceived(tcb, seg);
            tcb.rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
            tcb.timers.stop(Timer.RETRANSMISSION);
            lifecycle.simultaneousOpen(tcb);
            tcb.synOwed = true;
        }
        context.wantsOutput(tcb);
    }

    private void synAckReceived(Tcb tcb, Segment seg, Trigger trigger) {
        negotiation.synReceived(tcb, seg);
        tcb.acksOwed = 1;
        becomeEstablished(tcb, seg, trigger);
    }

    /**
     * A segment for a connection in SYN-RECEIVED that may not fit what is known of its peer, since
     * strangers send SYNs too.
     *
     * @return the connection for which the segment arrives, mostly {@code tcb}; null when the
     *     segment has done what it had to
     */
    Tcb inSynReceived(Tcb tcb, Segment seg) {
        if (tcb.passive) {
            return passive.ofCookie(tcb, seg);
        }
        return isAnswered(tcb, seg) ? null : tcb;
    }

    /**
     * In a simultaneous open the peer's SYN has proved nothing: anybody may have sent it. A segment
     * that acknowledges our SYN is the peer's. If it brings another SYN, that one counts. An empty
     * one that does not fit is the peer's answer to ours, which told it of a SYN that it has not
     * sent. To repeat that would bring a reset; the peer's own SYN,ACK comes again.
     */
    private boolean isAnswered(Tcb tcb, Segment seg) {
        boolean isThePeers = seg.hasAck() && !seg.hasRst() && tcb.snd.isNewAck(seg.ack());
        if (!isThePeers) {
            return false;
        }
        if (!seg.hasSyn()) {
            int before = tcb.rcv.nxt - 1;
            int wnd = tcb.rcv.wnd();
            boolean fits = seg.length() > 0 || Seq.inWindow(seg.seq(), before, wnd + 2);
            if (!fits) {
                context.counters.add(Counter.DROPPED_SEGMENTS);
            }
            return !fits;
        }
        if (seg.seq() == tcb.rcv.irs) {
            return false;
        }
        tcb.rcv.reassembly.clear();
        tcb.rcv.buffer.clear();
        tcb.snd.windowScale = 0;
        tcb.rcv.windowScale = 0;
        tcb.synOwed = false;
        synAckReceived(tcb, seg, Trigger.ACK_OF_SYN);
        context.wantsOutput(tcb);
        context.timersChanged(tcb);
        return true;
    }

    /**
     * A segment acknowledges our SYN in SYN-RECEIVED.
     *
     * @return false when the connection is not open yet: the segment is not processed further
     */
    boolean ackOfSyn(Tcb tcb, Segment seg) {
        if (tcb.passive && !passive.hasPlace(tcb.listener)) {
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
            EcnHandshake.again(tcb, seg);
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
