package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

/**
 * Where the entries lie. A narrow one (IPv4, and a local address with a small number) takes five
 * longs, a wide one seven:
 *
 * <pre>
 *  word  high ------------------------------------------------------------------------ low
 *   0    remote address, 32 (wide: number of the local address) | remote port, 16 | local port, 16
 *   1    SND.NXT, 32 | RCV.NXT, 32
 *   2    TS.Recent, 32 | window field, 16 | number of the local address, 12 (wide: 0) | scale, 4
 *   3    deadline in ns modulo 2^41 | last answer in 2^18 ns modulo 2^23
 *   4 next, 28 | previous, 28 | path class, 3 | in heap, 1 | TS.Recent outdated, 1 | timestamps, 1
 *   | phase, 2 5 remote address, first long (wide only) 6 remote address, second long (wide only)
 * </pre>
 *
 * <p>A reference is the number of a slot, doubled, plus one for a wide entry.
 */
final class EntryStore {

    static final int NIL = (1 << 28) - 1;
    static final int NARROW_LOCALS = 1 << 12;

    private static final int NARROW_WORDS = 5;
    private static final int WIDE_WORDS = 7;
    private static final int SEQUENCES = 1;
    private static final int ANSWER = 2;
    private static final int TIMES = 3;
    private static final int LINKS = 4;
    private static final int REMOTE_HIGH = 5;
    private static final int REMOTE_LOW = 6;

    private static final int ANSWERED_BITS = 23;
    private static final long ANSWERED_MASK = (1L << ANSWERED_BITS) - 1;
    private static final long DEADLINE_MASK = (1L << 41) - 1;
    private static final int ANSWER_TICK_SHIFT = 18;
    private static final long NEXT_MASK = (long) NIL << 36;
    private static final long PREVIOUS_MASK = (long) NIL << 8;
    private static final int IN_HEAP = 1 << 4;

    private final SlotPool narrow = new SlotPool(NARROW_WORDS);
    private final SlotPool wide = new SlotPool(WIDE_WORDS);
    private final LocalAddresses locals;

    /** No entry's deadline is before it: what the 41 bits of a deadline are counted from. */
    private long floorNs;

    EntryStore(LocalAddresses locals) {
        this.locals = locals;
    }

    /** How far behind the floor a deadline may lie, in ns. */
    static long rangeNs() {
        return DEADLINE_MASK;
    }

    /** The clock of answers: 2^18 ns a tick, wraps after 36 minutes. */
    static int answerTick(long nowNs) {
        return (int) ((nowNs >> ANSWER_TICK_SHIFT) & ANSWERED_MASK);
    }

    /** Ticks from one reading of the clock of answers to a later one. */
    static int answerTicks(int from, int to) {
        return (to - from) & (int) ANSWERED_MASK;
    }

    /** Whole ticks of an interval, so that nobody waits longer than it. */
    static int answerTicks(long intervalNs) {
        return (int) (intervalNs >> ANSWER_TICK_SHIFT);
    }

    void floor(long floorNs) {
        this.floorNs = floorNs;
    }

    long floor() {
        return floorNs;
    }

    static boolean isWide(int ref) {
        return (ref & 1) != 0;
    }

    int allocate(boolean asWide) {
        return asWide ? wide.allocate() << 1 | 1 : narrow.allocate() << 1;
    }

    void free(int ref) {
        pool(ref).free(ref >>> 1);
    }

    /**
     * The reference of the first entry at a position or behind it, or NIL; narrow ones come first.
     */
    int nextUsed(int ref) {
        if (!isWide(ref)) {
            int slot = narrow.nextUsed(ref >>> 1);
            if (slot >= 0) {
                return slot << 1;
            }
            ref = 1;
        }
        int slot = wide.nextUsed(ref >>> 1);
        return slot < 0 ? NIL : slot << 1 | 1;
    }

    /** An entry by chance; there must be one. */
    int sample(RandomSource random) {
        boolean fromNarrow = Long.remainderUnsigned(random.nextLong(), size()) < narrow.live();
        return fromNarrow ? narrow.sample(random) << 1 : wide.sample(random) << 1 | 1;
    }

