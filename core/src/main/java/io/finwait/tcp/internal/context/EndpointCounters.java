package io.finwait.tcp.internal.context;

import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counters that one thread writes and any thread reads, with release and acquire ordering. */
public final class EndpointCounters implements Counters {

    private final AtomicLongArray counts = new AtomicLongArray(Counter.values().length);

    /** Counts one. */
    public void add(Counter counter) {
        add(counter, 1);
    }

    /** Counts several. */
    public void add(Counter counter, long more) {
        int i = counter.ordinal();
        // With one writer no count is lost between the read and the write.
        counts.setRelease(i, counts.getPlain(i) + more);
    }

    @Override
    public long get(Counter counter) {
        return counts.getAcquire(counter.ordinal());
    }

    @Override
    public String toString() {
        return nonZero().toString();
    }
}
