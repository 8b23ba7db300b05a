package io.finwait.tcp.internal.input;

import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.Notifications;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.tcb.Snd;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/** What happens when a timer fires, and what restarts or stops one (RFC 9293 §3.10.8, RFC 6298 §5). */
public final class Expiry {

    private static final Timer[] TIMERS = Timer.values();

    private final TcpEndpoint endpoint;

    public Expiry(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Fires every timer of a TCB whose time has come; returns how many fired. */
    public int onTime(Tcb tcb) {
        int fired = 0;
        for (Timer timer : TIMERS) {
            if (tcb.timers.isDue(timer, endpoint.now)) {
                tcb.timers.stop(timer);
                fired++;
                fire(tcb, timer);
                if (tcb.state == State.CLOSED || tcb.state == State.TIME_WAIT) {
                    return fired;
                }
            }
        }
        endpoint.timersChanged(tcb);
        return fired;
    }

    private void fire(Tcb tcb, Timer timer) {
        switch (timer) {
            case TAIL_LOSS_PROBE -> endpoint.tailLossProbe.fire(tcb);
            case RETRANSMISSION -> retransmission(tcb);
            case WINDOW_PROBE -> windowProbe(tcb);
            case DELAYED_ACK -> {
                tcb.acksOwed = Math.max(tcb.acksOwed, 1);
                endpoint.wantsOutput(tcb);
            }
            case SILLY_WINDOW -> {
                tcb.sendSmall = true;
                endpoint.wantsOutput(tcb);
            }
            case KEEPALIVE -> keepalive(tcb);
            case USER_TIMEOUT -> endpoint.lifecycle.timeOut(tcb, TimeoutCause.USER_TIMEOUT);
            case FIN_WAIT_2 -> endpoint.lifecycle.timeOut(tcb, TimeoutCause.FIN_WAIT_2);
            case LINGER -> {
                if (tcb.connection != null) {
                    tcb.connection.tell(Notifications.LINGER_EXPIRED);
                }
            }
            case ORPHAN -> endpoint.lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            case GRACEFUL_CLOSE -> tcb.connection.close();
        }
    }

    private void retransmission(Tcb tcb) {
        endpoint.counters.add(Counter.RETRANSMISSION_TIMEOUTS);
        if (Handshake.isUnderWay(tcb)) {
            retransmitSyn(tcb);
            return;
        }
        if (tcb.snd.wnd == 0) {
            // The peer has closed its window over what is outstanding: that is probing, not loss.
            windowProbe(tcb);
            return;
        }
        tcb.retransmissions++;
        if (tcb.orphan && tcb.retransmissions > orphanRetries(tcb)) {
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            return;
        }
        if (tcb.userTimeoutNs == 0 && tcb.retransmissions > endpoint.config.retransmissionsR2()) {
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.RETRANSMISSION);
            return;
        }
        if (tcb.retransmissions == endpoint.config.retransmissionsR1() && tcb.connection != null) {
            tcb.connection.tellSoftError("no acknowledgment so far, still trying");
        }
        Snd snd = tcb.snd;
        tcb.congestion.onTimeout(snd.nxt, snd.flight(), tcb.retransmissions == 1);
        tcb.rtt.backOff();
        // Everything from SND.UNA on is sent again, as far as the congestion window opens; with
        // SACK
        // without what the peer holds.
        tcb.againBecause = Retransmission.TIMEOUT;
        tcb.retransmitOwed = true;
        if (tcb.sackPermitted) {
            snd.scoreboard.timeout(snd.nxt);
        } else {
            snd.cursor = snd.una + Math.min(snd.mss, snd.flight());
        }
        startRetransmissionTimer(tcb);
        endpoint.wantsOutput(tcb);
    }

    /** Where the network says that the peer can't be reached, nobody waits for an orphan's sake. */
    private int orphanRetries(Tcb tcb) {
        return tcb.softError != null ? 0 : endpoint.config.closePolicy().orphanRetries();
    }

