package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.function.LongConsumer;

/** The handshakes of a listener, from the oldest to the newest. */
final class HandshakeQueue {

    private final Context context;
    private Tcb oldest;
    private Tcb newest;
    private int size;

    HandshakeQueue(Context context) {
        this.context = context;
    }

    int size() {
        return size;
    }

    /** The handshake that began first, or null. */
    Tcb oldest() {
        return oldest;
    }

    void add(Tcb tcb) {
        tcb.countedAsHandshake = true;
        tcb.olderHandshake = newest;
        tcb.newerHandshake = null;
        if (newest == null) {
            oldest = tcb;
        } else {
            newest.newerHandshake = tcb;
        }
        newest = tcb;
        size++;
        context.handshakes++;
    }

    /** Tells the order, see {@link StateDigest}. */
    void digest(LongConsumer to) {
        to.accept(size);
        for (Tcb each = oldest; each != null; each = each.newerHandshake) {
            to.accept(each.ports());
        }
    }

    /** Takes a handshake out; what is none any more stays what it is. */
    void remove(Tcb tcb) {
        if (!tcb.countedAsHandshake) {
            return;
        }
        Tcb older = tcb.olderHandshake;
        Tcb newer = tcb.newerHandshake;
        if (older == null) {
            oldest = newer;
        } else {
            older.newerHandshake = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.olderHandshake = older;
        }
        tcb.olderHandshake = null;
        tcb.newerHandshake = null;
        tcb.countedAsHandshake = false;
        size--;
        context.handshakes--;
    }
}
