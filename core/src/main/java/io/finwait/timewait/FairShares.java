package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

/**
 * How many entries each remote host has, by keyed hash into a fixed number of counters: hosts that
 * meet in one share their part, and nobody outside can choose to meet. For IPv6 a host is a /64, of
 * which an attacker has as many addresses as he likes.
 */
final class FairShares {

    private static final int COUNTERS = 1 << 12;

    /** How many entries are looked at, besides the one nearest to its end. */
    private static final int SAMPLES = 16;

    private final RandomSource random;
    private final TupleHash hash;
    private final int[] counts = new int[COUNTERS];

    FairShares(RandomSource random) {
        this.random = random;
        hash = new TupleHash(random);
    }

    void add(long high, long low) {
        counts[of(high, low)]++;
    }

    void remove(long high, long low) {
        counts[of(high, low)]--;
    }

    /**
     * The entry that gives way to a newcomer, or NIL when it is the newcomer. Entries are looked at
     * by chance: a host that holds a large part of the table is met, wherever its entries stand.
     */
    int victim(long high, long low, int first, EntryStore store, TimeWaitEntry scratch) {
        int most = counts[of(high, low)];
        int victim = EntryStore.NIL;
        long deadline = 0;
        for (int i = 0; i <= SAMPLES; i++) {
            int ref = i == 0 ? first : store.sample(random);
            store.read(ref, scratch);
            int count = counts[of(scratch.remoteHigh, scratch.remoteLow)];
            boolean sooner = victim == EntryStore.NIL || scratch.deadlineNs - deadline < 0;
            if (count > most || (count == most && sooner)) {
                most = count;
                victim = ref;
                deadline = scratch.deadlineNs;
            }
        }
        return victim;
    }

    private int of(long high, long low) {
        long host = IpAddress.isV4(high, low) ? low : high;
        return (int) hash.of(host, 0, 0) & (COUNTERS - 1);
    }
}
