package io.finwait.nio.internal;

/** How long to wait between two looks at many channels, each of which takes its time. */
public final class LookPause {

    /** At most a part of a processor goes into looking. */
    private static final int PAUSES_FOR_A_LOOK = 20;

    /**
     * The process may have stood still during a look, for hours if it was stopped. That says
     * nothing of what a look costs, and channels that were closed keep their descriptors until the
     * next one.
     */
    private static final long LONGEST_NS = 200_000_000;

    private LookPause() {}

    /**
     * The pause behind a look.
     *
     * @param tookNs how long the look took, in nanoseconds, zero or more
     * @return in nanoseconds, at most 200 ms
     */
    public static long after(long tookNs) {
        return Math.min(tookNs, LONGEST_NS / PAUSES_FOR_A_LOOK) * PAUSES_FOR_A_LOOK;
    }
}
