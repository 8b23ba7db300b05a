package io.finwait.sim.contract;

import com.sun.management.ThreadMXBean;

import java.lang.management.ManagementFactory;

/** Counts the octets that the current thread has allocated on the heap. */
final class AllocationMeter {

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Octets since the thread began; reading them allocates nothing. */
    long octets() {
        return threads.getCurrentThreadAllocatedBytes();
    }
}
