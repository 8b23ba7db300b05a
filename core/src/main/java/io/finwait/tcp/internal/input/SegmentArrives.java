package io.finwait.tcp.internal.input;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.output.StatelessAnswers;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Rcv;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * A segment arrives for a connection in SYN-RECEIVED or any later state but TIME-WAIT: the steps of
 * RFC 9293 §3.10.7.4, though not all in that order. A step returns false when the segment goes no
 * further. Nothing leaves here; answers are noted as owed. The order is 2, PAWS, 4, 1, 5, 7, 8:
 *
 * <ul>
 *   <li>RST (2) stands first. It is taken into a closed window as well (RFC 9293 MUST-66), where
 *   the first step would refuse one that carries text (SHLD-2), and PAWS must not look at it (RFC
 *   7323 §5.2). It has an exact check of its own number (RFC 5961 §3.2).
 *   <li>PAWS stands before the check of the sequence number (RFC 7323 §5.3, R1 before R2).
 *   <li>SYN (4) stands before that check too, because it is challenged whatever its number (RFC
 *   5961 §4.2). One outside the window gets the challenge's limited ACK, and not the first step's.
 *   <li>Then come the sequence number (1), the ACK field (5), the text (7) and the FIN (8). A
 *   recent segment that the first step refuses may still acknowledge something new.
 *   <li>Security (3) and the urgent pointer (6) have no step. Urgent text is ordinary text here
 *   (RFC 6093).
 * </ul>
 */
public final class SegmentArrives {

    private final Context context;
    private final Lifecycle lifecycle;
    private final SegmentSender sender;
    private final StatelessAnswers answers;
    private final Timestamps timestamps;
    private final OwedAcks owedAcks;
    private final AckArrives acks;
    private final TextArrives texts;
    private final Handshake handshake;

