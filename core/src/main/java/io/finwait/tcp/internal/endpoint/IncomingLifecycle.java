package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.internal.close.Lifecycle;
import io.finwait.tcp.internal.close.TimeWaits;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Phase;

/** How a SYN begins to wait for the user's answer, and how that ends. */
final class IncomingLifecycle {

    private final Context context;
    private final Lifecycle lifecycle;
    private final TimeWaits timeWaits;
    private final WaitingSyns syns;
    private final IncomingNotices notices;

    IncomingLifecycle(
            Context context,
            Lifecycle lifecycle,
            TimeWaits timeWaits,
            WaitingSyns syns,
            IncomingNotices notices) {
        this.context = context;
        this.lifecycle = lifecycle;
        this.timeWaits = timeWaits;
        this.syns = syns;
        this.notices = notices;
    }

    /** It waits from now on, and the user is asked. */
    void begin(TcpIncoming incoming) {
        incoming.sinceNs = context.nowNs();
        syns.add(incoming);
        notices.add(incoming);
    }

    /** The user has accepted it: a handshake begins. */
    void beginHandshake(TcpIncoming incoming) {
        incoming.phase = Phase.HANDSHAKE;
        syns.waitsNoMore(incoming);
    }

    /** Its connection is open, and goes to the user. */
    void handOver(TcpIncoming incoming) {
        syns.remove(incoming);
        incoming.phase = Phase.OVER;
        notices.add(incoming);
    }

    /** Makes place for another one. */
    void crowdOutOldest() {
        context.counters.add(Counter.LISTEN_DROPS);
        end(syns.oldest(), Gone.CROWDED_OUT);
    }

    /**
     * Nothing can become of it any more.
     *
     * @param gone why, for the user; null to tell nothing
     */
    void end(TcpIncoming incoming, Gone gone) {
        boolean wasIgnored = incoming.phase == Phase.IGNORED;
        syns.remove(incoming);
        incoming.phase = Phase.OVER;
        if (incoming.overTimeWait) {
            incoming.overTimeWait = false;
            timeWaits.returned(incoming);
        }
        TcpConnection open = incoming.connection;
        if (open != null) {
            incoming.connection = null;
            if (open.tcb != null) {
                lifecycle.abort(open.tcb, AbortCause.LISTENER_CLOSED);
            }
            open.release();
        }
        if (gone != null && !wasIgnored && incoming.told) {
            incoming.gone = gone;
            notices.add(incoming);
        }
    }
}
