package io.finwait.tcp.internal.context;

import io.finwait.wire.FourTuple;

/**
 * Initial sequence numbers (RFC 6528): a clock of 4 microseconds plus a keyed hash of the pair of
 * sockets, so that numbers of later incarnations of a pair are higher, and outsiders can't guess
 * them.
 */
public final class InitialSequence {

    private static final int TICK_NS = 4_000;

    private final SipHash hash;
    private int[] fixed = {};
    private int next;

    public InitialSequence(SipHash hash) {
        this.hash = hash;
    }

    /**
     * From now on gives connections these numbers in order, and the last one to all later
     * connections; for stories and scripts.
     */
    public void fix(int... numbers) {
        fixed = numbers.clone();
        next = 0;
    }

    /** Back to RFC 6528. */
    public void unfix() {
        fixed = new int[0];
    }

    /**
     * The keyed hash of a pair, for {@link #next} and {@link #timestampOffset}, which take
     * different halves of it.
     */
    public long hash(FourTuple tuple) {
        return hash.hash(tuple);
    }

    /** The initial sequence number of a new incarnation of the pair with this hash. */
    public int next(long hashOfPair, long nowNs) {
        if (fixed.length > 0) {
            return fixed[Math.min(next++, fixed.length - 1)];
        }
        return (int) (nowNs / TICK_NS) + (int) hashOfPair;
    }

    /** How far the clock of these numbers moves between two times; 0 when the numbers are fixed. */
    public int progress(long fromNs, long toNs) {
        return fixed.length > 0 ? 0 : (int) (toNs / TICK_NS) - (int) (fromNs / TICK_NS);
    }

    /**
     * The offset of a pair's timestamps: constant for the pair, so timestamps keep rising across
     * incarnations (RFC 7323 §7.1).
     */
    public int timestampOffset(long hashOfPair) {
        return (int) (hashOfPair >>> 32);
    }
}
