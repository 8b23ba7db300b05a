package io.finwait.timewait;

/**
 * Entries that are stored and timed, but not in the index yet. They are put there sixteen at a
 * time, after their buckets have been touched together, so that a newcomer does not wait for memory
 * by itself. Only then does it show whether the tuple of one has an old entry, which goes. A caller
 * that would see the difference asks {@link #mayHold} first, or settles anyway.
 */
final class Newcomers {

    /** Ends the old entry of a newcomer's tuple. */
    @FunctionalInterface
    interface Replacement {
        /**
         * Ends one.
         *
         * @param enteredNs when the newcomer came
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

    /** A bit for each newcomer, at a place that twelve bits of its hash choose. */
    private final long[] filter = new long[FILTER_WORDS];

    private int count;

    /** A place to read lines of memory into. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    Newcomers(TupleIndex index, Replacement replacement) {
        this.index = index;
        this.replacement = replacement;
    }

    /** One more, whose tuple no other newcomer has. */
    void add(long hashed, int ref, long nowNs) {
        refs[count] = ref;
        hashes[count] = hashed;
        enteredNs[count++] = nowNs;
        filter[word(hashed)] |= 1L << bit(hashed);
        if (count == MOST) {
            settle();
        }
    }

    /** True when a newcomer may have this hash; seldom without reason. */
    boolean mayHold(long hashed) {
        return (filter[word(hashed)] >>> bit(hashed) & 1) != 0;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Puts all into the index; the old entries of their tuples go. */
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
