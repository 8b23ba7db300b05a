package io.finwait.tcp.internal.buffer;

import io.finwait.wire.Seq;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A set of sequence numbers: ranges in order that never touch. It holds what has arrived beyond
 * RCV.NXT, and what of the numbers we have sent the peer reports. Where a number of ranges is
 * given, there are never more, so that a peer that sends every second octet costs little
 * (CVE-2018-5390): the one furthest away is dropped. The octets that come next are always taken,
 * and the peer keeps what it has sent until it is acknowledged (RFC 2018 §8).
 *
 * <p>What is asked for a segment searches by halves; ranges are moved in memory where one is added
 * before others.
 */
public final class SequenceRanges {

    /** More than these are never held, however large the window is. */
    public static final int MOST_RANGES = 16_384;

    /** A SACK option has room for four blocks. */
    private static final int MOST_NEWEST = 4;

    private static final int FIRST_PLACES = 8;
    private static final int[] NO_PLACES = {};

    /**
     * Shared by all connections that never saw a gap, which are most; it stays empty, see {@link
     * #orOfItsOwn}.
     */
    public static final SequenceRanges NOTHING = new SequenceRanges();

    private int[] left = NO_PLACES;
    private int[] right = NO_PLACES;

    /** Where the first range stands; what is taken from the front leaves its place free. */
    private int first;

    private int count;
    private int octets;

    /** A number of each of the ranges that were added to last, the newest first. */
    private int[] newest = NO_PLACES;

    private int newestCount;
    private int[] chosen = NO_PLACES;

    /** This, or a new one if this is {@link #NOTHING}; call it before adding a range. */
    public SequenceRanges orOfItsOwn() {
        return this == NOTHING ? new SequenceRanges() : this;
    }

    /** How many ranges there are. */
    public int count() {
        return count;
    }

    /** How many numbers there are in all ranges. */
    public int octets() {
        return octets;
    }

    /** The first number of a range. */
    public int left(int range) {
        return left[first + range];
    }

    /** The first number after a range. */
    public int right(int range) {
        return right[first + range];
    }

    /** True when all numbers from {@code from} up to, not including, {@code to} are here. */
    public boolean has(int from, int to) {
        int range = firstThatReaches(to);
        return range < count && Seq.leq(left(range), from);
    }

    /** Where the range ends that has a number, or the number itself when none has it. */
    public int endOfRangeWith(int number) {
        int range = firstThatReaches(number + 1);
        return range < count && Seq.leq(left(range), number) ? right(range) : number;
    }

    /** Where the first range begins that lies wholly behind a number, or {@code otherwise}. */
    public int nextLeft(int number, int otherwise) {
        int range = firstThatReaches(number + 1);
        if (range < count && Seq.leq(left(range), number)) {
            range++;
        }
        return range < count ? left(range) : otherwise;
    }

    /** How many of the numbers from {@code from} up to, not including, {@code to} are here. */
    public int octetsIn(int from, int to) {
        int sum = 0;
        int range = count == 0 ? 0 : firstThatReaches(from + 1);
        for (; range < count && Seq.lt(left(range), to); range++) {
            sum += Seq.min(right(range), to) - Seq.max(left(range), from);
        }
        return sum;
    }

    /** The first range that does not end before a number, or {@link #count()}. */
    public int firstThatReaches(int number) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.lt(right(middle), number)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * The first range that has some of the numbers from {@code from} up to, not including, {@code
     * to}, or -1.
     */
    public int firstOverlap(int from, int to) {
        int range = firstThatReaches(from + 1);
        return range < count && Seq.lt(left(range), to) ? range : -1;
    }

    /**
     * Adds the numbers from {@code from} up to, not including, {@code to}.
     *
     * @param most how many ranges may be held, at least 1; when they are full, the furthest one is
     *     dropped
     * @return false when this range would itself be the furthest: nothing was added
     */
    public boolean add(int from, int to, int most) {
        int low = firstThatReaches(from);
        int high = low;
        int newLeft = from;
        int newRight = to;
        while (high < count && Seq.leq(left(high), to)) {
            newLeft = Seq.min(newLeft, left(high));
            newRight = Seq.max(newRight, right(high));
            octets -= right(high) - left(high);
            high++;
        }
        if (high == low && count >= most) {
            if (low == count) {
                return false;
            }
            count--;
            octets -= right(count) - left(count);
        }
        if (high == low) {
            insert(low, newLeft, newRight);
        } else {
            left[first + low] = newLeft;
            right[first + low] = newRight;
            delete(low + 1, high);
        }
        octets += newRight - newLeft;
        touch(newLeft, newRight);
        return true;
    }

