package io.finwait.tcp.internal.buffer;

import io.finwait.wire.Seq;

import java.util.Arrays;

/**
 * Which octets beyond RCV.NXT have arrived: ranges in order that never touch. Their number is
 * bounded, so that a peer that sends every second octet costs little (CVE-2018-5390). When there is
 * no place for another one, the range furthest from RCV.NXT is dropped: the octets that come next
 * are always taken, and the peer keeps what it has sent until it is acknowledged (RFC 2018 §8).
 */
public final class Reassembly {

    /** More than these are never held, however large the window is. */
    public static final int MOST_RANGES = 4_096;

    private static final int FIRST_PLACES = 8;
    private static final int[] NO_PLACES = {};

    /**
     * Shared by all connections that never saw a gap, which are most; it stays empty, see {@link
     * #orOfItsOwn}.
     */
    public static final Reassembly NOTHING = new Reassembly();

    private int[] left = NO_PLACES;
    private int[] right = NO_PLACES;
    private int[] touched = NO_PLACES;
    private int count;
    private int clock;

    /** This, or a new one if this is {@link #NOTHING}; call it before adding a range. */
    public Reassembly orOfItsOwn() {
        return this == NOTHING ? new Reassembly() : this;
    }

    /** How many ranges there are. */
    public int count() {
        return count;
    }

    /** How many numbers there are in all ranges. */
    public int octets() {
        int octets = 0;
        for (int i = 0; i < count; i++) {
            octets += right[i] - left[i];
        }
        return octets;
    }

    /** The first number of a range. */
    public int left(int range) {
        return left[range];
    }

    /** The first number after a range. */
    public int right(int range) {
        return right[range];
    }

    /** True when all numbers from {@code from} up to, not including, {@code to} have arrived. */
    public boolean has(int from, int to) {
        int range = firstThatReaches(to);
        return range < count && Seq.leq(left[range], from);
    }

    /** The first range that does not end before a number, or {@link #count()}. */
    private int firstThatReaches(int number) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.lt(right[middle], number)) {
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
        for (int i = 0; i < count; i++) {
            if (Seq.gt(right[i], from)) {
                return Seq.lt(left[i], to) ? i : -1;
            }
        }
        return -1;
    }

    /**
     * Adds the numbers from {@code from} up to, not including, {@code to}.
     *
     * @param most how many ranges may be held, at least 1; when they are full, the furthest one is
     *     dropped @return false when this range would itself be the furthest: nothing was added
     */
    public boolean add(int from, int to, int most) {
        int low = firstThatReaches(from);
        int high = low;
        int newLeft = from;
        int newRight = to;
        while (high < count && Seq.leq(left[high], to)) {
            newLeft = Seq.min(newLeft, left[high]);
            newRight = Seq.max(newRight, right[high]);
            high++;
        }
        if (high == low && count >= most) {
            if (low == count) {
                return false;
            }
            count--;
        }
        makePlace();
        int merged = high - low;
        if (merged != 1) {
            int shift = 1 - merged;
            System.arraycopy(left, high, left, high + shift, count - high);
            System.arraycopy(right, high, right, high + shift, count - high);
            System.arraycopy(touched, high, touched, high + shift, count - high);
            count += shift;
        }
        left[low] = newLeft;
        right[low] = newRight;
        touched[low] = ++clock;
        return true;
    }

    private void makePlace() {
        if (count == left.length) {
            int places = Math.max(FIRST_PLACES, 2 * count);
            left = Arrays.copyOf(left, places);
            right = Arrays.copyOf(right, places);
            touched = Arrays.copyOf(touched, places);
        }
        if (count == 0) {
            clock = 0;
        }
    }

    /**
     * Takes the ranges that a new RCV.NXT has reached.
     *
     * @return RCV.NXT, moved past all octets that have arrived in order
     */
    public int advance(int rcvNxt) {
        int taken = 0;
        int nxt = rcvNxt;
        while (taken < count && Seq.leq(left[taken], nxt)) {
            nxt = Seq.max(nxt, right[taken]);
            taken++;
        }
        if (taken > 0) {
            count -= taken;
            System.arraycopy(left, taken, left, 0, count);
            System.arraycopy(right, taken, right, 0, count);
            System.arraycopy(touched, taken, touched, 0, count);
        }
        return nxt;
    }

    /**
     * The next range, newest first in order of the last touch, as a SACK option lists its blocks
     * (RFC 2018 §4).
     *
     * @param before {@link #touched} of the range that the call before gave, or {@link
     *     Integer#MAX_VALUE} at first
     * @return -1 when there is no further one
     */
    public int newestTouchedBefore(int before) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            if (touched[i] < before && (best < 0 || touched[i] > touched[best])) {
                best = i;
            }
        }
        return best;
    }

    /** When a range was touched, for {@link #newestTouchedBefore}. */
    public int touched(int range) {
        return touched[range];
    }

    public void clear() {
        count = 0;
        clock = 0;
    }
}
