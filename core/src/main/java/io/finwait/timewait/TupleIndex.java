package io.finwait.timewait;

import java.util.Arrays;

/** From the hash of a tuple to its entry. */
final class TupleIndex {

    private final EntryStore store;
    private final TupleHash hash;

    /** References plus one; zero is free. */
    private int[] slots = new int[64];

    private int size;

    TupleIndex(EntryStore store, TupleHash hash) {
        this.store = store;
        this.hash = hash;
    }

    int find(long hashed, boolean wide, long k0, long k1, long k2) {
        int mask = slots.length - 1;
        for (int i = (int) hashed & mask; slots[i] != 0; i = (i + 1) & mask) {
            int ref = slots[i] - 1;
            if (EntryStore.isWide(ref) == wide && store.matches(ref, k0, k1, k2)) {
                return ref;
            }
        }
        return EntryStore.NIL;
    }

    void add(long hashed, int ref) {
        if (++size > slots.length / 4 * 3) {
            int[] old = slots;
            slots = new int[2 * old.length];
            for (int stored : old) {
                if (stored != 0) {
                    place(hashOf(stored - 1), stored);
                }
            }
        }
        place(hashed, ref + 1);
    }

    void remove(int ref) {
        int mask = slots.length - 1;
        int hole = (int) hashOf(ref) & mask;
        while (slots[hole] != ref + 1) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
            int home = (int) hashOf(slots[i] - 1) & mask;
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        slots[hole] = 0;
        size--;
    }

    long octets() {
        return 4L * slots.length;
    }

    long hashOf(int ref) {
        int words = EntryStore.isWide(ref) ? 3 : 2;
        return hash.of(words, store.keyWord(ref, 0), store.keyWord(ref, 1), store.keyWord(ref, 2));
    }

    private void place(long hashed, int stored) {
        int mask = slots.length - 1;
        int i = (int) hashed & mask;
        while (slots[i] != 0) {
            i = (i + 1) & mask;
        }
        slots[i] = stored;
    }

    @Override
    public String toString() {
        return Arrays.toString(slots);
    }
}
