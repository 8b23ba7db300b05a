package io.finwait.tcp.internal.input;

import io.finwait.wire.Seq;

/**
 * What a cookie has no room for comes back in the timestamp that the peer echoes: in its last six
 * bits, the window scale of the peer's SYN, whether it permits SACK, and whether it asks for ECN.
 * The clock then goes in steps of 64 ms for this one segment, backwards, so that it never shows a
 * time that is to come.
 */
final class CookieOptions {

    /** In place of a window scale: none was offered. */
    private static final int NO_SCALE = 15;

    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;

    private CookieOptions() {}

    /**
     * The timestamp that carries options.
     *
     * @param scale 0 to 14, or below 0 for none
     */
    static int put(int timestamp, int scale, boolean sack, boolean ecn) {
        int bits = (scale < 0 ? NO_SCALE : scale) | (sack ? 1 << 4 : 0) | (ecn ? 1 << 5 : 0);
        int carrying = (timestamp & ~MASK) | bits;
        return Seq.gt(carrying, timestamp) ? carrying - (1 << BITS) : carrying;
    }

    /** The window scale in an echo, or -1 for none. */
    static int scale(int echo) {
        int scale = echo & NO_SCALE;
        return scale == NO_SCALE ? -1 : scale;
    }

    static boolean sack(int echo) {
        return (echo & 1 << 4) != 0;
    }

    static boolean ecn(int echo) {
        return (echo & 1 << 5) != 0;
    }
}
