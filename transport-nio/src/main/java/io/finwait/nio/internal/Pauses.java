package io.finwait.nio.internal;

/** How long to wait between attempts that fail: 10 ms, twice as long each time, and 1 s at most. */
public final class Pauses {

    private static final long FIRST_NS = 10_000_000L;
    private static final long LONGEST_NS = 1_000_000_000L;

    private long lastNs;

    /** The next pause, in nanoseconds. */
    public long next() {
        lastNs = lastNs == 0 ? FIRST_NS : Math.min(2 * lastNs, LONGEST_NS);
        return lastNs;
    }

    /** True when the last attempt failed. */
    public boolean isPaused() {
        return lastNs != 0;
    }

    /** An attempt has succeeded: the next failure is the first one. */
    public void worked() {
        lastNs = 0;
    }
}
