package io.finwait.tcp.internal;

import io.finwait.wire.Seq;

/**
 * Which octets beyond RCV.NXT have arrived: ranges in order, never touching one another. Their number
 * is bounded, so that a peer that sends every second octet costs little (CVE-2018-5390).
 */
final class Reassembly {

    private static final int MAX_RANGES = 64;

    /** One for all who never saw a gap, which are most; it stays empty, see {@link #orOfItsOwn}. */
    static final Reassembly NOTHING = new Reassembly();

    private final int[] left = new int[MAX_RANGES + 1];
    private final int[] right = new int[MAX_RANGES + 1];
    private final int[] touched = new int[MAX_RANGES + 1];
    private int count;
    private int clock;

    /** This, or another one where this is {@link #NOTHING}: for who is about to add something. */
    Reassembly orOfItsOwn() {
        return this == NOTHING ? new Reassembly() : this;
    }

    /** How many ranges there are. */
    int count() {
        return count;
    }

    /** The first number of a range. */
    int left(int range) {
        return left[range];
    }

    /** The number behind a range. */
    int right(int range) {
        return right[range];
    }

    /** True when all numbers from {@code from} up to, not including, {@code to} have arrived. */
    boolean has(int from, int to) {
        for (int i = 0; i < count; i++) {
            if (Seq.leq(left[i], from) && Seq.geq(right[i], to)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds the numbers from {@code from} up to, not including, {@code to}.
     *
     * @return false when there is no place for another range: nothing was added
     */
    boolean add(int from, int to) {
        int low = 0;
        while (low < count && Seq.lt(right[low], from)) {
            low++;
        }
        int high = low;
        int newLeft = from;
        int newRight = to;
        while (high < count && Seq.leq(left[high], to)) {
            newLeft = Seq.min(newLeft, left[high]);
            newRight = Seq.max(newRight, right[high]);
            high++;
        }
        if (high == low && count == MAX_RANGES) {
            return false;
        }
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

    /**
     * Takes the ranges that a new RCV.NXT has reached.
     *
     * @return RCV.NXT moved over all octets that are there now
     */
    int advance(int rcvNxt) {
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
     * The range that was touched most recently after those of which {@code before} is the oldest: so the
     * blocks of a SACK option come newest first (RFC 2018 §4).
     *
     * @param before from an earlier call, or {@link Integer#MAX_VALUE} at first
     * @return -1 when there is no further one
     */
    int newestTouchedBefore(int before) {
        int best = -1;
        for (int i = 0; i < count; i++) {
            if (touched[i] < before && (best < 0 || touched[i] > touched[best])) {
                best = i;
            }
        }
        return best;
    }

    /** When a range was touched, for {@link #newestTouchedBefore}. */
    int touched(int range) {
        return touched[range];
    }

    void clear() {
        count = 0;
        clock = 0;
    }
}
