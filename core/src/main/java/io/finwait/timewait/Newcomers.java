package io.finwait.timewait;

/**
 * New entries that are stored and have a timer but are not in the index yet. They are added to it
 * sixteen at a time, after their buckets have been brought into the cache together, so that they
 * don't wait for memory one by one. Only then is an old entry of the same tuple found and removed.
 * A caller to whom this matters asks {@link #mayHold} first, or calls {@link #settle}.
 */
final class Newcomers {

    /** Removes the old entry of a new entry's tuple. */
    @FunctionalInterface
    interface Replacement {
        /**
         * Removes an entry.
         *
         * @param enteredNs when the new entry came
         */
        void replace(int old, long enteredNs);
    }

    private static final int MOST = 16;
    private static final int FILTER_WORDS = 64;

    private final TupleIndex index;
    private final Replacement replacement;
    private final int[] refs = new int[MOST];
    private final long[] hashes = new long[MOST];
    private final long[] enteredNs = new long[MOST];

    /** A bit for each new entry, at a place that twelve bits of its hash choose. */
    private final long[] filter = new long[FILTER_WORDS];

    private int count;

    /** A place to read lines of memory into. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    Newcomers(TupleIndex index, Replacement replacement) {
        this.index = index;
        this.replacement = replacement;
    }

    /** Adds an entry whose tuple no other new entry has. */
    void add(long hashed, int ref, long nowNs) {
        refs[count] = ref;
        hashes[count] = hashed;
        enteredNs[count++] = nowNs;
        filter[word(hashed)] |= 1L << bit(hashed);
        if (count == MOST) {
            settle();
        }
    }

    /** True when a new entry may have this hash; rarely wrong. */
    boolean mayHold(long hashed) {
        return (filter[word(hashed)] >>> bit(hashed) & 1) != 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Adds all to the index and removes the old entries of their tuples. */
    void settle() {
        touched = index.touch(hashes, count);
        for (int i = 0; i < count; i++) {
            int ref = refs[i];
            int old = index.find(hashes[i], ref);
            if (old != EntryStore.NIL) {
                replacement.replace(old, enteredNs[i]);
            }
            index.add(hashes[i], ref);
            filter[word(hashes[i])] = 0;
        }
        count = 0;
    }

    // The index takes other bits of the hash: the lowest eleven, and the high half.

    private static int word(long hashed) {
        return (int) (hashed >>> 11) & (FILTER_WORDS - 1);
    }

    private static int bit(long hashed) {
        return (int) (hashed >>> 17) & 63;
    }
}
