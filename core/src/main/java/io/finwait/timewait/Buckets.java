package io.finwait.timewait;

/**
 * One generation of the index: buckets of one cache line, in chunks.
 *
 * <pre>
 *  long 0      tags of the even slots in the low 48 bits, an octet each; 0 is a free slot
 *  long 1      tags of the odd slots in the low 48 bits
 *              in the high 16 bits of both, four counts of 4 bits: how many entries of each kind
 *              passed here, that is, found the bucket full and went on to the next longs 2..7
 *              references, an even slot's in the low half and the next slot's in the high half
 * </pre>
 *
 * <p>The home of a hash is its high half scaled to the number of buckets. The order of homes is
 * thus the order of hashes whatever the number of buckets, and one generation turns into the next
 * from the first bucket to the last. The home of the last bucket has room behind it, so that nobody
 * passes the end.
 *
 * <p>The kind of a hash is three bits of it. One bucket in five is passed by somebody, but by few:
 * with counts by kind, nineteen of twenty lookups of what is not there end at the first bucket. A
 * count that has reached 15 stays, for it can't be known when the last of so many is gone; only
 * colliding hashes bring it there, and moving to the next generation begins anew.
 */
final class Buckets {

    /** Slots of a bucket. */
    static final int SLOTS = 12;

    /**
     * How many buckets an entry tries, its home included. At the highest load one entry in fourteen
     * is not at home and hardly any more than a few buckets away, but runs of full buckets do
     * happen.
     */
    static final int REACH = 64;

    private static final int CHUNK_SHIFT = 12;
    private static final int CHUNK = 1 << CHUNK_SHIFT;
    private static final int LONGS = 8;

    /** Octets 16 to 63 of an array that begins with a line: buckets begin with a line, too. */
    private static final int PADDING = 6;

    private static final int REFS = 2;
    private static final long ONES = 0x0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080L;
    private static final long LOW_HALF = 0xFFFF_FFFFL;
    private static final long PASSED = 0xFL;
    private static final int COUNTS = 48;

    /** The bit of the last slot, which is the last in every match. */
    private static final long LAST = 1L << 47;

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

    /**
     * 2 to 255: {@link #match} may take a tag for one that differs in the lowest bit, but never 0.
     */
    static long tag(long hash) {
        return Math.max(hash & 0xFF, 2);
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
     * A bit for each slot that has the tag. The lowest bit is surely one; a higher one may be of a
     * tag that differs in its lowest bit. Both words of tags are looked at at once: which of the
     * two has the tag is chance, and a wrong guess of the processor would cost as much as the
     * memory.
     */
    static long match(long[] chunk, int at, long tag) {
        long pattern = tag * ONES;
        long even = chunk[at] ^ pattern;
        long odd = chunk[at + 1] ^ pattern;
        return ((even - ONES & ~even & HIGHS) >>> 1) | (odd - ONES & ~odd & HIGHS);
    }

    /** The slot of the first bit of a match. */
    static int slotOf(long match) {
        int bit = Long.numberOfTrailingZeros(match);
        return (bit >>> 3 << 1) | (bit & 1);
    }

    /** The reference in the slot of the first bit of a match. */
    static int refOf(long[] chunk, int at, long match) {
        int bit = Long.numberOfTrailingZeros(match);
        // Only the bit's lowest bit counts: the halves of a word are 32 bits apart.
        return (int) (chunk[at + REFS + (bit >>> 3)] >>> (bit << 5));
    }

    /** The same, but some other reference when there is no match. */
    static int refOrOther(long[] chunk, int at, long match) {
        return refOf(chunk, at, match | LAST);
    }

    static int ref(long[] chunk, int at, int slot) {
        return (int) (chunk[at + REFS + (slot >>> 1)] >>> (slot << 5));
    }

    /**
     * Reads a bucket's first and last long: where the array does not begin with a line, it has two.
     */
    static long touch(long[] chunk, int at) {
        return chunk[at] + chunk[at + LONGS - 1];
    }

    /** True when an entry passed here. */
    static boolean isPassed(long[] chunk, int at) {
        return (chunk[at] | chunk[at + 1]) >>> COUNTS != 0;
    }

    /** True when an entry of the hash's kind passed here. */
    static boolean isPassed(long[] chunk, int at, long hash) {
        return (chunk[at + countWord(hash)] >>> countShift(hash) & PASSED) != 0;
    }

    /** One entry fewer has passed the first {@code count} buckets of its home. */
    void unpass(long hash, int count) {
        int home = home(hash);
        for (int i = 0; i < count; i++) {
            long[] chunk = chunk(home + i);
            int word = offset(home + i) + countWord(hash);
            int shift = countShift(hash);
            if ((chunk[word] >>> shift & PASSED) != PASSED) {
                chunk[word] -= 1L << shift;
            }
        }
    }

    private static void pass(long[] chunk, int at, long hash) {
        int word = at + countWord(hash);
        int shift = countShift(hash);
        if ((chunk[word] >>> shift & PASSED) != PASSED) {
            chunk[word] += 1L << shift;
        }
    }

    /** Where the count of a hash's kind is: in the first or the second long ... */
    private static int countWord(long hash) {
        return (int) (hash >>> 8) & 1;
    }

    /** ... and there in one of four places. */
    private static int countShift(long hash) {
        return COUNTS + ((int) (hash >>> 7) & 12);
    }

    /** A free slot of a bucket, or -1. */
    static int freeSlot(long[] chunk, int at) {
        long free = match(chunk, at, 0);
        return free == 0 ? -1 : slotOf(free);
    }

    /** Fills a free slot. */
    static void fill(long[] chunk, int at, int slot, long tag, int ref) {
        chunk[at + (slot & 1)] |= tag << (slot >>> 1 << 3);
        int half = slot << 5;
        int word = at + REFS + (slot >>> 1);
        chunk[word] = (chunk[word] & ~(LOW_HALF << half)) | (ref & LOW_HALF) << half;
    }

    static void clear(long[] chunk, int at, int slot) {
        chunk[at + (slot & 1)] &= ~(0xFFL << (slot >>> 1 << 3));
    }

    static boolean isFree(long[] chunk, int at, int slot) {
        return (chunk[at + (slot & 1)] >>> (slot >>> 1 << 3) & 0xFF) == 0;
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
            if (refOf(chunk, at, m) == ref) {
                return slotOf(m);
            }
        }
        return -1;
    }
}
