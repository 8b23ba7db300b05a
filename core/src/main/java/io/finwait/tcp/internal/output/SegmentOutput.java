package io.finwait.tcp.internal.output;

import io.finwait.spi.Capabilities;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.SegmentSizes;
import io.finwait.tcp.internal.loss.Pacing;
import io.finwait.tcp.internal.loss.PathMtu;
import io.finwait.tcp.internal.loss.Recovery;
import io.finwait.tcp.internal.loss.TailLossProbe;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.tcp.internal.tcb.Timers;
import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

/**
 * The only output path of a live connection. Arriving segments, timers and the user's calls note
 * what is owed; this class decides what is sent, in which order and how much. When the transport
 * has no room, everything stays owed.
 */
public final class SegmentOutput {

    private static final long SILLY_WINDOW_OVERRIDE_NS = 200_000_000L;

    private final Context context;
    private final SegmentSender sender;
    private final Recovery recovery;
    private final TailLossProbe tailLossProbe;
    private final PathMtu pathMtu;
    private final Pacing pacing;
    private final int largestPacket;
    private final boolean superPackets;

    /** Sends through a sender, into packets as large as a transport takes. */
    public SegmentOutput(
            Context context,
            SegmentSender sender,
            Recovery recovery,
            TailLossProbe tailLossProbe,
            PathMtu pathMtu,
            Pacing pacing,
            Capabilities capabilities) {
        this.context = context;
        this.sender = sender;
        this.recovery = recovery;
        this.tailLossProbe = tailLossProbe;
        this.pathMtu = pathMtu;
        this.pacing = pacing;
        superPackets = capabilities.segmentationOffload();
        largestPacket = capabilities.largestPacket();
    }

    /**
     * Sends what a TCB owes.
     *
     * @return false when the transport had no room and something is still owed
     */
    public boolean poll(Tcb tcb) {
        boolean done =
                switch (tcb.state) {
                    case SYN_SENT, SYN_RECEIVED -> pollHandshake(tcb);
                    case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK ->
                            pollOpen(tcb);
                    case CLOSED, LISTEN, TIME_WAIT -> true;
                };
        arm(tcb);
        return done;
    }

    private boolean pollHandshake(Tcb tcb) {
        if (tcb.synOwed) {
            if (!sender.sendSyn(tcb)) {
                return false;
            }
            tcb.synOwed = false;
            tcb.acksOwed = 0;
        }
        return pollAcks(tcb);
    }

    private boolean pollOpen(Tcb tcb) {
        pathMtu.age(tcb);
        if (!pollLost(tcb)) {
            return false;
        }
        if (tcb.probeOwed) {
            if (!sendProbe(tcb)) {
                return false;
            }
            tcb.probeOwed = false;
        }
        if (tcb.tailProbeOwed) {
            if (!sendTailProbe(tcb)) {
                return false;
            }
            tcb.tailProbeOwed = false;
        }
        return pollText(tcb) && pollKeepalive(tcb) && pollAcks(tcb);
    }

    private boolean pollText(Tcb tcb) {
        Snd snd = tcb.snd;
        if (!snd.hasPending()) {
            return true;
        }
        recovery.mayHaveIdled(tcb);
        int segments = 0;
        while (true) {
            int text = textToSend(tcb, snd.cursor);
            if (text == 0 && !finFits(snd, snd.cursor)) {
                return true;
            }
            segments += text > snd.mss ? 2 : 1;
            boolean push =
                    segments > 1
                            && context.profile.has(Habit.PUSHES_FLIGHTS)
                            && textToSend(tcb, snd.cursor + text) == 0;
            if (!sendNext(tcb, text, push ? TcpHeader.PSH : 0)) {
                return false;
            }
            tcb.sendSmall = false;
        }
    }

    /** Sends the octets at the cursor, with the FIN if it follows them directly. */
    public boolean sendNext(Tcb tcb, int text, int control) {
        Snd snd = tcb.snd;
        boolean fin = finFits(snd, snd.cursor + text);
        if (!sender.send(tcb, snd.cursor, text, control | fin(fin))) {
            return false;
        }
        pacing.sent(tcb, text);
        if (snd.sent(text, fin)) {
            tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        }
        return true;
    }

