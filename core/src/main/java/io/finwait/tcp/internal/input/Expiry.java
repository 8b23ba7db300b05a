package io.finwait.tcp.internal.input;

import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.Keepalive;
import io.finwait.tcp.internal.loss.Pacing;
import io.finwait.tcp.internal.loss.Recovery;
import io.finwait.tcp.internal.loss.TailLossProbe;
import io.finwait.tcp.internal.output.SegmentSender;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/** Acts when a timer fires (RFC 9293 §3.10.8, RFC 6298 §5). */
public final class Expiry {

    /**
     * A SYN,ACK is sent again so often from a queue that is more than half full: enough for three
     * losses, and the handshake ends after seven seconds.
     */
    private static final int WHEN_HALF_FULL = 2;

    private static final Timer[] TIMERS = Timer.values();

    private final Context context;
    private final Lifecycle lifecycle;
    private final SegmentSender sender;
    private final Recovery recovery;
    private final TailLossProbe tailLossProbe;
    private final Pacing pacing;

    /** Timers of the connections of one endpoint. */
    public Expiry(
            Context context,
            Lifecycle lifecycle,
            SegmentSender sender,
            Recovery recovery,
            TailLossProbe tailLossProbe,
            Pacing pacing) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.sender = sender;
        this.recovery = recovery;
        this.tailLossProbe = tailLossProbe;
        this.pacing = pacing;
    }

    /** Fires every timer of a TCB whose time has come; returns how many fired. */
    public int onTime(Tcb tcb) {
        int fired = 0;
        for (Timer timer : TIMERS) {
            if (tcb.timers.isDue(timer, context.nowNs())) {
                tcb.timers.stop(timer);
                fired++;
                fire(tcb, timer);
                if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
                    return fired;
                }
            }
        }
        context.timersChanged(tcb);
        return fired;
    }

    private void fire(Tcb tcb, Timer timer) {
        switch (timer) {
            case TAIL_LOSS_PROBE -> tailLossProbe.fire(tcb);
            case REORDERING -> recovery.overtakenForTooLong(tcb);
            case RETRANSMISSION -> retransmission(tcb);
            case WINDOW_PROBE -> windowProbe(tcb);
            case DELAYED_ACK -> {
                tcb.acksOwed = Math.max(tcb.acksOwed, 1);
                context.wantsOutput(tcb);
            }
            case PACING -> pacing.turnHasCome(tcb);
            case SILLY_WINDOW -> {
                tcb.sendSmall = true;
                context.wantsOutput(tcb);
            }
            case KEEPALIVE -> keepalive(tcb);
            case USER_TIMEOUT -> lifecycle.timeOut(tcb, TimeoutCause.USER_TIMEOUT);
            case FIN_WAIT_2 -> lifecycle.timeOut(tcb, TimeoutCause.FIN_WAIT_2);
            case LINGER -> {
                if (tcb.connection != null) {
                    tcb.connection.tell(Events.LINGER_EXPIRED);
                }
            }
            case ORPHAN -> lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            case GRACEFUL_CLOSE -> tcb.connection.gracefulCloseExpired();
        }
    }

    private void retransmission(Tcb tcb) {
        context.counters.add(Counter.RETRANSMISSION_TIMEOUTS);
        if (tcb.isOpening()) {
            retransmitSyn(tcb);
            return;
        }
        if (tcb.snd.wnd == 0) {
            // The peer has closed its window below the outstanding octets: retransmitting them is a
            // window probe and no sign of a loss.
            windowProbe(tcb);
            return;
        }
        tcb.retransmissions++;
        if (tcb.orphan && tcb.retransmissions > orphanRetries(tcb)) {
            lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            return;
        }
        if (tcb.userTimeoutNs == 0 && tcb.retransmissions > context.config.retransmissionsR2()) {
            lifecycle.timeOut(tcb, TimeoutCause.RETRANSMISSION);
            return;
        }
        if (tcb.retransmissions == context.config.retransmissionsR1() && tcb.connection != null) {
            tcb.connection.tellSoftError("no acknowledgment so far, still trying");
        }
        recovery.timedOut(tcb);
        context.wantsOutput(tcb);
    }

    /**
     * How often an orphan retransmits: not at all after an ICMP error, otherwise as the policy
     * says.
     */
    private int orphanRetries(Tcb tcb) {
        return tcb.softError != null ? 0 : context.config.closePolicy().orphanRetries();
    }

    /** How often a SYN,ACK is sent again: less often when other handshakes need the place. */
    private int mostSynAcks(Tcb tcb) {
        int most = context.config.limits().synAckRetransmissions();
        return tcb.listener.isHalfFullOfHandshakes() ? Math.min(most, WHEN_HALF_FULL) : most;
    }

    private void retransmitSyn(Tcb tcb) {
        if (!tcb.acceptDeferred) {
            tcb.retransmissions++;
        }
        tcb.rtt.backOff();
        tcb.timing = false;
        EcnHandshake.givesUp(tcb);
        if (tcb.passive && tcb.retransmissions > mostSynAcks(tcb)) {
            lifecycle.timeOut(tcb, TimeoutCause.CONNECT);
            return;
        }
        if (context.nowNs() - tcb.openedAtNs >= context.config.connectTimeoutNs()
                || (tcb.userTimeoutNs > 0
                        && context.nowNs() - tcb.openedAtNs >= tcb.userTimeoutNs)) {
            lifecycle.timeOut(tcb, TimeoutCause.CONNECT);
            return;
        }
        tcb.synOwed = true;
        recovery.startTimer(tcb);
        context.wantsOutput(tcb);
    }

    /**
     * Probes a closed window with one octet, or the FIN. As long as the peer answers, a connection
     * with a user stays open (RFC 9293 MUST-37); an orphan is given up (T-22).
     */
    private void windowProbe(Tcb tcb) {
        tcb.probes++;
        tcb.probesUnanswered++;
        if (tcb.orphan && tcb.probes > orphanRetries(tcb)) {
            lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            return;
        }
        if (tcb.probesUnanswered > context.config.retransmissionsR2()) {
            lifecycle.timeOut(tcb, TimeoutCause.WINDOW_PROBE);
            return;
        }
        tcb.rtt.backOffProbes();
        tcb.againBecause = Retransmission.WINDOW_PROBE;
        tcb.probeOwed = true;
        if (tcb.snd.una != tcb.snd.nxt) {
            recovery.startTimer(tcb);
        }
        context.wantsOutput(tcb);
    }

    private void keepalive(Tcb tcb) {
        if (!Keepalive.applies(tcb)) {
            return;
        }
        if (tcb.snd.una != tcb.snd.nxt) {
            Keepalive.restart(context, tcb);
            return;
        }
        long silentNs = context.nowNs() - tcb.lastHeardNs;
        if (silentNs < tcb.keepaliveIdleNs) {
            tcb.timers.startAt(Timer.KEEPALIVE, tcb.lastHeardNs + tcb.keepaliveIdleNs);
            return;
        }
        boolean givenUp =
                tcb.userTimeoutNs > 0
                        ? silentNs >= tcb.userTimeoutNs && tcb.keepalivesUnanswered > 0
                        : tcb.keepalivesUnanswered >= tcb.keepaliveProbes;
        if (givenUp) {
            sender.sendReset(tcb);
            lifecycle.timeOut(tcb, TimeoutCause.KEEPALIVE);
            return;
        }
        tcb.keepalivesUnanswered++;
        tcb.keepaliveOwed = true;
        tcb.timers.start(Timer.KEEPALIVE, tcb.keepaliveIntervalNs);
        context.wantsOutput(tcb);
    }
}
