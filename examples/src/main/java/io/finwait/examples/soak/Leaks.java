package io.finwait.examples.soak;

import com.sun.management.UnixOperatingSystemMXBean;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import java.lang.management.ManagementFactory;
import java.util.function.Consumer;

/** Looks for what is held and should not be. */
final class Leaks {

    /** The budget of each endpoint for text, so small that a soak uses it up. */
    static final long MEMORY_OCTETS = 24L << 20;

    /** What a budget may be exceeded by: text in order of those who read, and the users' own. */
    private static final long BEYOND = 16L << 20;

    private static final int MOST_CONNECTIONS = 60_000;

    /** Heap and descriptors are compared with those after so many rounds, when all is warm. */
    private static final int WARM_ROUNDS = 3;

    private static final long HEAP_NOISE = 32L << 20;
    private static final long DESCRIPTOR_NOISE = 8;

    /** A collection costs more than a round of virtual time. */
    private static final long BETWEEN_LOOKS_NS = 3_000_000_000L;

    private final boolean virtual;
    private long lookedNs;
    private int looks;
    private long heap;
    private long firstHeap;
    private long descriptors;
    private long firstDescriptors;

    Leaks(boolean virtual) {
        this.virtual = virtual;
        lookedNs = System.nanoTime();
    }

    /** What holds at any time. */
    void always(TcpEndpoint endpoint, String name, Consumer<String> fault) {
        long octets = endpoint.pool().octetsInUse();
        if (octets > MEMORY_OCTETS + BEYOND) {
            fault.accept("the text of the " + name + " takes " + octets + " octets");
        }
        if (endpoint.connectionCount() > MOST_CONNECTIONS) {
            fault.accept("the " + name + " has " + endpoint.connectionCount() + " connections");
        }
        if (endpoint.counters().get(Counter.FAILURES_CONTAINED) > 0) {
            fault.accept("something has thrown in the " + name + "; the log has the stack trace");
        }
    }

    /** What holds when every connection has ended. */
    void atRest(TcpEndpoint endpoint, String name, Consumer<String> fault) {
        nothing(endpoint.connectionCount(), "connections", name, fault);
        nothing(endpoint.orphanCount(), "orphans", name, fault);
        nothing(endpoint.timeWait().size(), "entries in TIME-WAIT", name, fault);
        nothing(endpoint.pool().inUse(), "blocks", name, fault);
        nothing(endpoint.pool().octetsInUse(), "octets in blocks", name, fault);
        nothing(endpoint.bufferOctetsGranted(), "octets of growth", name, fault);
    }

    private static void nothing(long held, String what, String name, Consumer<String> fault) {
        if (held != 0) {
            fault.accept(held + " " + what + " are held by the " + name + ", and nobody is left");
        }
    }

    /** Live heap and open descriptors grow for a while, and then no more. */
    void ofTheProcess(Consumer<String> fault) {
        if (virtual && System.nanoTime() - lookedNs < BETWEEN_LOOKS_NS) {
            return;
        }
        lookedNs = System.nanoTime();
        System.gc();
        heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        descriptors = openDescriptors();
        looks++;
        if (looks <= WARM_ROUNDS) {
            firstHeap = Math.max(firstHeap, heap);
            firstDescriptors = Math.max(firstDescriptors, descriptors);
            return;
        }
        if (heap > 2 * firstHeap + HEAP_NOISE) {
            fault.accept(heap + " octets of heap are live; once there were " + firstHeap);
        }
        if (descriptors > firstDescriptors + DESCRIPTOR_NOISE) {
            fault.accept(descriptors + " descriptors are open; once " + firstDescriptors);
        }
    }

    private static long openDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    /** What was found last, to be added to a line of progress. */
    @Override
    public String toString() {
        return looks == 0
                ? ""
                : ", heap %,d KB live, %d descriptors".formatted(heap >> 10, descriptors);
    }
}
