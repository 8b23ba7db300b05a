package io.finwait.tcp.internal.loss;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * The tail loss probe (RFC 8985 §7). When no ACK comes for two round trips, one segment is sent
 * without waiting for the much longer retransmission timeout: the next unsent one or, if there is
 * none, the last one again, with its FIN. The answer tells what is missing. Without SACK it could
 * not, so there is no probe then.
 *
 * <p>The timer starts with what is sent for the first time and with each ACK of something new, as
 * long as more is outstanding and nothing is known to be missing.
 */
public final class TailLossProbe {

    private static final long MS = 1_000_000L;

    /** PTO before the first measured round trip (RFC 8985 §7.2). */
    private static final long UNMEASURED_NS = 1_000 * MS;

    /** How long the peer may delay the ACK of a single segment. */
    private static final long MAX_ACK_DELAY_NS = 200 * MS;

    /** How late timers may fire, here and at the peer; this matters when round trips are short. */
    private static final long TIMER_SLACK_NS = 4 * MS;

    private final Context context;

    public TailLossProbe(Context context) {
        this.context = context;
    }

    /** Something may have been sent: the timer runs while there is a tail to probe. */
    public void arm(Tcb tcb) {
        if (!applies(tcb)) {
            tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        } else if (!tcb.timers.isRunning(Timer.TAIL_LOSS_PROBE)) {
            start(tcb);
        }
    }

    /** It never fires after the retransmission timer. */
    private void start(Tcb tcb) {
        long due = context.nowNs() + timeoutNs(tcb);
        long retransmission = tcb.timers.deadline(Timer.RETRANSMISSION);
        boolean later = due - retransmission > 0;
        tcb.timers.startAt(Timer.TAIL_LOSS_PROBE, later ? retransmission : due);
    }

    /**
     * True with SACK, as RFC 8985 §7.2 requires, while nothing else is known to be missing, no
     * other probe is on its way, and the retransmission timeout is not doubled: otherwise the round
     * trip is not known, and the probe would be sent twice.
     */
    private static boolean applies(Tcb tcb) {
        Snd snd = tcb.snd;
        return snd.una != snd.nxt
                && tcb.sackPermitted
                && !tcb.isOpening()
                && !tcb.loss.recovering
                && !tcb.retransmitOwed
                && tcb.rtt.backoff() == 0
                && tcb.loss.duplicates == 0
                && snd.wnd > 0
                && snd.cursor == snd.nxt
                && snd.scoreboard.isEmpty()
                && !isOnItsWay(tcb);
    }

    private static boolean isOnItsWay(Tcb tcb) {
        return tcb.tailProbed && Seq.lt(tcb.snd.una, tcb.tailProbeEnd);
    }

    private long timeoutNs(Tcb tcb) {
        if (!tcb.rtt.hasMeasured()) {
            return UNMEASURED_NS;
        }
        Snd snd = tcb.snd;
        boolean one = snd.flight() <= snd.mss;
        // The ACK of a FIN is not delayed (RFC 9293 §3.10.7.4).
        boolean mayBeDelayed =
                one && (!snd.finSent() || context.profile.has(Habit.EXPECTS_DELAYED_ACK_OF_FIN));
        return 2 * tcb.rtt.smoothedNs() + (mayBeDelayed ? MAX_ACK_DELAY_NS : TIMER_SLACK_NS);
    }

    /**
     * Octets of text that were never sent and that the peer's window takes, one segment at most.
     */
    public static int newText(Snd snd) {
        return Math.min(Math.min(snd.unsentText(), snd.mss), snd.wnd - snd.flight());
    }

    /** The timer has fired: owes the probe and restarts the retransmission timer. */
    public void fire(Tcb tcb) {
        tcb.againBecause = Retransmission.TAIL_LOSS_PROBE;
        tcb.tailProbeOwed = true;
        tcb.timers.start(Timer.RETRANSMISSION, tcb.rtt.timeoutNs());
        context.wantsOutput(tcb);
    }

    /** True while the tail that the probe is owed for is still unacknowledged. */
    public static boolean isDue(Tcb tcb) {
        return applies(tcb);
    }

    /**
     * The probe has left.
     *
     * @param again it was the last segment, and not the next one
     */
    public void sent(Tcb tcb, boolean again) {
        context.counters.add(Counter.TAIL_LOSS_PROBES);
        if (tcb.tailProbed) {
            // Nobody has told whether the earlier one has mended a loss: it may have.
            mended(tcb);
        }
        tcb.tailProbed = true;
        tcb.loss.tailProbedFlight = again ? tcb.flightSize() : 0;
        tcb.tailProbeEnd = tcb.snd.nxt;
    }

    /** Something new was acknowledged: the tail is another one. */
    void progress(Tcb tcb) {
        tcb.tailProbeOwed = false;
        if (applies(tcb)) {
            start(tcb);
        } else {
            tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        }
    }

    /**
     * What an ACK tells of the probe, once its blocks were taken (RFC 8985 §7.4). Was it the last
     * segment again, then what was lost has come with it, unless the peer reports that it came
     * twice: by D-SACK, or by a second ACK of the same number.
     *
     * @param moved the ACK is of something new
     */
    void answered(Tcb tcb, Segment seg, boolean moved) {
        if (!tcb.tailProbed || Seq.lt(seg.ack(), tcb.tailProbeEnd)) {
            return;
        }
        LossState loss = tcb.loss;
        boolean cameTwice = loss.duplicateReported && loss.duplicateEnd == tcb.tailProbeEnd;
        boolean saysNothing = seg.length() == 0 && seg.options().sackBlocks() == 0;
        if (loss.tailProbedFlight == 0
                || cameTwice
                || tcb.snd.finSent()
                || (!moved && saysNothing)) {
            // Behind a FIN there is nothing that a smaller window would hold back.
            tcb.tailProbed = false;
        } else if (Seq.gt(seg.ack(), tcb.tailProbeEnd)) {
            mended(tcb);
        }
    }

    /** The probe has mended a loss, which is a sign of congestion like any other. */
    private void mended(Tcb tcb) {
        tcb.tailProbed = false;
        if (!tcb.loss.recovering && !MarksEcho.answers(tcb)) {
            tcb.loss.undoOpen = false;
            tcb.congestion.lost(tcb.loss.tailProbedFlight, context.nowNs());
            MarksEcho.reduced(tcb);
        }
    }
}
