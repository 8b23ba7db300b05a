package io.finwait.driver;

import java.util.concurrent.locks.LockSupport;

/**
 * What time it is for a driver, and how threads wait for what it does: the clock and the parking of
 * the JVM, or those of a simulation in which time passes only while nobody can run.
 *
 * <p>All methods may be called from any thread.
 */
public interface Timekeeper {

    /** {@link System#nanoTime} and {@link LockSupport}. */
    Timekeeper SYSTEM = new SystemTime();

    /** The time in nanoseconds; differences mean something, the value does not. */
    long nowNs();

    /**
     * Lets the calling thread wait until {@link #unpark} is called for it, the time is over, or it
     * is interrupted. May return for no reason, and at once when {@code unpark} was called before.
     *
     * @param blocker whom the thread waits for, for those who look at stacks
     * @param nanos how long at most; 0 for as long as it takes
     */
    void park(Object blocker, long nanos);

    /** Ends the wait of a thread, the present one or the next. */
    void unpark(Thread thread);

    /**
     * Somebody has called a {@linkplain SteeredDriver driver without a thread}, which is to be
     * given a turn.
     */
    void driverHasWork();
}
