package io.finwait.tcp.internal.loss;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * Takes back what the congestion window lost to a recovery or a timeout in which nothing was lost.
 * Three things tell it: an ACK that echoes a segment sent before the first one that was sent again
 * (Eifel, RFC 3522); and where timestamps are not there, or too coarse for the path, D-SACKs of all
 * that was sent again (RFC 3708), and after a timeout the report of what was never sent again
 * (F-RTO, RFC 5682 §3).
 */
final class Undo {

    private final Context context;

    Undo(Context context) {
        this.context = context;
    }

    /** A recovery, or a timeout, begins; the control has not been told yet. */
    static void begin(Tcb tcb) {
        LossState loss = tcb.loss;
        loss.undoOpen = true;
        loss.undoFrom = tcb.snd.una;
        loss.undoTo = tcb.snd.nxt;
        loss.undoOctets = 0;
        loss.undoStamped = false;
    }

    /** Numbers have gone again. */
    void sentAgain(Tcb tcb, int octets) {
        LossState loss = tcb.loss;
        if (loss.undoOpen) {
            if (!loss.undoStamped) {
                loss.undoStamped = true;
                loss.undoStamp = context.timestamp(tcb);
            }
            loss.undoOctets += octets;
        }
    }

    /** Whether an ACK tells that nothing was lost; its ACK field and its blocks were taken. */
    boolean isTold(Tcb tcb, Segment seg, boolean moved) {
        LossState loss = tcb.loss;
        if (!loss.undoOpen || !loss.undoStamped) {
            return false;
        }
        boolean timestamps = tcb.rcv.timestamps && seg.options().hasTimestamps();
        boolean tellsApart =
                timestamps && tcb.snd.scoreboard.rack().minRttNs() > 2 * Clock.TIMESTAMP_TICK_NS;
        if (tellsApart) {
            int echo = seg.options().timestampEcho();
            return moved && loss.recovering && echo != 0 && echo - loss.undoStamp < 0;
        }
        if (moved && loss.recovering && loss.afterTimeout && tcb.snd.scoreboard.hasOriginal()) {
            return true;
        }
        return allCameTwice(loss, seg);
    }

    private static boolean allCameTwice(LossState loss, Segment seg) {
        if (!loss.duplicateReported) {
            return false;
        }
        int left = seg.options().sackLeft(0);
        int right = seg.options().sackRight(0);
        if (Seq.geq(left, loss.undoFrom) && Seq.lt(left, right) && Seq.leq(right, loss.undoTo)) {
            loss.undoOctets -= right - left;
            return loss.undoOctets <= 0;
        }
        return false;
    }

    /** Takes back what {@code lost} or {@code timedOut} has done. */
    void take(Tcb tcb) {
        LossState loss = tcb.loss;
        Snd snd = tcb.snd;
        loss.undoOpen = false;
        tcb.congestion.spurious(context.nowNs());
        MarksEcho.givenBack(tcb);
        if (!loss.afterTimeout) {
            snd.scoreboard.rack().overtaken();
        }
        if (loss.recovering) {
            loss.recovering = false;
            loss.afterTimeout = false;
            loss.recover = snd.una;
            snd.scoreboard.undoLost();
            tcb.retransmitOwed = false;
        }
    }
}
