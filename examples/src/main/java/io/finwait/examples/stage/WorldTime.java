package io.finwait.examples.stage;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The time in which hosts live: it passes when somebody lets it pass. */
interface WorldTime {

    /** Since the scene began, in nanoseconds. */
    long nowNs();

    /** Lets everything happen that can happen at once. */
    void settle();

    /**
     * Lets time pass until a condition holds.
     *
     * @return false when it did not within the limit
     */
    boolean passUntil(BooleanSupplier condition, Duration limit);
}