    /**
     * Removes the numbers from {@code from} up to, not including, {@code to}; returns how many of
     * them were here.
     */
    public int remove(int from, int to) {
        if (count == 0) {
            return 0;
        }
        int before = octets;
        int range = firstThatReaches(from + 1);
        if (range < count && Seq.lt(left(range), from)) {
            int end = right(range);
            right[first + range] = from;
            range++;
            if (Seq.gt(end, to)) {
                insert(range, to, end);
                octets -= to - from;
                return to - from;
            }
            octets -= end - from;
        }
        int behind = range;
        while (behind < count && Seq.leq(right(behind), to)) {
            octets -= right(behind) - left(behind);
            behind++;
        }
        if (behind < count && Seq.lt(left(behind), to)) {
            octets -= to - left(behind);
            left[first + behind] = to;
        }
        delete(range, behind);
        return before - octets;
    }

    private void insert(int range, int newLeft, int newRight) {
        if (first + count == left.length) {
            makePlace();
        }
        int at = first + range;
        System.arraycopy(left, at, left, at + 1, count - range);
        System.arraycopy(right, at, right, at + 1, count - range);
        left[at] = newLeft;
        right[at] = newRight;
        count++;
    }

    private void delete(int range, int behind) {
        if (range == behind) {
            return;
        }
        if (range == 0) {
            first += behind;
        } else {
            System.arraycopy(left, first + behind, left, first + range, count - behind);
            System.arraycopy(right, first + behind, right, first + range, count - behind);
        }
        count -= behind - range;
        if (count == 0) {
            first = 0;
        }
    }

    /** Moves all to the front when half of the places stand free there, or makes more. */
    private void makePlace() {
        int[] fromLeft = left;
        int[] fromRight = right;
        if (first < left.length / 2 || left.length == 0) {
            int places = Math.max(FIRST_PLACES, 2 * left.length);
            left = new int[places];
            right = new int[places];
        }
        System.arraycopy(fromLeft, first, left, 0, count);
        System.arraycopy(fromRight, first, right, 0, count);
        first = 0;
    }

    /**
     * Takes the ranges that a new RCV.NXT has reached.
     *
     * @return RCV.NXT, moved past all octets that have arrived in order
     */
    public int advance(int rcvNxt) {
        int taken = 0;
        int nxt = rcvNxt;
        while (taken < count && Seq.leq(left(taken), nxt)) {
            nxt = Seq.max(nxt, right(taken));
            octets -= right(taken) - left(taken);
            taken++;
        }
        delete(0, taken);
        return nxt;
    }

    // The blocks of a SACK option.

    private void touch(int newLeft, int newRight) {
        if (newest.length == 0) {
            newest = new int[MOST_NEWEST];
            chosen = new int[MOST_NEWEST];
        }
        int kept = 0;
        int carried = newLeft;
        for (int i = 0; i < newestCount && kept < MOST_NEWEST; i++) {
            int number = newest[i];
            if (Seq.lt(number, newLeft) || Seq.geq(number, newRight)) {
                newest[kept++] = carried;
                carried = number;
            }
        }
        if (kept < MOST_NEWEST) {
            newest[kept++] = carried;
        }
        newestCount = kept;
    }

    /**
     * Chooses ranges as a SACK option lists them: the newest first, in order of the last addition
     * (RFC 2018 §4), and then those that are nearest.
     *
     * @param most how many, 0 to 4
     * @return how many were chosen, for {@link #chosen}
     */
    public int choose(int most) {
        int wanted = Math.min(most, count);
        int have = 0;
        for (int i = 0; i < newestCount && have < wanted; i++) {
            int range = firstThatReaches(newest[i] + 1);
            if (range < count && Seq.leq(left(range), newest[i])) {
                have = choose(range, have);
            }
        }
        for (int range = 0; have < wanted; range++) {
            have = choose(range, have);
        }
        return have;
    }

    private int choose(int range, int have) {
        for (int i = 0; i < have; i++) {
            if (chosen[i] == range) {
                return have;
            }
        }
        chosen[have] = range;
        return have + 1;
    }

    /** A range that {@link #choose} has chosen. */
    public int chosen(int place) {
        return chosen[place];
    }

    /**
     * Tells the ranges, counted from {@code irs}, see {@code StateDigest}.
     *
     * @param sack true when a SACK option will list them, the newest first
     */
    public void digest(int irs, boolean sack, LongConsumer to) {
        to.accept(count);
        for (int i = 0; i < count; i++) {
            to.accept(left(i) - irs);
            to.accept(right(i) - irs);
        }
        for (int i = 0; sack && i < newestCount; i++) {
            int range = firstThatReaches(newest[i] + 1);
            if (range < count && Seq.leq(left(range), newest[i])) {
                to.accept(range);
            }
        }
    }

    /** Forgets all ranges. */
    public void clear() {
        first = 0;
        count = 0;
        octets = 0;
        newestCount = 0;
    }

    @Override
    public String toString() {
        return count + " ranges " + Arrays.toString(Arrays.copyOf(newest, newestCount));
    }
}
