package io.finwait.link;

/** Points in time, in nanoseconds of a clock that may begin anywhere. */
final class Times {

    private Times() {}

    /** The earlier of two; {@link Long#MAX_VALUE} stands for never. */
    static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b <= 0 ? a : b;
    }
}
