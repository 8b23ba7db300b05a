package io.finwait.timewait;

/**
 * One generation of the index: buckets of one cache line, in chunks.
 *
 * <pre>
 *  long 0      tags of slots 0 to 7, an octet each; 0 is a free slot
 *  long 1      tags of slots 8 to 11 in the low half; in the high half eight counts of 4 bits: how many
 *              entries of each kind passed here, that is, found the bucket full and went on to the next
 *  longs 2..7  references of slots 0 to 11, two in a long
 * </pre>
 *
 * <p>The home of a hash is its high half scaled to the number of buckets. The order of homes is thus the
 * order of hashes whatever the number of buckets, and one generation turns into the next from the first
 * bucket to the last. The home of the last bucket has room behind it, so that nobody passes the end.
 *
 * <p>The kind of a hash is three bits of it. One bucket in five is passed by somebody, but by few: with
 * counts by kind, nineteen of twenty lookups of what is not there end at the first bucket. A count that
 * has reached 15 stays, for it can't be known when the last of so many is gone; only colliding hashes
 * bring it there, and moving to the next generation begins anew.
 */
final class Buckets {

    /** Slots of a bucket. */
    static final int SLOTS = 12;

    /**
     * How many buckets an entry tries, its home included. At the highest load one entry in fourteen is
     * not at home and hardly any more than a few buckets away, but runs of full buckets do happen.
     */
    static final int REACH = 64;

    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int LONGS = 8;

    /** Octets 16 to 63 of an array that begins with a line: buckets begin with a line, too. */
    private static final int PADDING = 6;

    private static final int REFS = 2;
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long LOW_SEVEN = 0x7F7F_7F7F_7F7F_7F7FL;
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long PASSED = 0xFL;

    private final int homes;
    private final long[][] chunks;
    private long octets;

    /**
     * Buckets for {@code homes} homes, none of them there yet.
     *
     * @param homes 1 to 2^30
     */
    Buckets(int homes) {
        this.homes = homes;
        chunks = new long[(homes + REACH - 1 + CHUNK - 1) >>> CHUNK_SHIFT][];
        octets = 24L * chunks.length;
    }

    int homes() {
        return homes;
    }

    long octets() {
        return octets;
    }

    int home(long hash) {
        return (int) (((hash >>> 32) * homes) >>> 32);
    }

    static long tag(long hash) {
        long tag = hash & 0xFF;
        return tag == 0 ? 1 : tag;
    }

    /** Makes room for all buckets up to the last that an entry of a home may reach. */
    void open(int home) {
        int last = (home + REACH - 1) >>> CHUNK_SHIFT;
        for (int i = last; i >= 0 && chunks[i] == null; i--) {
            int buckets = Math.min(CHUNK, homes + REACH - 1 - (i << CHUNK_SHIFT));
            chunks[i] = new long[PADDING + buckets * LONGS];
            octets += 8L * chunks[i].length;
        }
    }

    /** Gives up the chunk that ends with a bucket, if one does. */
    void close(int bucket) {
        if ((bucket & (CHUNK - 1)) == CHUNK - 1) {
            int i = bucket >>> CHUNK_SHIFT;
            octets -= 8L * chunks[i].length;
            chunks[i] = null;
        }
    }

    long[] chunk(int bucket) {
        return chunks[bucket >>> CHUNK_SHIFT];
    }

    static int offset(int bucket) {
        return PADDING + (bucket & (CHUNK - 1)) * LONGS;
    }

    /**
     * A bit for each slot that has the tag; {@link #slotOf} reads them. Both words of tags are looked at
     * at once: which of the two has the tag is chance, and a wrong guess of the processor would cost as
     * much as the memory.
     */
    static long match(long[] chunk, int at, long tag) {
        long pattern = tag * ONES;
        long low = zeroOctets(chunk[at] ^ pattern) >>> 7;
        long high = (zeroOctets(chunk[at + 1] ^ pattern) & LOW_HALF) >>> 6;
        return low | high;
    }

    /** The slot of the first bit of a match: 8s for slot s, 8s + 1 for slot s + 8. */
    static int slotOf(long match) {
        int bit = Long.numberOfTrailingZeros(match);
        return (bit >>> 3) + ((bit & 1) << 3);
    }

