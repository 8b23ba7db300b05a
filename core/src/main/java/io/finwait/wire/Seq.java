package io.finwait.wire;

/**
 * Sequence numbers modulo 2^32 (RFC 9293 §3.4); the only place that compares them.
 *
 * <p>A sequence number is an {@code int} read as unsigned. "Before" means less than 2^31 behind.
 */
public final class Seq {

    private Seq() {}

    /** True when {@code a} is before {@code b}. */
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /** True when {@code a} is before {@code b} or equal to it. */
    public static boolean leq(int a, int b) {
        return a - b <= 0;
    }

    /** True when {@code a} is after {@code b}. */
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /** True when {@code a} is after {@code b} or equal to it. */
    public static boolean geq(int a, int b) {
        return a - b >= 0;
    }

    /** How far {@code to} is ahead of {@code from}; negative when it is behind. */
    public static int distance(int from, int to) {
        return to - from;
    }

    /** The later of two. */
    public static int max(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    /** The earlier of two. */
    public static int min(int a, int b) {
        return a - b <= 0 ? a : b;
    }

    /**
     * True when {@code seq} lies in the {@code size} numbers that begin with {@code start}.
     *
     * @param size 0 to 2^31 - 1; of a size of 0 nothing lies inside
     */
    public static boolean inWindow(int seq, int start, int size) {
        return Integer.compareUnsigned(seq - start, size) < 0;
    }
}
