package io.finwait.tcp.internal.input;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.loss.Recovery;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;
import io.finwait.wire.Segment;
import io.finwait.wire.Seq;

/**
 * Processes the ACK field, the SACK blocks and the window of a segment (RFC 9293 §3.10.7.4, fifth
 * step).
 */
final class AckArrives {

    private final Context context;
    private final Timestamps timestamps;
    private final Recovery recovery;
    private final Lifecycle lifecycle;

    AckArrives(Context context, Timestamps timestamps, Recovery recovery, Lifecycle lifecycle) {
        this.context = context;
        this.timestamps = timestamps;
        this.recovery = recovery;
        this.lifecycle = lifecycle;
    }

    /** Processes an acceptable ACK. Even an ACK below SND.UNA may bring a new window. */
    void take(Tcb tcb, Segment seg) {
        int ack = seg.ack();
        if (Seq.gt(ack, tcb.snd.una)) {
            takeNewAck(tcb, seg);
            if (tcb.state != State.CLOSED && tcb.state != State.TIME_WAIT) {
                context.wantsOutput(tcb);
            }
        } else if (ack == tcb.snd.una) {
            duplicateAck(tcb, seg);
        } else {
            overtakenAck(tcb, seg);
        }
    }

    /** Processes an ACK above SND.UNA. */
    void takeNewAck(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        int octets = seg.ack() - snd.una;
        timestamps.measure(tcb, seg);
        recovery.ackArrives(tcb, seg);
        snd.acknowledge(seg.ack());
        Recovery.takeSack(tcb, seg);
        recovery.acknowledged(tcb, seg, octets);
        updateWindow(tcb, seg);
        tcb.retransmissions = 0;
        tcb.rtt.endProbing();
        tcb.softError = null;
        tcb.probes = 0;
        tcb.timers.stop(Timer.USER_TIMEOUT);
        recovery.progress(tcb);
        if (snd.wasFull) {
            snd.wasFull = false;
            tcb.connection.tell(Events.WRITABLE);
        }
        snd.phases.note(tcb, context.nowNs());
        if (snd.finAcknowledged() && tcb.state.awaitsAckOfFin()) {
            lifecycle.finAcknowledged(tcb);
        }
    }

    /**
     * Processes an ACK that acknowledges nothing new: its window may be new, or it is a duplicate
     * ACK and means that a segment is missing. With SACK an ACK is a duplicate when it reports
     * octets that no earlier one did, whatever its text and window (RFC 6675 §2); when text flows
     * both ways, hardly any segment comes without text.
     */
    private void duplicateAck(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        int window = seg.window() << snd.windowScale;
        recovery.ackArrives(tcb, seg);
        boolean reportsMore = Recovery.takeSack(tcb, seg);
        // A SACK that reports nothing new reports a duplicate (RFC 2883), which is no sign of a
        // loss.
        boolean saysNothing = seg.length() == 0 && seg.options().sackBlocks() == 0;
        boolean duplicate = reportsMore || (saysNothing && window == snd.wnd);
        boolean wasOpen = snd.wnd > 0;
        updateWindow(tcb, seg);
        recovery.takeDuplicates(tcb, seg);
        if (duplicate && wasOpen) {
            recovery.duplicate(tcb, reportsMore);
        }
        context.wantsOutput(tcb);
    }

    /**
     * Processes an ACK below SND.UNA: it may still be the first to report a block (RFC 6675 §5).
     */
    private void overtakenAck(Tcb tcb, Segment seg) {
        recovery.ackArrives(tcb, seg);
        boolean reportsMore = Recovery.takeSack(tcb, seg);
        recovery.takeDuplicates(tcb, seg);
        if (reportsMore) {
            recovery.duplicate(tcb, true);
        }
    }

    /**
     * Takes the window of a segment, unless a newer segment has set it (RFC 9293 §3.10.7.4, SND.WL1
     * and SND.WL2).
     */
    void updateWindow(Tcb tcb, Segment seg) {
        Snd snd = tcb.snd;
        boolean newer =
                Seq.lt(snd.wl1, seg.seq()) || (snd.wl1 == seg.seq() && Seq.leq(snd.wl2, seg.ack()));
        if (!newer) {
            return;
        }
        boolean wasClosed = snd.wnd == 0;
        snd.updateWindow(seg.window() << snd.windowScale, seg.seq(), seg.ack());
        if (wasClosed && snd.wnd > 0) {
            recovery.windowOpened(tcb);
        }
    }
}
