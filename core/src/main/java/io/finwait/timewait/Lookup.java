package io.finwait.timewait;

import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

/**
 * Finds the entry of addresses and ports. {@link #key} leaves the key and the hash of a tuple in
 * fields, for creating an entry.
 */
final class Lookup {

    private static final int NIL = EntryStore.NIL;

    private final EntryStore store;
    private final LocalAddresses locals;
    private final TupleHash hash;
    private final TupleIndex index;
    private final Newcomers newcomers;

    boolean wide;
    long key0;
    long key1;
    long key2;
    long hashed;

    /** A place to read lines of memory into. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    Lookup(
            EntryStore store,
            LocalAddresses locals,
            TupleHash hash,
            TupleIndex index,
            Newcomers newcomers) {
        this.store = store;
        this.locals = locals;
        this.hash = hash;
        this.index = index;
        this.newcomers = newcomers;
    }

    /** The entry of a tuple, or NIL. */
    int find(FourTuple tuple) {
        int local = locals.find(tuple.localHigh, tuple.localLow);
        if (local < 0) {
            return NIL;
        }
        long remoteHigh = tuple.remoteHigh;
        long remoteLow = tuple.remoteLow;
        long ports = (long) tuple.remotePort << 16 | tuple.localPort;
        if (isNarrow(local, remoteHigh, remoteLow)) {
            long k0 = remoteLow << 32 | ports;
            long hashOfKey = hash.of(k0, local, 0);
            settleFor(hashOfKey);
            return index.findNarrow(hashOfKey, k0, local);
        }
        long k0 = (long) local << 32 | ports;
        long hashOfKey = hash.of(k0, remoteHigh, remoteLow);
        settleFor(hashOfKey);
        return index.findWide(hashOfKey, k0, remoteHigh, remoteLow);
    }

    /** Adds the new entries to the index if one may have this hash. */
    void settleFor(long hashOfKey) {
        if (newcomers.mayHold(hashOfKey)) {
            newcomers.settle();
        }
    }

    /** The entry of the key that {@link #key} made, or NIL. */
    int find() {
        settleFor(hashed);
        return wide
                ? index.findWide(hashed, key0, key1, key2)
                : index.findNarrow(hashed, key0, key1);
    }

    private static boolean isNarrow(int local, long remoteHigh, long remoteLow) {
        return IpAddress.isV4(remoteHigh, remoteLow) && local < EntryStore.NARROW_LOCALS;
    }

    /** Makes the key of a tuple, whose local address has the given number. */
    void key(int localNumber, long remoteHigh, long remoteLow, int localPort, int remotePort) {
        long ports = (long) remotePort << 16 | localPort;
        if (isNarrow(localNumber, remoteHigh, remoteLow)) {
            wide = false;
            key0 = remoteLow << 32 | ports;
            key1 = localNumber;
            key2 = 0;
            hashed = hash.of(key0, key1, 0);
        } else {
            wide = true;
            key0 = (long) localNumber << 32 | ports;
            key1 = remoteHigh;
            key2 = remoteLow;
            hashed = hash.of(key0, key1, key2);
        }
    }

    /**
     * Looks up all tuples of a batch, in steps that each do one thing for all of them: the loads of
     * one step do not wait for each other.
     *
     * @return bit i is set when there is an entry of tuple i
     */
    int find(TupleBatch batch) {
        for (int i = 0; i < batch.size; i++) {
            int ports = batch.ports[i];
            // The number of an address that no entry has, -1, makes a key that no entry has.
            key(
                    locals.find(batch.localHigh[i], batch.localLow[i]),
                    batch.remoteHigh[i],
                    batch.remoteLow[i],
                    ports & 0xFFFF,
                    ports >>> 16);
            batch.wide[i] = wide;
            batch.key0[i] = key0;
            batch.key1[i] = key1;
            batch.key2[i] = key2;
            batch.hashes[i] = hashed;
            settleFor(hashed);
        }
        touched = index.touch(batch.hashes, batch.size);
        int candidates = 0;
        for (int i = 0; i < batch.size; i++) {
            int guess = index.guess(batch.hashes[i]);
            batch.guesses[i] = guess;
            candidates |= (guess == NIL ? 0 : 1) << i;
        }
        touched += store.touch(batch.guesses, batch.size);
        int found = 0;
        int open = 0;
        for (int rest = candidates; rest != 0; rest &= rest - 1) {
            int i = Integer.numberOfTrailingZeros(rest);
            int ref = batch.guesses[i];
            if (ref != TupleIndex.UNKNOWN && matches(ref, batch, i)) {
                found |= 1 << i;
            } else {
                open |= 1 << i;
            }
        }
        for (; open != 0; open &= open - 1) {
            int i = Integer.numberOfTrailingZeros(open);
            int ref =
                    batch.wide[i]
                            ? index.findWide(
                                    batch.hashes[i], batch.key0[i], batch.key1[i], batch.key2[i])
                            : index.findNarrow(batch.hashes[i], batch.key0[i], batch.key1[i]);
            found |= ref == NIL ? 0 : 1 << i;
        }
        return found;
    }

    private boolean matches(int ref, TupleBatch batch, int i) {
        return batch.wide[i]
                ? store.matchesWide(ref, batch.key0[i], batch.key1[i], batch.key2[i])
                : store.matchesNarrow(ref, batch.key0[i], batch.key1[i]);
    }
}
