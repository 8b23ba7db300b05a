package io.finwait.timewait;

import java.util.Arrays;

/**
 * The index of the table, by the tuples' hashes. It grows and shrinks without a pause: meanwhile
 * there are two generations of {@link Buckets}, and each change of the index moves a few buckets
 * from the old to the new one. The home of a hash tells in which of them it is.
 */
final class TupleIndex {

    private static final int SMALLEST = 4;

    /** Up to this size the next generation has twice the buckets and is filled at once. */
    private static final int SMALL = 256;

    /** Entries that found no bucket with room within reach, which only colliding hashes cause. */
    private int[] stash = new int[4];

    private final EntryStore store;
    private final TupleHash hash;
    private final int[] moving = new int[Buckets.SLOTS];
    private final long[] movingHash = new long[Buckets.SLOTS];
    private Buckets buckets;

    /** The next generation, or null. */
    private Buckets next;

    /** Homes of {@link #buckets} below this one are in {@link #next}. */
    private int frontier;

    private int stashed;
    private int size;
    private int growAt;
    private int shrinkAt;

    TupleIndex(EntryStore store, TupleHash hash) {
        this.store = store;
        this.hash = hash;
        begin(new Buckets(SMALLEST));
        buckets.open(SMALLEST - 1);
    }

    /**
     * The entry with the same key as another that is not in the index, or {@link EntryStore#NIL}.
     */
    int find(long hashed, int same) {
        long k0 = store.keyWord(same, 0);
        long k1 = store.keyWord(same, 1);
        return EntryStore.isWide(same)
                ? findWide(hashed, k0, k1, store.keyWord(same, 2))
                : findNarrow(hashed, k0, k1);
    }

    /** The narrow entry of a key, or {@link EntryStore#NIL}. */
    int findNarrow(long hashed, long k0, long k1) {
        Buckets in = generation(hashed);
        int home = in.home(hashed);
        long[] chunk = in.chunk(home);
        int at = Buckets.offset(home);
        for (long m = Buckets.match(chunk, at, Buckets.tag(hashed)); m != 0; m &= m - 1) {
            int ref = Buckets.refOf(chunk, at, m);
            if (store.matchesNarrow(ref, k0, k1)) {
                return ref;
            }
        }
        return Buckets.isPassed(chunk, at, hashed)
                ? findFurther(in, 1, hashed, false, k0, k1, 0)
                : EntryStore.NIL;
    }

    /** The wide entry of a key, or {@link EntryStore#NIL}. */
    int findWide(long hashed, long k0, long k1, long k2) {
        return findFurther(generation(hashed), 0, hashed, true, k0, k1, k2);
    }

    /**
     * Searches the home of a hash and the buckets after it. It is a method of its own so that
     * {@link #findNarrow}, which nearly always suffices, stays short.
     */
    private int findFurther(
            Buckets in, int from, long hashed, boolean wide, long k0, long k1, long k2) {
        int home = in.home(hashed);
        for (int i = from; i < Buckets.REACH; i++) {
            long[] chunk = in.chunk(home + i);
            int at = Buckets.offset(home + i);
            for (long m = Buckets.match(chunk, at, Buckets.tag(hashed)); m != 0; m &= m - 1) {
                int ref = Buckets.refOf(chunk, at, m);
                if (wide ? store.matchesWide(ref, k0, k1, k2) : store.matchesNarrow(ref, k0, k1)) {
                    return ref;
                }
            }
            if (!Buckets.isPassed(chunk, at, hashed)) {
                return EntryStore.NIL;
            }
        }
        return findStashed(wide, k0, k1, k2);
    }

    /**
     * The most likely entry of a hash, or {@link EntryStore#NIL} when there certainly is none. It
     * reads a single cache line of the index, so that many such lookups wait for memory at the same
     * time.
     */
    int guess(long hashed) {
        Buckets in = generation(hashed);
        int home = in.home(hashed);
        long[] chunk = in.chunk(home);
        int at = Buckets.offset(home);
        long tag = Buckets.tag(hashed);
        long m = Buckets.match(chunk, at, tag);
        // Reading a useless reference is cheaper than a mispredicted branch.
        int ref = Buckets.refOrOther(chunk, at, m);
        int none = Buckets.isPassed(chunk, at, hashed) ? UNKNOWN : EntryStore.NIL;
        return m == 0 ? none : ref;
    }

    /** The result of {@link #guess} when only {@link #find} can tell. */
    static final int UNKNOWN = -1;

    void add(long hashed, int ref) {
        size++;
        place(hashed, ref);
        if (next != null) {
            moveOn(4);
        } else if (size > growAt) {
            int homes = buckets.homes();
            resize(homes < SMALL ? 2 * homes : homes + homes / 8);
        }
    }

