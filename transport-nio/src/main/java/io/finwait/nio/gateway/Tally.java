package io.finwait.nio.gateway;

import io.finwait.nio.gateway.GatewayStatistics.Count;

import java.util.concurrent.atomic.AtomicLongArray;

/** What a gateway has counted; its thread alone writes. */
final class Tally {

    private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);

    void add(Count what) {
        add(what, 1);
    }

    void add(Count what, long more) {
        int i = what.ordinal();
        counts.setRelease(i, counts.getPlain(i) + more);
    }

    long get(Count what) {
        return counts.getAcquire(what.ordinal());
    }
}
