package io.finwait.tcp.internal.context;

import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.tcp.internal.tcb.TcbQueue;

/** Connections that no user has any more, as long as they hold a TCB. */
public final class Orphans {

    /** Among so many of the oldest the largest is looked for. */
    private static final int LOOKED_AT = 16;

    private final TcbQueue queue = new TcbQueue();
    private long octets;

    public int count() {
        return queue.size();
    }

    /**
     * Octets that they have queued. Each counts as it was when it was last looked at: it only gets
     * smaller, since nobody queues more.
     */
    public long octets() {
        return octets;
    }

    public void add(Tcb tcb) {
        tcb.orphan = true;
        tcb.orphanOctets = 0;
        queue.add(tcb);
        look(tcb);
    }

    void remove(Tcb tcb) {
        octets -= tcb.orphanOctets;
        queue.remove(tcb);
    }

    /** The largest of the oldest, or null; of equals the oldest. */
    public Tcb firstToGo() {
        Tcb largest = null;
        Tcb next = queue.oldest();
        for (int i = 0; i < LOOKED_AT && next != null; i++) {
            look(next);
            if (largest == null || next.orphanOctets > largest.orphanOctets) {
                largest = next;
            }
            next = next.newer;
        }
        return largest;
    }

    private void look(Tcb tcb) {
        int now = tcb.snd.buffer.length();
        octets += now - tcb.orphanOctets;
        tcb.orphanOctets = now;
    }
}