    private static int fin(boolean on) {
        return on ? TcpHeader.FIN : 0;
    }

    /** How many octets of text a segment that begins at {@code from} may carry now. */
    private int textToSend(Tcb tcb, int from) {
        Snd snd = tcb.snd;
        int pending = Seq.distance(from, snd.textEnd);
        if (pending <= 0) {
            return 0;
        }
        int usable = Recovery.usableWindow(tcb, from);
        if (usable <= 0) {
            return 0;
        }
        int text = Math.min(Math.min(pending, usable), pacing.room(tcb));
        if (text == 0) {
            return 0;
        }
        if (text >= snd.mss) {
            return wholeSegments(tcb, text);
        }
        boolean again = Seq.lt(from, snd.nxt);
        boolean last = text == pending;
        boolean mayGo =
                again
                        || tcb.sendSmall
                        || (last && (snd.finQueued || !tcb.nagle || snd.una == from))
                        || text >= (snd.maxWnd + 1) / 2;
        return mayGo ? text : 0;
    }

    /** The text of one full-sized segment, or of as many as fit a super-packet. */
    private int wholeSegments(Tcb tcb, int text) {
        int mss = tcb.snd.mss;
        if (!superPackets || tcb.cwrOwed) {
            // CWR is for one segment, and all of a super-packet would carry it.
            return mss;
        }
        int headers = SegmentSizes.ipHeader(tcb) + TcpHeader.MAX_LENGTH;
        // One segment always fits, even where the longest options would not fit beside it.
        int most = Math.max(1, (largestPacket - headers) / mss) * mss;
        return Math.min(text / mss * mss, most);
    }

    /**
     * True when the FIN follows directly and the peer's window has room for its sequence number.
     */
    private static boolean finFits(Snd snd, int behind) {
        return snd.finQueued && behind == snd.finSeq && snd.wnd > behind - snd.una;
    }

    /** Retransmits what is lost, as far as the windows and the pace allow. */
    private boolean pollLost(Tcb tcb) {
        int from;
        while ((from = recovery.next(tcb)) != tcb.snd.nxt) {
            if (!tcb.retransmitOwed && pacing.room(tcb) == 0) {
                return true;
            }
            if (!sendAgain(tcb, from)) {
                return false;
            }
        }
        return true;
    }

    /** Retransmits a segment: the part that was sent before and that the peer does not hold. */
    private boolean sendAgain(Tcb tcb, int from) {
        Snd snd = tcb.snd;
        int sentText = Seq.distance(from, Seq.min(snd.nxt, snd.textEnd));
        int missing = Seq.distance(from, Recovery.holeEnd(tcb, from));
        int text = Math.min(Math.min(sentText, missing), snd.mss);
        boolean fin = snd.finSent() && from + text == snd.finSeq;
        // A retransmitted segment can't be timed (Karn's algorithm, RFC 6298 §3).
        tcb.timing = false;
        if (!sender.send(tcb, from, text, fin(fin))) {
            return false;
        }
        pacing.sent(tcb, text);
        recovery.sentAgain(tcb, from, from + text + (fin ? 1 : 0));
        return true;
    }

    /** Sends the tail loss probe, even if the congestion window is used up (RFC 8985 §7.3). */
    private boolean sendTailProbe(Tcb tcb) {
        if (!TailLossProbe.isDue(tcb)) {
            return true;
        }
        int text = TailLossProbe.newText(tcb.snd);
        if (text > 0 ? !sendNext(tcb, text, 0) : !sendLastAgain(tcb)) {
            return false;
        }
        tailLossProbe.sent(tcb, text <= 0);
        return true;
    }

    private boolean sendLastAgain(Tcb tcb) {
        Snd snd = tcb.snd;
        int end = Seq.min(snd.nxt, snd.textEnd);
        int from = Seq.max(snd.una, Seq.max(snd.lastBegin, end - snd.mss));
        tcb.timing = false;
        return sender.send(tcb, from, Seq.distance(from, end), fin(snd.finSent()));
    }

