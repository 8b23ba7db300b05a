package io.finwait.tcp.internal.tcb;

/**
 * TCBs from the one that was added first to the one that was added last. A TCB stands in one queue
 * at a time: among a listener's handshakes, or among the orphans.
 */
public final class TcbQueue {

    private Tcb oldest;
    private Tcb newest;
    private int size;

    public int size() {
        return size;
    }

    /** The TCB that was added first, or null. */
    public Tcb oldest() {
        return oldest;
    }

    public void add(Tcb tcb) {
        tcb.older = newest;
        tcb.newer = null;
        if (newest == null) {
            oldest = tcb;
        } else {
            newest.newer = tcb;
        }
        newest = tcb;
        size++;
    }

    /** Takes out a TCB that is in this queue. */
    public void remove(Tcb tcb) {
        Tcb older = tcb.older;
        Tcb newer = tcb.newer;
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        tcb.older = null;
        tcb.newer = null;
        size--;
    }
}