    SegmentArrives(
            Context context,
            Lifecycle lifecycle,
            SegmentSender sender,
            StatelessAnswers answers,
            Timestamps timestamps,
            OwedAcks owedAcks,
            AckArrives acks,
            TextArrives texts,
            Handshake handshake) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.sender = sender;
        this.answers = answers;
        this.timestamps = timestamps;
        this.owedAcks = owedAcks;
        this.acks = acks;
        this.texts = texts;
        this.handshake = handshake;
    }

    /** Runs the steps. */
    public void arrive(Tcb tcb, Segment seg) {
        if (!seg.hasAck() && !seg.hasSyn() && !seg.hasRst()) {
            // Without ACK it is dropped in any case (fifth step); before the first step it is
            // dropped without an answer (requirement B17).
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return;
        }
        if (reset(tcb, seg)
                && timestamps.areFresh(tcb, seg)
                && synchronize(tcb, seg)
                && sequence(tcb, seg)
                && acknowledgment(tcb, seg, true)) {
            tcb.heard(context.nowNs());
            MarksArrive.take(context, tcb, seg);
            text(tcb, seg);
            fin(tcb, seg);
        }
        if (tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT) {
            context.timersChanged(tcb);
        }
    }

    // Second step: RST. It comes before the first because Table 6 would refuse one with text into a
    // closed window (RFC 9293 MUST-66, SHLD-2), and because PAWS does not apply to it (RFC 7323
    // §5.2).

    private boolean reset(Tcb tcb, Segment seg) {
        if (!seg.hasRst()) {
            return true;
        }
        Rcv rcv = tcb.rcv;
        boolean inWindow = Seq.inWindow(seg.seq(), rcv.nxt, rcv.wnd());
        if (seg.seq() == rcv.nxt || (inWindow && context.profile.has(Habit.INSECURE_RST))) {
            if (tcb.state == State.SYN_RECEIVED && tcb.passive) {
                context.watch.resetReceived(tcb);
                lifecycle.forget(tcb);
            } else {
                lifecycle.resetByPeer(tcb);
            }
        } else if (inWindow) {
            owedAcks.challenge(tcb);
        } else {
            context.counters.add(Counter.DROPPED_SEGMENTS);
        }
        return false;
    }

    // Fourth step: SYN (RFC 5961 §4.2).

    private boolean synchronize(Tcb tcb, Segment seg) {
        if (!seg.hasSyn()) {
            return true;
        }
        if (tcb.state == State.SYN_RECEIVED) {
            handshake.synInSynReceived(tcb, seg);
        } else if (context.profile.has(Habit.INSECURE_SYN)
                && Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd())) {
            sender.sendReset(tcb);
            lifecycle.resetByPeer(tcb);
        } else if (!context.defences.challengesSyn()
                && Seq.inWindow(seg.seq(), tcb.rcv.nxt, tcb.rcv.wnd())) {
            answers.resetPeer(seg);
            lifecycle.resetByPeer(tcb);
        } else {
            owedAcks.challenge(tcb);
        }
        return false;
    }

    // First step: the sequence number.

    private boolean sequence(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        int wnd = rcv.wnd();
        int length = seg.length();
        boolean acceptable;
        if (length == 0) {
            // The number right behind the window is taken as well. A peer that has filled the
            // window,
            // or has probed a closed one, sends its ACKs from there, and they must get through even
            // when what it sent was lost (T-13).
            acceptable = Seq.inWindow(seg.seq(), rcv.nxt, Math.max(wnd, 1) + 1);
        } else if (wnd == 0) {
            acceptable = Seq.inWindow(seg.seq(), rcv.nxt, 2);
        } else {
            acceptable =
                    Seq.inWindow(seg.seq(), rcv.nxt, wnd)
                            || Seq.inWindow(seg.end() - 1, rcv.nxt, wnd)
                            || (Seq.lt(seg.seq(), rcv.nxt) && Seq.gt(seg.end(), rcv.nxt));
        }
        if (acceptable) {
            return true;
        }
        boolean recent = Seq.leq(seg.end(), rcv.nxt) && Seq.gt(seg.end(), rcv.nxt - rcv.maxWnd - 1);
        if (length > 0) {
            if (recent) {
                rcv.duplicate(seg.seq(), seg.end());
            }
            owedAcks.oweAck(tcb);
        }
        // The last segment again: its ACK was lost. If the next one echoed the first sending, the
        // peer would take the time until now for a round trip (RFC 7323 §4.3).
        boolean isLast = length > 0 && seg.end() == rcv.nxt;
        if (recent && tcb.state.isSynchronized() && !acknowledgment(tcb, seg, isLast)) {
            // What is old may still acknowledge something new (RFC 9293 appendix A.2, T-13).
            return false;
        }
        if (length == 0 && seg.seq() == rcv.nxt - 1) {
            owedAcks.answerProbe(tcb);
        } else if (length == 0) {
            owedAcks.challenge(tcb);
        }
        return false;
    }

    // Fifth step: the ACK field.

    /**
     * @param acceptable whether the segment lies in the window, or ends exactly at RCV.NXT:
     *     TS.Recent is for those alone, or anybody could put it so far ahead that the peer's own
     *     segments count as old (RFC 7323 §5.3, R2 before R3; CVE-2005-0356)
     */
    private boolean acknowledgment(Tcb tcb, Segment seg, boolean acceptable) {
        if (!seg.hasAck()) {
            context.counters.add(Counter.DROPPED_SEGMENTS);
            return false;
        }
        Snd snd = tcb.snd;
        if (tcb.state == State.SYN_RECEIVED) {
            if (!snd.isNewAck(seg.ack())) {
                badAckInSynReceived(tcb, seg);
                return false;
            }
            return handshake.ackOfSyn(tcb, seg);
        }
        int ack = seg.ack();
        boolean tooOld = Seq.lt(ack, snd.una - snd.oldestAck());
        if (Seq.gt(ack, snd.nxt) || (tooOld && context.defences.checksAcknowledgmentRange())) {
            owedAcks.challenge(tcb);
            return false;
        }
        if (acceptable) {
            timestamps.record(tcb, seg);
        }
        acks.take(tcb, seg);
        return tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT;
    }

    /** A passive handshake is a stranger's until it is complete. */
    private void badAckInSynReceived(Tcb tcb, Segment seg) {
        if (tcb.passive) {
            answers.reset(seg);
        } else {
            answers.resetPeer(seg);
        }
    }

    // Seventh step: the text.

    private void text(Tcb tcb, Segment seg) {
        if (seg.textLength() == 0) {
            return;
        }
        switch (tcb.state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> {
                if (tcb.orphan && Seq.gt(seg.seq() + seg.textLength(), tcb.rcv.nxt)) {
                    answers.resetPeer(seg);
                    lifecycle.abortSilently(tcb, AbortCause.DATA_AFTER_CLOSE);
                } else {
                    texts.takeText(tcb, seg);
                }
            }
            // The peer has said that no more comes: its text is ignored, and acknowledged (T-10).
            case CLOSE_WAIT, CLOSING, LAST_ACK -> owedAcks.oweAck(tcb);
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, TIME_WAIT -> {}
        }
    }

    // Eighth step: the FIN.

    private void fin(Tcb tcb, Segment seg) {
        Rcv rcv = tcb.rcv;
        switch (tcb.state) {
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> {
                int finSeq = seg.seq() + seg.textLength();
                if (seg.hasFin() && Seq.leq(finSeq, rcv.edge) && Seq.geq(finSeq, rcv.nxt)) {
                    holdFin(tcb, seg, finSeq);
                }
                if (rcv.finHeld && rcv.finSeq == rcv.nxt) {
                    rcv.nxt++;
                    rcv.edge = Seq.max(rcv.edge, rcv.nxt);
                    tcb.acksOwed = 1;
                    tcb.retransmitOwed |=
                            context.profile.has(Habit.FIN_WITH_ACK)
                                    && tcb.state == State.FIN_WAIT_1
                                    && tcb.snd.finSent();
                    rcv.widen(context.profile.has(Habit.ROUNDED_WINDOW));
                    context.wantsOutput(tcb);
                    lifecycle.finReceived(tcb);
                }
            }
            // A FIN is taken once (T-10); another one, or the same again, is only acknowledged.
            case CLOSE_WAIT, CLOSING, LAST_ACK -> {
                if (seg.hasFin() && seg.textLength() == 0) {
                    owedAcks.oweAck(tcb);
                }
            }
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, TIME_WAIT -> {}
        }
    }

    /** Notes a FIN that may stand behind a gap; the first one seen counts. */
    private void holdFin(Tcb tcb, Segment seg, int finSeq) {
        Rcv rcv = tcb.rcv;
        if (!rcv.finHeld) {
            rcv.finHeld = true;
            rcv.finSeq = finSeq;
        }
        if (finSeq != rcv.nxt && seg.textLength() == 0) {
            // The text of a segment has asked for its ACK already; one segment gets one.
            owedAcks.oweAck(tcb);
        }
    }
}