    int size() {
        return narrow.live() + wide.live();
    }

    int wideSize() {
        return wide.live();
    }

    long octets() {
        return narrow.octets() + wide.octets();
    }

    /** True when the entry is a narrow one of this key, as {@link #keyWord} makes it. */
    boolean matchesNarrow(int ref, long k0, long k1) {
        if (isWide(ref)) {
            return false;
        }
        long[] chunk = narrow.chunk(ref >>> 1);
        int at = SlotPool.index(ref >>> 1) * NARROW_WORDS;
        long local = (chunk[at + ANSWER] >>> 4) & (NARROW_LOCALS - 1);
        // One branch for both words: it is never wrongly foretold, unless tags agree by chance.
        return ((chunk[at] ^ k0) | (local ^ k1)) == 0;
    }

    /** True when the entry is a wide one of this key. */
    boolean matchesWide(int ref, long k0, long k1, long k2) {
        if (!isWide(ref)) {
            return false;
        }
        long[] chunk = wide.chunk(ref >>> 1);
        int at = SlotPool.index(ref >>> 1) * WIDE_WORDS;
        return chunk[at] == k0 && chunk[at + REMOTE_HIGH] == k1 && chunk[at + REMOTE_LOW] == k2;
    }

    /** Word 0, 1 or 2 of the key; a narrow key has two. */
    long keyWord(int ref, int word) {
        SlotPool pool = pool(ref);
        int slot = ref >>> 1;
        if (word == 0) {
            return pool.get(slot, 0);
        }
        if (isWide(ref)) {
            return pool.get(slot, word == 1 ? REMOTE_HIGH : REMOTE_LOW);
        }
        return word == 1 ? (pool.get(slot, ANSWER) >>> 4) & (NARROW_LOCALS - 1) : 0;
    }

    int localId(int ref) {
        return isWide(ref) ? (int) (wide.get(ref >>> 1, 0) >>> 32) : (int) keyWord(ref, 1);
    }

    /** Writes a new entry, without deadline and links. */
    void create(int ref, long k0, long k1, long k2, TimeWaitEntry e) {
        SlotPool pool = pool(ref);
        int slot = ref >>> 1;
        long localId = 0;
        pool.set(slot, 0, k0);
        if (isWide(ref)) {
            pool.set(slot, REMOTE_HIGH, k1);
            pool.set(slot, REMOTE_LOW, k2);
        } else {
            localId = k1;
        }
        pool.set(slot, SEQUENCES, (long) e.sndNxt << 32 | (e.rcvNxt & 0xFFFF_FFFFL));
        pool.set(
                slot,
                ANSWER,
                (long) e.tsRecent << 32 | (long) e.window << 16 | localId << 4 | e.windowScale);
        pool.set(slot, TIMES, e.answered);
        pool.set(
                slot,
                LINKS,
                (long) e.pathClass << 5
                        | (e.tsOutdated ? 1 << 3 : 0)
                        | (e.timestamps ? 1 << 2 : 0)
                        | e.phase);
    }

    /** Reads everything but {@link TimeWaitEntry#sinceNs}. */
    void read(int ref, TimeWaitEntry e) {
        SlotPool pool = pool(ref);
        long[] chunk = pool.chunk(ref >>> 1);
        int at = pool.offset(ref >>> 1);
        long key = chunk[at];
        long sequences = chunk[at + SEQUENCES];
        long answer = chunk[at + ANSWER];
        long times = chunk[at + TIMES];
        long links = chunk[at + LINKS];
        e.localPort = (int) key & 0xFFFF;
        e.remotePort = (int) key >>> 16;
        int localId;
        if (isWide(ref)) {
            localId = (int) (key >>> 32);
            e.remoteHigh = chunk[at + REMOTE_HIGH];
            e.remoteLow = chunk[at + REMOTE_LOW];
        } else {
            localId = (int) (answer >>> 4) & (NARROW_LOCALS - 1);
            e.remoteHigh = 0;
            e.remoteLow = IpAddress.v4Low((int) (key >>> 32));
        }
        e.localHigh = locals.high(localId);
        e.localLow = locals.low(localId);
        e.sndNxt = (int) (sequences >>> 32);
        e.rcvNxt = (int) sequences;
        e.tsRecent = (int) (answer >>> 32);
        e.window = (int) (answer >>> 16) & 0xFFFF;
        e.windowScale = (int) answer & 15;
        e.answered = (int) (times & ANSWERED_MASK);
        e.deadlineNs = deadline(times);
        e.pathClass = (int) (links >>> 5) & 7;
        e.tsOutdated = (links & 1 << 3) != 0;
        e.timestamps = (links & 1 << 2) != 0;
        e.phase = (int) links & 3;
    }

