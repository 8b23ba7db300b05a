package io.finwait.nio.relay;

import io.finwait.nio.internal.LightThreads;

import java.util.concurrent.locks.LockSupport;

/** The faults of one direction, which may be set while it runs, and begin at once or later. */
final class FaultSwitch {

    private final Runnable whenTheyBegin;
    private volatile InForce inForce;
    private volatile Thread timer;
    private volatile boolean stopped;

    /** Faults, and the time from which on they are in force. */
    private record InForce(RelayFaults faults, long beginNs) {}

    /**
     * A switch.
     *
     * @param first what holds before {@link #set} is called
     * @param whenTheyBegin runs whenever other faults come into force, on any thread
     */
    FaultSwitch(RelayFaults first, Runnable whenTheyBegin) {
        this.whenTheyBegin = whenTheyBegin;
        inForce = beginning(first);
    }

    private static InForce beginning(RelayFaults faults) {
        return new InForce(faults, System.nanoTime() + faults.beginsAfter().toNanos());
    }

    /** Waits for the time at which the first faults begin; to be called once. */
    synchronized void start() {
        // Others may have been set before, which are waited for already.
        if (timer == null) {
            await(inForce);
        }
    }

    /** What is in force now. */
    RelayFaults now() {
        InForce all = inForce;
        boolean begun = all.faults.beginsAfter().isZero() || System.nanoTime() - all.beginNs >= 0;
        return begun ? all.faults : RelayFaults.none();
    }

    /** From now on these, or from later on where they say so; those before end at once. */
    void set(RelayFaults faults) {
        InForce next = beginning(faults);
        synchronized (this) {
            inForce = next;
            wake(timer);
            await(next);
        }
        whenTheyBegin.run();
    }

    private void await(InForce all) {
        if (!all.faults.beginsAfter().isZero()) {
            timer = LightThreads.start("relay-begin", () -> begin(all));
        }
    }

    private void begin(InForce all) {
        long left = all.beginNs - System.nanoTime();
        while (left > 0 && !stopped && inForce.equals(all)) {
            LockSupport.parkNanos(this, left);
            left = all.beginNs - System.nanoTime();
        }
        if (!stopped && inForce.equals(all)) {
            whenTheyBegin.run();
        }
    }

    void stop() {
        stopped = true;
        wake(timer);
    }

    private static void wake(Thread thread) {
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
