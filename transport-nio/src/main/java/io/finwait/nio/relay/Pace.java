package io.finwait.nio.relay;

/**
 * When octets leave that leave no faster than a rate. The time counts from when the line became
 * free, not from now, so that the delay of a late wake-up is made up for, up to {@link #CREDIT_NS}.
 */
final class Pace {

    /**
     * Longer pauses, of a receiver that did not read for instance, are not made up for in a burst.
     */
    static final long CREDIT_NS = 100_000_000;

    private static final long SECOND_NS = 1_000_000_000;

    /** Faster than any machine; keeps the products below in range. */
    private static final long FASTEST = 1L << 50;

    private final long octetsPerSecond;
    private boolean begun;
    private long freeNs;

    /** What the divisions have left over, in octets times nanoseconds. */
    private long carry;

    /**
     * A line that is free.
     *
     * @param octetsPerSecond 0 for no limit
     */
    Pace(long octetsPerSecond) {
        this.octetsPerSecond = Math.min(octetsPerSecond, FASTEST);
    }

    /**
     * When these octets have left the line; to be called in order.
     *
     * @param octets how many, 1 to 1 MiB
     * @param readyNs when they were there to be sent
     * @param nowNs the time
     */
    long leaves(int octets, long readyNs, long nowNs) {
        if (octetsPerSecond == 0) {
            return readyNs;
        }
        freeNs = begun ? later(freeNs, readyNs) : readyNs;
        freeNs = later(freeNs, nowNs - CREDIT_NS);
        begun = true;
        carry += octets * SECOND_NS;
        freeNs += carry / octetsPerSecond;
        carry %= octetsPerSecond;
        return freeNs;
    }

    private static long later(long a, long b) {
        return a - b >= 0 ? a : b;
    }
}
