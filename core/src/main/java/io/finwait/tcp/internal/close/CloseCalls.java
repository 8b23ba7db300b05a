package io.finwait.tcp.internal.close;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.context.Keepalive;
import io.finwait.tcp.internal.context.Orphans;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.Timer;

/** CLOSE and half-close, state by state (RFC 9293 §3.10.4). */
public final class CloseCalls {

    private final Context context;
    private final Lifecycle lifecycle;

    /** Calls on connections of one context. */
    public CloseCalls(Context context, Lifecycle lifecycle) {
        this.context = context;
        this.lifecycle = lifecycle;
    }

    /** Half-close: the user has no more to send but keeps the handle. */
    public void shutdownOutput(Tcb tcb) {
        switch (tcb.state) {
            case SYN_SENT -> lifecycle.closeBeforeEstablished(tcb);
            case SYN_RECEIVED -> tcb.closeDeferred = true;
            case ESTABLISHED, CLOSE_WAIT -> lifecycle.closeOutput(tcb);
            case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> {
                // A second CLOSE never sends a second FIN (requirement A09).
            }
            case CLOSED, LISTEN -> throw new AssertionError("no user has this: " + tcb);
        }
    }

    /** CLOSE: a half-close with which the user also gives up the handle. */
    public void close(Tcb tcb) {
        if (tcb.state == State.SYN_SENT) {
            lifecycle.closeBeforeEstablished(tcb);
            return;
        }
        AbortCause cause = reasonToAbort(tcb);
        if (cause != null) {
            lifecycle.abort(tcb, cause);
            return;
        }
        context.orphans.add(tcb);
        tcb.probes = 0;
        // Octets out of order don't count as unread; when they come again, they are new data after
        // CLOSE.
        tcb.rcv.reassembly.clear();
        tcb.rcv.finHeld = false;
        if (tcb.lingerNs > 0) {
            tcb.timers.start(Timer.LINGER, tcb.lingerNs);
        }
        shutdownOutput(tcb);
        long patience = context.config.closePolicy().orphanTimeoutNs();
        if (tcb.state == State.FIN_WAIT_2) {
            lifecycle.orphanInFinWait2(tcb);
        } else if (patience > 0) {
            tcb.timers.start(Timer.ORPHAN, patience);
        }
        Keepalive.restart(context, tcb);
        context.wantsOutput(tcb);
    }

    private AbortCause reasonToAbort(Tcb tcb) {
        ClosePolicy policy = context.config.closePolicy();
        if (policy.resetOnUnreadData() && unreadData(tcb)) {
            return AbortCause.UNREAD_DATA;
        }
        if (tcb.lingerNs == 0) {
            return AbortCause.LINGER_ZERO;
        }
        if (policy.finWait2TimeoutNs() < 0 && !tcb.state.hasReceivedFin()) {
            return AbortCause.NO_FIN_WAIT_2;
        }
        return makesPlace(tcb) ? null : AbortCause.TOO_MANY_ORPHANS;
    }

    /**
     * Whether there is place for one orphan more; others may be given up for it. A peer that holds
     * up the close of many connections must not cut off the answers to the next ones.
     */
    private boolean makesPlace(Tcb tcb) {
        int octets = tcb.snd.buffer.length();
        if (context.config.closePolicy().maxOrphans() == 0
                || octets > context.config.limits().orphanOctets()) {
            return false;
        }
        while (areTooMany(octets)) {
            Tcb first = context.orphans.firstToGo();
            // Now it is known how much the others have queued.
            if (areTooMany(octets)) {
                lifecycle.abort(first, AbortCause.TOO_MANY_ORPHANS);
            }
        }
        return true;
    }

    /** Whether one orphan more with these octets would be too many. */
    private boolean areTooMany(int octets) {
        Orphans orphans = context.orphans;
        return orphans.count() >= context.config.closePolicy().maxOrphans()
                || orphans.octets() + octets > context.config.limits().orphanOctets();
    }

    /** Octets in order that the user has not read, including text on a SYN (T-17). */
    private static boolean unreadData(Tcb tcb) {
        return tcb.rcv.buffer.readable() > 0
                || (tcb.state == State.SYN_RECEIVED && tcb.rcv.reassembly.count() > 0);
    }
}