    private static long zeroOctets(long x) {
        return ~(((x & LOW_SEVEN) + LOW_SEVEN) | x | LOW_SEVEN);
    }

    static int ref(long[] chunk, int at, int slot) {
        return (int) (chunk[at + REFS + (slot >>> 1)] >>> ((slot & 1) << 5));
    }

    /** Reads a bucket's first and last long: where the array does not begin with a line, it has two. */
    static long touch(long[] chunk, int at) {
        return chunk[at] + chunk[at + LONGS - 1];
    }

    /** True when somebody passed here. */
    static boolean isPassed(long[] chunk, int at) {
        return chunk[at + 1] >>> 32 != 0;
    }

    /** True when somebody of the hash's kind passed here. */
    static boolean isPassed(long[] chunk, int at, long hash) {
        return (chunk[at + 1] >>> kindShift(hash) & PASSED) != 0;
    }

    /** One entry fewer has passed the first {@code count} buckets of its home. */
    void unpass(long hash, int count) {
        int home = home(hash);
        for (int i = 0; i < count; i++) {
            long[] chunk = chunk(home + i);
            int word = offset(home + i) + 1;
            int shift = kindShift(hash);
            if ((chunk[word] >>> shift & PASSED) != PASSED) {
                chunk[word] -= 1L << shift;
            }
        }
    }

    private static void pass(long[] chunk, int at, long hash) {
        int shift = kindShift(hash);
        if ((chunk[at + 1] >>> shift & PASSED) != PASSED) {
            chunk[at + 1] += 1L << shift;
        }
    }

    /** Where the count of a hash's kind is: in one of eight places from bit 32 on. */
    private static int kindShift(long hash) {
        return 32 + ((int) (hash >>> 6) & 28);
    }

    /** A free slot of a bucket, or -1. */
    static int freeSlot(long[] chunk, int at) {
        long free = match(chunk, at, 0);
        return free == 0 ? -1 : slotOf(free);
    }

    /** Fills a free slot. */
    static void fill(long[] chunk, int at, int slot, long tag, int ref) {
        chunk[at + (slot >>> 3)] |= tag << ((slot & 7) << 3);
        int half = (slot & 1) << 5;
        int word = at + REFS + (slot >>> 1);
        chunk[word] = (chunk[word] & ~(LOW_HALF << half)) | (ref & LOW_HALF) << half;
    }

    static void clear(long[] chunk, int at, int slot) {
        chunk[at + (slot >>> 3)] &= ~(0xFFL << ((slot & 7) << 3));
    }

    static boolean isFree(long[] chunk, int at, int slot) {
        return (chunk[at + (slot >>> 3)] >>> ((slot & 7) << 3) & 0xFF) == 0;
    }

    /** Puts an entry into the nearest bucket with room; false when none in reach has any. */
    boolean add(long hash, int ref) {
        int home = home(hash);
        for (int i = 0; i < REACH; i++) {
            long[] chunk = chunk(home + i);
            int at = offset(home + i);
            int slot = freeSlot(chunk, at);
            if (slot >= 0) {
                fill(chunk, at, slot, tag(hash), ref);
                return true;
            }
            pass(chunk, at, hash);
        }
        return false;
    }

    /** Takes an entry out; false when it is in none of the buckets in reach. */
    boolean remove(long hash, int ref) {
        int home = home(hash);
        long tag = tag(hash);
        for (int i = 0; i < REACH; i++) {
            long[] chunk = chunk(home + i);
            int at = offset(home + i);
            int slot = slotOf(chunk, at, tag, ref);
            if (slot >= 0) {
                clear(chunk, at, slot);
                unpass(hash, i);
                return true;
            }
            if (!isPassed(chunk, at, hash)) {
                return false;
            }
        }
        return false;
    }

    private static int slotOf(long[] chunk, int at, long tag, int ref) {
        for (long m = match(chunk, at, tag); m != 0; m &= m - 1) {
            int slot = slotOf(m);
            if (ref(chunk, at, slot) == ref) {
                return slot;
            }
        }
        return -1;
    }
}
