package io.finwait.tcp.internal.loss;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Seq;

/**
 * The tail loss probe (RFC 8985 §7) for the last segments before and including the FIN. When no ACK
 * comes for two round trips, one segment is sent without waiting for the much longer retransmission
 * timeout: the next unsent one or, if there is none, the last one, with the FIN, again.
 *
 * <p>Nothing is sent after the FIN, so a loss that the probe has repaired need not reduce the
 * congestion window (RFC 8985 §7.4). Other tails are not probed.
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

    /**
     * Starts the timer when there is a tail to probe; it never fires after the retransmission
     * timer.
     */
    public void arm(Tcb tcb) {
        if (!applies(tcb)) {
            tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        } else if (!tcb.timers.isRunning(Timer.TAIL_LOSS_PROBE)) {
            long due = context.nowNs() + timeoutNs(tcb);
            long retransmission = tcb.timers.deadline(Timer.RETRANSMISSION);
            boolean later = due - retransmission > 0;
            tcb.timers.startAt(Timer.TAIL_LOSS_PROBE, later ? retransmission : due);
        }
    }

    /**
     * True with SACK, as RFC 8985 §7.2 requires, while nothing else is known to be missing, and
     * while the retransmission timeout is not doubled: otherwise the round trip is not known, and
     * the probe would be sent twice.
     */
    private static boolean applies(Tcb tcb) {
        Snd snd = tcb.snd;
        return snd.finQueued
                && snd.una != snd.nxt
                && snd.wnd > 0
                && tcb.sackPermitted
                && !tcb.tailProbed
                && !tcb.retransmitOwed
                && tcb.rtt.backoff() == 0
                && snd.cursor == snd.nxt
                && snd.scoreboard.isEmpty()
                && tcb.loss.duplicates == 0
                && !tcb.loss.recovering
                && (snd.finSent() || newText(snd) > 0);
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

    /** The probe has left. */
    public void sent(Tcb tcb) {
        context.counters.add(Counter.TAIL_LOSS_PROBES);
        tcb.tailProbed = true;
        tcb.tailProbeEnd = tcb.snd.nxt;
    }

    /** Something new was acknowledged: the tail is another one. */
    public void progress(Tcb tcb) {
        tcb.timers.stop(Timer.TAIL_LOSS_PROBE);
        tcb.tailProbeOwed = false;
        tcb.tailProbed &= Seq.lt(tcb.snd.una, tcb.tailProbeEnd);
    }
}
