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

    /**
     * The largest of the oldest, or null; of equals the oldest. One whose peer has acknowledged
     * octets since it was last looked at goes behind all others, and one whose peer has let a timer
     * pass goes before those whose peers have not. An acknowledgment has paid for each orphan that
     * goes to the end, so the walk is short on average.
     */
    public Tcb firstToGo() {
        Tcb first = null;
        Tcb next = queue.oldest();
        int left = queue.size();
        for (int looked = 0; looked < LOOKED_AT && left > 0; left--) {
            Tcb each = next;
            next = each.newer;
            if (look(each)) {
                queue.remove(each);
                queue.add(each);
            } else {
                looked++;
                first = first == null || goesBefore(each, first) ? each : first;
            }
        }
        return first == null ? queue.oldest() : first;
    }

    private static boolean goesBefore(Tcb one, Tcb other) {
        boolean stalls = hasLetATimerPass(one);
        return stalls == hasLetATimerPass(other) ? one.orphanOctets > other.orphanOctets : stalls;
    }

    /** Since the peer has last acknowledged anything. */
    private static boolean hasLetATimerPass(Tcb tcb) {
        return tcb.retransmissions > 0 || tcb.probes > 0;
    }

    /** Counts what it has queued now; true if that is less than before. */
    private boolean look(Tcb tcb) {
        int before = tcb.orphanOctets;
        int now = tcb.snd.buffer.length();
        octets += now - before;
        tcb.orphanOctets = now;
        return now < before;
    }
}
