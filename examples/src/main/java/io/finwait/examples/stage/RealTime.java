package io.finwait.examples.stage;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Time as on the wall; packets are moved by whoever waits. */
abstract class RealTime implements WorldTime {

    private final long originNs;
    private final long longestWaitNs;

    /**
     * Time that began some while ago.
     *
     * @param originNs what {@link System#nanoTime()} said then, in any process of this host
     * @param longestWaitNs how long to wait at most before looking at everything again
     */
    RealTime(long originNs, long longestWaitNs) {
        this.originNs = originNs;
        this.longestWaitNs = longestWaitNs;
    }

    /** Does what can be done at once; returns how much was done. */
    abstract int work();

    /** Waits for a packet. */
    abstract void await(long timeoutNs);

    /** When there is something to do without a packet. */
    abstract long nextDeadlineNs();

    long originNs() {
        return originNs;
    }

    @Override
    public long nowNs() {
        return System.nanoTime() - originNs;
    }

    @Override
    public void settle() {
        while (work() > 0) {
            // The kernel answers a packet within the call that hands it over.
        }
    }

    @Override
    public boolean passUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNs() + limit.toNanos();
        while (true) {
            settle();
            if (condition.getAsBoolean()) {
                return true;
            }
            long now = nowNs();
            if (now - end >= 0) {
                return false;
            }
            long deadline = nextDeadlineNs();
            long wait = Math.min(end - now, longestWaitNs);
            await(deadline == Long.MAX_VALUE ? wait : Math.min(wait, deadline - now));
        }
    }
}