    /** Sends one octet, or the FIN, into a closed window (RFC 9293 §3.8.6.1). */
    private boolean sendProbe(Tcb tcb) {
        Snd snd = tcb.snd;
        if (snd.una == snd.nxt && !snd.hasUnsent()) {
            return true;
        }
        int text = Seq.lt(snd.una, snd.textEnd) ? 1 : 0;
        boolean fin = snd.finQueued && snd.una + text == snd.finSeq && text == 0;
        if (!sender.send(tcb, snd.una, text, fin(fin))) {
            return false;
        }
        snd.nxt = Seq.max(snd.nxt, snd.una + 1);
        snd.cursor = Seq.max(snd.cursor, snd.una + 1);
        tcb.timing = false;
        return true;
    }

    private boolean pollKeepalive(Tcb tcb) {
        if (tcb.keepaliveOwed) {
            // SEG.SEQ = SND.NXT-1 makes the peer answer (RFC 9293 §3.8.4).
            if (!sender.sendEmpty(tcb, tcb.snd.nxt - 1)) {
                return false;
            }
            tcb.keepaliveOwed = false;
        }
        return true;
    }

    private boolean pollAcks(Tcb tcb) {
        if (tcb.acknowledgedInBatch) {
            tcb.acknowledgedInBatch = false;
            tcb.acksOwed = Math.max(tcb.acksOwed, tcb.octetsUnacknowledged > 0 ? 1 : 0);
        }
        while (tcb.acksOwed > 0) {
            if (!sendAck(tcb)) {
                return false;
            }
        }
        return true;
    }

    private boolean sendAck(Tcb tcb) {
        int owed = tcb.acksOwed;
        if (!sender.sendEmpty(tcb, SegmentSender.ackSequence(tcb.snd))) {
            return false;
        }
        tcb.acksOwed = owed - 1;
        return true;
    }

    /**
     * Sends an ACK in the middle of a batch, for a peer whose window grows with the number of ACKs;
     * when there is no room it stays owed. Text that comes after it is acknowledged at the end of
     * the batch, without the usual delay: the peer may hold back a small segment until then (RFC
     * 896).
     */
    public void acknowledgeNow(Tcb tcb) {
        sender.sendEmpty(tcb, SegmentSender.ackSequence(tcb.snd));
        tcb.acknowledgedInBatch = true;
    }

    /**
     * Sends the ACK of the peer's FIN before the TCB is reused. When the transport has no room it
     * is lost, as it might be on a link.
     */
    public void acknowledgeAtOnce(Tcb tcb) {
        if (!sender.sendEmpty(tcb, SegmentSender.ackSequence(tcb.snd))) {
            context.counters.add(Counter.ANSWERS_WITHOUT_ROOM);
        }
    }

    /** Starts and stops the timers that depend on what is outstanding or waits (RFC 6298 §5.1). */
    private void arm(Tcb tcb) {
        if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
            return;
        }
        Snd snd = tcb.snd;
        Timers timers = tcb.timers;
        boolean outstanding = snd.una != snd.nxt;
        boolean blocked = !outstanding && tcb.state.isSynchronized() && snd.hasUnsent();
        if (outstanding) {
            timers.startIfOff(Timer.RETRANSMISSION, tcb.rtt.timeoutNs());
        }
        tailLossProbe.arm(tcb);
        if (blocked && snd.wnd == 0) {
            timers.startIfOff(Timer.WINDOW_PROBE, tcb.rtt.timeoutNs());
        } else {
            timers.stop(Timer.WINDOW_PROBE);
        }
        if (blocked && snd.wnd > 0) {
            timers.startIfOff(Timer.SILLY_WINDOW, SILLY_WINDOW_OVERRIDE_NS);
        } else {
            timers.stop(Timer.SILLY_WINDOW);
        }
        if (tcb.userTimeoutNs > 0 && (outstanding || blocked)) {
            timers.startIfOff(Timer.USER_TIMEOUT, tcb.userTimeoutNs);
        }
        if (tcb.state.isSynchronized()) {
            snd.phases.note(tcb, context.nowNs());
        }
        context.timersChanged(tcb);
    }
}