    /** Writes back what a segment may change: numbers, TS.Recent, the last answer, the phase. */
    void update(int ref, TimeWaitEntry e) {
        SlotPool pool = pool(ref);
        long[] chunk = pool.chunk(ref >>> 1);
        int at = pool.offset(ref >>> 1);
        chunk[at + SEQUENCES] = (long) e.sndNxt << 32 | (e.rcvNxt & 0xFFFF_FFFFL);
        chunk[at + ANSWER] = (long) e.tsRecent << 32 | (chunk[at + ANSWER] & 0xFFFF_FFFFL);
        chunk[at + TIMES] = (chunk[at + TIMES] & ~ANSWERED_MASK) | e.answered;
        chunk[at + LINKS] =
                (chunk[at + LINKS] & ~0xFL)
                        | (e.tsOutdated ? 1 << 3 : 0)
                        | (e.timestamps ? 1 << 2 : 0)
                        | e.phase;
    }

    /** Touches narrow entries that may be wanted, all at once; what is no reference is left out. */
    long touch(int[] refs, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            int ref = refs[i];
            if (ref >= 0 && ref != NIL && !isWide(ref)) {
                sum += narrow.get(ref >>> 1, 0);
            }
        }
        return sum;
    }

    long deadline(int ref) {
        return deadline(pool(ref).get(ref >>> 1, TIMES));
    }

    private long deadline(long times) {
        return floorNs + (((times >>> ANSWERED_BITS) - floorNs) & DEADLINE_MASK);
    }

    void deadline(int ref, long deadlineNs) {
        SlotPool pool = pool(ref);
        long times = pool.get(ref >>> 1, TIMES);
        pool.set(ref >>> 1, TIMES, deadlineNs << ANSWERED_BITS | (times & ANSWERED_MASK));
    }

    int next(int ref) {
        return (int) (pool(ref).get(ref >>> 1, LINKS) >>> 36);
    }

    void next(int ref, int next) {
        SlotPool pool = pool(ref);
        long links = pool.get(ref >>> 1, LINKS);
        pool.set(ref >>> 1, LINKS, (links & ~NEXT_MASK) | (long) next << 36);
    }

    int previous(int ref) {
        return (int) (pool(ref).get(ref >>> 1, LINKS) >>> 8) & NIL;
    }

    void previous(int ref, int previous) {
        SlotPool pool = pool(ref);
        long links = pool.get(ref >>> 1, LINKS);
        pool.set(ref >>> 1, LINKS, (links & ~PREVIOUS_MASK) | (long) previous << 8);
    }

    boolean inHeap(int ref) {
        return (pool(ref).get(ref >>> 1, LINKS) & IN_HEAP) != 0;
    }

    /** Marks the entry as one of the heap, whose node takes the place of the link, or not. */
    void inHeap(int ref, boolean is) {
        SlotPool pool = pool(ref);
        long links = pool.get(ref >>> 1, LINKS);
        pool.set(ref >>> 1, LINKS, is ? links | IN_HEAP : links & ~IN_HEAP);
    }

    int pathClass(int ref) {
        return (int) (pool(ref).get(ref >>> 1, LINKS) >>> 5) & 7;
    }

    private SlotPool pool(int ref) {
        return (ref & 1) == 0 ? narrow : wide;
    }
}
