package io.finwait.examples.stage;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The network between the hosts, and its time. */
interface World extends AutoCloseable {

    long nowNs();

    Host client();

    Host server();

    /** Lets everything happen that can happen at once. */
    void settle();

    /** Lets time pass. */
    void pass(Duration time);

    /**
     * Lets time pass until a condition holds.
     *
     * @return false when it did not within the limit
     */
    boolean passUntil(BooleanSupplier condition, Duration limit);

    /** Does several things before a packet of one of them can arrive. */
    void atOnce(Runnable calls);

    /** True while packets are on their way. */
    boolean packetsUnderWay();

    @Override
    void close();
}
