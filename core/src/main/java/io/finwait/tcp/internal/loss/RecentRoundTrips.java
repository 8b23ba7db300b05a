package io.finwait.tcp.internal.loss;

import java.util.Arrays;

/**
 * The shortest of the last eight round trips. All that are measured at one instant are one: after a
 * pause of this machine many ACKs come in one batch, and all of them are late for the same reason.
 */
final class RecentRoundTrips {

    private final long[] shortest = new long[HyStart.N_RTT_SAMPLE];
    private int last;
    private long lastNs;

    /** As if none was measured so far. */
    void clear() {
        Arrays.fill(shortest, 0);
        last = 0;
        lastNs = Long.MIN_VALUE;
    }

    void measured(long rttNs, long nowNs) {
        if (nowNs == lastNs) {
            shortest[last] = Math.min(shortest[last], rttNs);
            return;
        }
        lastNs = nowNs;
        last = (last + 1) % shortest.length;
        shortest[last] = rttNs;
    }

    /** In nanoseconds; 0 while there are fewer than eight. */
    long shortestNs() {
        long least = Long.MAX_VALUE;
        for (long each : shortest) {
            least = Math.min(least, each);
        }
        return least;
    }
}
