package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

/**
 * How many entries each remote host has, by keyed hash into a fixed number of counters: hosts that meet
 * in one share their part, and nobody outside can choose to meet. For IPv6 a host is a /64, of which an
 * attacker has as many addresses as he likes.
 */
final class FairShares {

    private static final int COUNTERS = 1 << 12;

    /** How many of the entries nearest to their end are looked at. */
    private static final int CANDIDATES = 32;

    private final TupleHash hash;
    private final int[] counts = new int[COUNTERS];

    FairShares(RandomSource random) {
        hash = new TupleHash(random);
    }

    void add(long high, long low) {
        counts[of(high, low)]++;
    }

    void remove(long high, long low) {
        counts[of(high, low)]--;
    }

    /** The entry that gives way to a newcomer, or NIL when it is the newcomer. */
    int victim(long high, long low, int first, EntryStore store, TimeWaitEntry scratch) {
        int most = counts[of(high, low)];
        int victim = EntryStore.NIL;
        int ref = first;
        for (int i = 0; i < CANDIDATES && ref != EntryStore.NIL; i++) {
            store.read(ref, scratch);
            int count = counts[of(scratch.remoteHigh, scratch.remoteLow)];
            if (count > most || (count == most && victim == EntryStore.NIL)) {
                most = count;
                victim = ref;
            }
            ref = store.inHeap(ref) ? EntryStore.NIL : store.next(ref);
        }
        return victim;
    }

    private int of(long high, long low) {
        long host = IpAddress.isV4(high, low) ? low : high;
        return (int) hash.of(host, 0, 0) & (COUNTERS - 1);
    }
}
