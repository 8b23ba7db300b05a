package io.finwait.timewait;

import io.finwait.wire.FourTuple;

/**
 * Up to 32 tuples to be looked up together ({@link TimeWaitTable#find}), so that all lookups wait
 * for memory at the same time. Reused from batch to batch.
 */
public final class TupleBatch {

    /** The most tuples. */
    public static final int CAPACITY = 32;

    final long[] localHigh = new long[CAPACITY];
    final long[] localLow = new long[CAPACITY];
    final long[] remoteHigh = new long[CAPACITY];
    final long[] remoteLow = new long[CAPACITY];
    final int[] ports = new int[CAPACITY];
    final long[] hashes = new long[CAPACITY];
    final long[] key0 = new long[CAPACITY];
    final long[] key1 = new long[CAPACITY];
    final long[] key2 = new long[CAPACITY];
    final boolean[] wide = new boolean[CAPACITY];
    final int[] guesses = new int[CAPACITY];
    int size;

    /** Forgets all tuples. */
    public void clear() {
        size = 0;
    }

    /** How many tuples there are, 0 to {@link #CAPACITY}. */
    public int size() {
        return size;
    }

    /**
     * Adds a tuple.
     *
     * @return its number, which is the number of its bit in the result
     * @throws IllegalStateException when the batch is full
     */
    public int add(FourTuple tuple) {
        if (size == CAPACITY) {
            throw new IllegalStateException("the batch is full; look it up and clear it");
        }
        localHigh[size] = tuple.localHigh;
        localLow[size] = tuple.localLow;
        remoteHigh[size] = tuple.remoteHigh;
        remoteLow[size] = tuple.remoteLow;
        ports[size] = tuple.remotePort << 16 | tuple.localPort;
        return size++;
    }
}
