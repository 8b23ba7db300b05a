package io.finwait.tcp.internal.context;

import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/** Decides when the peer of an idle connection is probed (RFC 9293 §3.8.4). */
public final class Keepalive {

    private Keepalive() {}

    /** True when the connection's state and owner allow probes. */
    public static boolean applies(Tcb tcb) {
        if (tcb.keepaliveIdleNs <= 0 || tcb.orphan) {
            return false;
        }
        return switch (tcb.state) {
            case ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, FIN_WAIT_2 -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, CLOSING, LAST_ACK, TIME_WAIT -> false;
        };
    }

    /** Starts or stops the timer after the settings or the state have changed. */
    public static void restart(Context context, Tcb tcb) {
        if (applies(tcb)) {
            tcb.timers.start(Timer.KEEPALIVE, tcb.keepaliveIdleNs);
        } else {
            tcb.timers.stop(Timer.KEEPALIVE);
        }
        context.timersChanged(tcb);
    }
}
