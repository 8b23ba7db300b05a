package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

/**
 * Counts the entries of each remote host. A keyed hash assigns hosts to a fixed number of counters;
 * hosts with the same counter share its part of the table, and an attacker can't choose whom to
 * share with. For IPv6 a host is a whole /64, because an attacker has as many addresses in it as he
 * likes.
 */
final class FairShares {

    private static final int COUNTERS = 1 << 12;

    /** How many randomly chosen entries are looked at, besides the one that expires next. */
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
     * The entry to evict for a new one, or NIL to refuse the new one: an entry of the host that has
     * the most, among those looked at. Entries are chosen at random, which is likely to find a host
     * that holds a large part of the table.
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
