package io.finwait.sim;

import io.finwait.wire.Segment;

/**
 * The initial sequence number of each direction of each connection whose SYN has passed, the latest
 * one where a 4-tuple was used again. Open addressing over flat arrays, without an object for each
 * connection. After {@value #MOST} directions it forgets all and begins anew.
 */
final class InitialSequenceNumbers {

    static final int MOST = 1 << 16;

    private static final int FIRST_CAPACITY = 64;

    private long[] keys = new long[FIRST_CAPACITY];
    private int[] numbers = new int[FIRST_CAPACITY];
    private int size;

    void learn(Segment syn) {
        int at = find(key(syn));
        if (keys[at] == 0) {
            if (++size > keys.length / 2) {
                grow();
                at = find(key(syn));
            }
            keys[at] = key(syn);
        }
        numbers[at] = syn.seq();
    }

    boolean knows(Segment segment) {
        return keys[find(key(segment))] != 0;
    }

    int of(Segment segment) {
        return numbers[find(key(segment))];
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int at = (int) key & mask;
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldNumbers = numbers;
        boolean forget = size > MOST;
        int capacity = forget ? FIRST_CAPACITY : oldKeys.length * 2;
        keys = new long[capacity];
        numbers = new int[capacity];
        if (forget) {
            size = 1;
            return;
        }
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                numbers[at] = oldNumbers[i];
            }
        }
    }

    /** Sixty-four bits of hash stand for the 4-tuple: two tuples that share them do not occur. */
    private static long key(Segment segment) {
        long key = Mix.mix(segment.sourceHigh() + Mix.GOLDEN);
        key = Mix.mix(key + segment.sourceLow());
        key = Mix.mix(key + segment.destinationHigh());
        key = Mix.mix(key + segment.destinationLow());
        key = Mix.mix(key + ((long) segment.sourcePort() << 16 | segment.destinationPort()));
        return key == 0 ? 1 : key;
    }
}