    private void retransmitSyn(Tcb tcb) {
        if (!tcb.acceptDeferred) {
            tcb.retransmissions++;
        }
        tcb.rtt.backOff();
        tcb.timing = false;
        if (endpoint.now - tcb.openedAtNs >= endpoint.config.connectTimeoutNs()
                || (tcb.userTimeoutNs > 0 && endpoint.now - tcb.openedAtNs >= tcb.userTimeoutNs)) {
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.CONNECT);
            return;
        }
        tcb.synOwed = true;
        startRetransmissionTimer(tcb);
        endpoint.wantsOutput(tcb);
    }

    private void startRetransmissionTimer(Tcb tcb) {
        tcb.timers.start(Timer.RETRANSMISSION, endpoint.now + tcb.rtt.timeoutNs());
    }

    /**
     * The window is closed: one octet, or the FIN, asks for news. As long as the peer answers and
     * somebody owns the connection it stays open (RFC 9293 MUST-37); an orphan is given up (T-22).
     */
    private void windowProbe(Tcb tcb) {
        tcb.probes++;
        tcb.probesUnanswered++;
        if (tcb.orphan && tcb.probes > orphanRetries(tcb)) {
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.ORPHAN);
            return;
        }
        if (tcb.probesUnanswered > endpoint.config.retransmissionsR2()) {
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.WINDOW_PROBE);
            return;
        }
        tcb.rtt.backOffProbes();
        tcb.againBecause = Retransmission.WINDOW_PROBE;
        tcb.probeOwed = true;
        if (tcb.snd.una != tcb.snd.nxt) {
            startRetransmissionTimer(tcb);
        }
        endpoint.wantsOutput(tcb);
    }

    private void keepalive(Tcb tcb) {
        if (!keepaliveApplies(tcb)) {
            return;
        }
        if (tcb.snd.una != tcb.snd.nxt) {
            restartKeepalive(tcb);
            return;
        }
        long silentNs = endpoint.now - tcb.lastHeardNs;
        if (silentNs < tcb.keepaliveIdleNs) {
            tcb.timers.start(Timer.KEEPALIVE, tcb.lastHeardNs + tcb.keepaliveIdleNs);
            return;
        }
        boolean givenUp =
                tcb.userTimeoutNs > 0
                        ? silentNs >= tcb.userTimeoutNs && tcb.keepalivesUnanswered > 0
                        : tcb.keepalivesUnanswered >= tcb.keepaliveProbes;
        if (givenUp) {
            endpoint.output.sendReset(tcb);
            endpoint.lifecycle.timeOut(tcb, TimeoutCause.KEEPALIVE);
            return;
        }
        tcb.keepalivesUnanswered++;
        tcb.keepaliveOwed = true;
        tcb.timers.start(Timer.KEEPALIVE, endpoint.now + tcb.keepaliveIntervalNs);
        endpoint.wantsOutput(tcb);
    }

    private static boolean keepaliveApplies(Tcb tcb) {
        if (tcb.keepaliveIdleNs <= 0 || tcb.orphan) {
            return false;
        }
        return switch (tcb.state) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2 -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, CLOSING, LAST_ACK, TIME_WAIT -> false;
        };
    }

    /** Starts or stops the keepalive timer after its settings, or the state, have changed. */
    public void restartKeepalive(Tcb tcb) {
        if (keepaliveApplies(tcb)) {
            tcb.timers.start(Timer.KEEPALIVE, endpoint.now + tcb.keepaliveIdleNs);
        } else {
            tcb.timers.stop(Timer.KEEPALIVE);
        }
        endpoint.timersChanged(tcb);
    }

    /**
     * The peer has said something acceptable: it lives. What fails a check may be anybody's, and counts
     * for nothing, or a peer that died would seem to live for as long as somebody sends junk.
     */
    void heard(Tcb tcb) {
        tcb.lastHeardNs = endpoint.now;
        tcb.challengesInVain = 0;
        tcb.probesUnanswered = 0;
        tcb.keepalivesUnanswered = 0;
    }

    /** New data or FIN was acknowledged (RFC 6298 §5.2, §5.3, RFC 6582 §3.2). */
    void progress(Tcb tcb) {
        tcb.probes = 0;
        tcb.timers.stop(Timer.USER_TIMEOUT);
        endpoint.tailLossProbe.progress(tcb);
        if (tcb.snd.una == tcb.snd.nxt) {
            tcb.timers.stop(Timer.RETRANSMISSION);
        } else if (!tcb.congestion.keepsTimer()) {
            startRetransmissionTimer(tcb);
        }
    }

    /** The peer's window is open again: what was outstanding goes out again at once. */
    void windowOpened(Tcb tcb) {
        tcb.probesUnanswered = 0;
        tcb.timers.stop(Timer.WINDOW_PROBE);
        tcb.rtt.endProbing();
        if (tcb.snd.una != tcb.snd.nxt) {
            tcb.againBecause = Retransmission.WINDOW_OPENED;
            tcb.retransmitOwed = true;
            startRetransmissionTimer(tcb);
        }
        endpoint.wantsOutput(tcb);
    }
}
