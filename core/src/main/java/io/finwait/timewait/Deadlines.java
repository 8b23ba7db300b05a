package io.finwait.timewait;

/**
 * Finds the entry that expires next. Entries with the same duration expire in the order in which
 * they came and are linked in a list, the newest last. Entries out of that order are in a heap.
 */
final class Deadlines {

    private static final int MAX_LISTS = 16;
    private static final int NIL = EntryStore.NIL;

    private final EntryStore store;
    private final int restartCap;
    private final DeadlineHeap heap = new DeadlineHeap();
    private final long[] durations = new long[MAX_LISTS];
    private final int[] heads = new int[MAX_LISTS];
    private final int[] tails = new int[MAX_LISTS];
    private final long[] firstDeadlines = new long[MAX_LISTS];
    private int lists;

    Deadlines(EntryStore store, int restartCap) {
        this.store = store;
        this.restartCap = restartCap;
    }

    /** Starts the wait of an entry that is not in a list or the heap. */
    void start(int ref, long nowNs, long durationNs) {
        long deadline = nowNs + durationNs;
        store.deadline(ref, deadline);
        int list = listOf(durationNs);
        if (list < 0) {
            toHeap(ref, deadline, deadline + (restartCap - 1) * durationNs);
            return;
        }
        int tail = tails[list];
        store.inHeap(ref, false);
        store.next(ref, NIL);
        store.previous(ref, tail);
        if (tail == NIL) {
            heads[list] = ref;
            firstDeadlines[list] = deadline;
        } else {
            store.next(tail, ref);
        }
        tails[list] = ref;
    }

    /** Restarts a wait, up to the cap. */
    void restart(int ref, long nowNs, long durationNs) {
        long deadline = nowNs + durationNs;
        if (!store.inHeap(ref)) {
            long first = store.deadline(ref);
            unlink(ref);
            toHeap(ref, first, first + (restartCap - 1) * durationNs);
        }
        store.deadline(ref, heap.postpone(store.next(ref), deadline));
    }

    /** Removes an entry, whether it has expired or not. */
    void stop(int ref) {
        if (store.inHeap(ref)) {
            heap.remove(store.next(ref));
        } else {
            unlink(ref);
        }
    }

    /** The entry that expires next, or NIL. */
    int first() {
        int best = NIL;
        long deadline = 0;
        for (int i = 0; i < lists; i++) {
            if (heads[i] != NIL && (best == NIL || firstDeadlines[i] - deadline < 0)) {
                best = heads[i];
                deadline = firstDeadlines[i];
            }
        }
        if (!heap.isEmpty() && (best == NIL || heap.firstDeadline() - deadline < 0)) {
            best = heap.first();
        }
        return best;
    }

    /** The entry that probably expires after this one, or NIL. */
    int following(int ref) {
        return store.inHeap(ref) ? NIL : store.next(ref);
    }

    long octets() {
        return heap.octets();
    }

    private void toHeap(int ref, long deadlineNs, long capNs) {
        store.inHeap(ref, true);
        store.next(ref, heap.add(ref, deadlineNs, capNs));
    }

    private int listOf(long durationNs) {
        for (int i = 0; i < lists; i++) {
            if (durations[i] == durationNs) {
                return i;
            }
        }
        for (int i = 0; i < lists; i++) {
            if (heads[i] == NIL) {
                durations[i] = durationNs;
                return i;
            }
        }
        if (lists == MAX_LISTS) {
            return -1;
        }
        durations[lists] = durationNs;
        heads[lists] = NIL;
        tails[lists] = NIL;
        return lists++;
    }

    private void unlink(int ref) {
        int previous = store.previous(ref);
        int next = store.next(ref);
        if (previous != NIL) {
            store.next(previous, next);
        } else {
            int list = listWithEnd(heads, ref);
            heads[list] = next;
            if (next != NIL) {
                firstDeadlines[list] = store.deadline(next);
            }
        }
        if (next != NIL) {
            store.previous(next, previous);
        } else {
            tails[listWithEnd(tails, ref)] = previous;
        }
    }

    private int listWithEnd(int[] ends, int ref) {
        for (int i = 0; i < lists; i++) {
            if (ends[i] == ref) {
                return i;
            }
        }
        throw new AssertionError("the entry " + ref + " stands at no list's end, yet has no link");
    }
}