    void remove(long hashed, int ref) {
        size--;
        if (!generation(hashed).remove(hashed, ref)) {
            unstash(hashed, ref);
        }
        if (next != null) {
            moveOn(4);
        } else if (size < shrinkAt) {
            resize(Math.max(SMALLEST, size / (Buckets.SLOTS * 7 / 10)));
        }
    }

    long hashOf(int ref) {
        return hash.of(store.keyWord(ref, 0), store.keyWord(ref, 1), store.keyWord(ref, 2));
    }

    /**
     * Touches the bucket in which an entry probably is, so that it is near when {@link #remove}
     * comes.
     */
    long touch(long hashed) {
        Buckets in = generation(hashed);
        int home = in.home(hashed);
        return Buckets.touch(in.chunk(home), Buckets.offset(home));
    }

    /** Touches the buckets of several hashes at once: the loads do not wait for each other. */
    long touch(long[] hashes, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += touch(hashes[i]);
        }
        return sum;
    }

    long octets() {
        return buckets.octets() + (next == null ? 0 : next.octets()) + 4L * stash.length;
    }

    private Buckets generation(long hashed) {
        return next == null || buckets.home(hashed) >= frontier ? buckets : next;
    }

    private void place(long hashed, int ref) {
        if (!generation(hashed).add(hashed, ref)) {
            if (stashed == stash.length) {
                stash = Arrays.copyOf(stash, 2 * stashed);
            }
            stash[stashed++] = ref;
        }
    }

    private int findStashed(boolean wide, long k0, long k1, long k2) {
        for (int i = 0; i < stashed; i++) {
            int ref = stash[i];
            if (wide ? store.matchesWide(ref, k0, k1, k2) : store.matchesNarrow(ref, k0, k1)) {
                return ref;
            }
        }
        return EntryStore.NIL;
    }

    private void unstash(long hashed, int ref) {
        for (int i = 0; i < stashed; i++) {
            if (stash[i] == ref) {
                stash[i] = stash[--stashed];
                generation(hashed).unpass(hashed, Buckets.REACH);
                return;
            }
        }
        throw new AssertionError("the index has lost entry " + ref);
    }

    private void begin(Buckets generation) {
        buckets = generation;
        next = null;
        frontier = 0;
        long slots = (long) generation.homes() * Buckets.SLOTS;
        growAt = (int) (slots * 4 / 5);
        shrinkAt = generation.homes() <= SMALLEST ? 0 : (int) (slots * 7 / 20);
    }

    private void resize(int homes) {
        next = new Buckets(homes);
        if (buckets.homes() <= SMALL) {
            moveOn(buckets.homes());
        }
    }

    /** Moves the entries of the next few homes to the generation to come. */
    private void moveOn(int homes) {
        for (int i = 0; i < homes && next != null; i++) {
            int home = frontier;
            // The hash that begins the home behind this one has the highest home there.
            int reached =
                    (int) Math.min(next.homes() - 1L, (home + 1L) * next.homes() / buckets.homes());
            next.open(reached);
            frontier++;
            move(home);
            buckets.close(home);
            if (frontier == buckets.homes()) {
                begin(next);
            }
        }
    }

    private void move(int home) {
        moveFrom(home, home);
        int last = home;
        while (Buckets.isPassed(buckets.chunk(home), Buckets.offset(home))
                && ++last < home + Buckets.REACH) {
            moveFrom(home, last);
        }
        for (int i = stashed - 1; i >= 0; i--) {
            int ref = stash[i];
            long hashed = hashOf(ref);
            if (buckets.home(hashed) == home) {
                stash[i] = stash[--stashed];
                buckets.unpass(hashed, Buckets.REACH);
                place(hashed, ref);
            }
        }
    }

    /** Moves the entries of a home that stand in one of the buckets in its reach. */
    private void moveFrom(int home, int bucket) {
        long[] chunk = buckets.chunk(bucket);
        int at = Buckets.offset(bucket);
        int count = 0;
        for (int slot = 0; slot < Buckets.SLOTS; slot++) {
            if (!Buckets.isFree(chunk, at, slot)) {
                moving[count++] = Buckets.ref(chunk, at, slot) << 4 | slot;
            }
        }
        // The entries are read in a loop of its own, so that the misses overlap.
        for (int i = 0; i < count; i++) {
            movingHash[i] = hashOf(moving[i] >>> 4);
        }
        for (int i = 0; i < count; i++) {
            long hashed = movingHash[i];
            if (bucket == home || buckets.home(hashed) == home) {
                Buckets.clear(chunk, at, moving[i] & 15);
                buckets.unpass(hashed, bucket - home);
                place(hashed, moving[i] >>> 4);
            }
        }
    }
}
