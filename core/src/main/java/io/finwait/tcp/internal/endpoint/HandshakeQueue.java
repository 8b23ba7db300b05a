package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.TcbQueue;

import java.util.function.LongConsumer;

/** The SYN queue of a listener: its handshakes from the oldest to the newest. */
final class HandshakeQueue {

    private final Context context;
    private final TcbQueue queue = new TcbQueue();

    HandshakeQueue(Context context) {
        this.context = context;
    }

    int size() {
        return queue.size();
    }

    /** The handshake that began first, or null. */
    Tcb oldest() {
        return queue.oldest();
    }

    void add(Tcb tcb) {
        tcb.countedAsHandshake = true;
        queue.add(tcb);
        context.handshakes++;
    }

    /** Passes on the order, see {@link StateDigest}. */
    void digest(LongConsumer to) {
        to.accept(queue.size());
        for (Tcb each = queue.oldest(); each != null; each = each.newer) {
            to.accept(each.ports());
        }
    }

    /** Takes a handshake out; a TCB that is no longer one is left alone. */
    void remove(Tcb tcb) {
        if (tcb.countedAsHandshake) {
            tcb.countedAsHandshake = false;
            queue.remove(tcb);
            context.handshakes--;
        }
    }
}
