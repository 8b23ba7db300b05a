package io.finwait.sim.net;

import java.util.function.LongSupplier;

/**
 * When a request to a driver is carried out although a thread still runs. A thread that asks again
 * and again and never waits would otherwise never see an answer; one that waits in a call of the
 * kernel's may wait for what the request brings about.
 *
 * <p>Processor time decides, since a process may be stopped for any time, and a thread on a busy
 * machine may wait long for its turn.
 */
final class Overtaking {

    /** How much processor time threads may use meanwhile. */
    private static final long MOST_BUSY_NS = 250_000_000;

    /** Most requests are carried out before this, and nobody counts for them. */
    private static final long UNCOUNTED_NS = 10_000_000;

    private enum Phase {
        NONE,
        BUSY,
        COUNTED
    }

    private final Quiet quiet;
    private final LongSupplier clock;
    private Phase phase = Phase.NONE;
    private long sinceNs;

    /**
     * For the thread of a network.
     *
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    Overtaking(Quiet quiet, LongSupplier clock) {
        this.quiet = quiet;
        this.clock = clock;
    }

    /** Nobody runs, or nobody has asked for anything. */
    void reset() {
        phase = Phase.NONE;
    }

    /** Somebody runs while a request waits; true when the request has waited long enough. */
    boolean isDue() {
        long now = clock.getAsLong();
        if (phase == Phase.NONE) {
            phase = Phase.BUSY;
            sinceNs = now;
        } else if (phase == Phase.BUSY && now - sinceNs > UNCOUNTED_NS) {
            phase = Phase.COUNTED;
            quiet.countTime();
        }
        boolean due =
                phase == Phase.COUNTED
                        && now - sinceNs > MOST_BUSY_NS
                        && (quiet.usedNs() > MOST_BUSY_NS || quiet.othersSleep());
        if (due) {
            reset();
        }
        return due;
    }
}
