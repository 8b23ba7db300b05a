package io.finwait.driver;

import java.util.concurrent.locks.LockSupport;

/**
 * The clock of a driver, and the way in which threads wait for it: those of the JVM, or those of a
 * simulation in which time passes only while no thread can run.
 *
 * <p>All methods may be called from any thread.
 */
public interface Timekeeper {

    /** {@link System#nanoTime} and {@link LockSupport}. */
    Timekeeper SYSTEM = new SystemTime();

    /** The time in nanoseconds; only differences are meaningful. */
    long nowNs();

    /**
     * Lets the calling thread wait until {@link #unpark} is called for it, the time is over, or it
     * is interrupted. May return for no reason, and at once when {@code unpark} was called before.
     *
     * @param blocker what the thread waits for, as stack dumps show it
     * @param nanos how long at most; 0 for as long as it takes
     */
    void park(Object blocker, long nanos);

    /** Ends the present or the next wait of a thread. */
    void unpark(Thread thread);

    /**
     * Wakes a thread that waits by {@link LockSupport#park} itself, at a selector for instance,
     * whose timeouts go by the clock of the wall. A simulation does so at the end of a turn, so
     * that the thread sees all that came at one instant.
     */
    void wake(Thread parked);

    /**
     * A thread has called a {@linkplain SteeredDriver driver without a thread}, which now needs a
     * turn.
     */
    void driverHasWork();
}
