package io.finwait.driver;

import java.util.concurrent.locks.LockSupport;

/** The time of the JVM; its drivers have threads, which need nobody to give them a turn. */
final class SystemTime implements Timekeeper {

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void park(Object blocker, long nanos) {
        if (nanos == 0) {
            LockSupport.park(blocker);
        } else {
            LockSupport.parkNanos(blocker, nanos);
        }
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    public void wake(Thread parked) {
        LockSupport.unpark(parked);
    }

    @Override
    public void driverHasWork() {}

    @Override
    public String toString() {
        return "the system's time";
    }
}
