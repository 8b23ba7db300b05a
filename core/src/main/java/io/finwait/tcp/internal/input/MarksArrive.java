package io.finwait.tcp.internal.input;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.Segment;

/**
 * Marks that routers have made on the peer's text (RFC 3168 §6.1.3): each segment of ours tells of
 * them, until the peer says that it has slowed down.
 */
final class MarksArrive {

    /** A slow peer waits for every ACK: these many segments are acknowledged at once. */
    private static final int QUICK_ACKS = 2;

    private MarksArrive() {}

    /**
     * An acceptable segment is about to be taken. Others say nothing: anybody may have sent them
     * (RFC 3168 §6.1.5). Nor does one without text, which its sender could not slow down.
     */
    static void take(Context context, Tcb tcb, Segment seg) {
        if (!tcb.ecn || seg.textLength() == 0) {
            return;
        }
        boolean was = tcb.ecnEcho;
        if (seg.hasCwr()) {
            tcb.ecnEcho = false;
        }
        if (seg.isMarked()) {
            tcb.ecnEcho = true;
            context.counters.add(Counter.CONGESTION_MARKS);
        }
        if (was != tcb.ecnEcho || seg.hasCwr()) {
            tcb.quickAcksLeft = Math.max(tcb.quickAcksLeft, QUICK_ACKS);
        }
    }
}
