package io.finwait.timewait;

import java.util.Arrays;

/**
 * The local addresses in use, each with a small number, which entries hold instead of the address.
 * The number is reused when the address has no more entries.
 */
final class LocalAddresses {

    private static final int NONE = -1;

    private long[] high = new long[4];
    private long[] low = new long[4];
    private int[] uses = new int[4];

    /** Open addressing over numbers plus one; twice as long as the arrays above, or longer. */
    private int[] index = new int[8];

    private int[] free = new int[4];
    private int freeCount;
    private int next;

    /** The address that was asked for last, and the answer: most tables have one local address. */
    private long lastHigh;

    private long lastLow;
    private int last = NONE;

    /** The number of an address, or -1 when no entry has it. */
    int find(long addressHigh, long addressLow) {
        return lastLow == addressLow && lastHigh == addressHigh
                ? last
                : search(addressHigh, addressLow);
    }

    private int search(long addressHigh, long addressLow) {
        int mask = index.length - 1;
        for (int i = home(addressHigh, addressLow, mask); index[i] != 0; i = (i + 1) & mask) {
            int id = index[i] - 1;
            if (low[id] == addressLow && high[id] == addressHigh) {
                remember(id);
                return id;
            }
        }
        return NONE;
    }

    /** The number of an address, for one more entry. */
    int acquire(long addressHigh, long addressLow) {
        int id = find(addressHigh, addressLow);
        if (id == NONE) {
            id = add(addressHigh, addressLow);
        }
        uses[id]++;
        return id;
    }

    /** An entry with this address was removed. */
    void release(int id) {
        if (--uses[id] == 0) {
            drop(id);
        }
    }

    long high(int id) {
        return high[id];
    }

    long low(int id) {
        return low[id];
    }

    long octets() {
        return 16L * high.length + 4L * (uses.length + index.length + free.length);
    }

    private int add(long addressHigh, long addressLow) {
        int id = freeCount > 0 ? free[--freeCount] : next++;
        if (id == high.length) {
            grow();
        }
        high[id] = addressHigh;
        low[id] = addressLow;
        place(id);
        remember(id);
        return id;
    }

    private void remember(int id) {
        lastHigh = high[id];
        lastLow = low[id];
        last = id;
    }

    private void grow() {
        int length = 2 * high.length;
        high = Arrays.copyOf(high, length);
        low = Arrays.copyOf(low, length);
        uses = Arrays.copyOf(uses, length);
        free = Arrays.copyOf(free, length);
        index = new int[2 * length];
        for (int id = 0; id < length / 2; id++) {
            if (uses[id] > 0) {
                place(id);
            }
        }
    }

    private void place(int id) {
        int mask = index.length - 1;
        int i = home(high[id], low[id], mask);
        while (index[i] != 0) {
            i = (i + 1) & mask;
        }
        index[i] = id + 1;
    }

    private void drop(int id) {
        int mask = index.length - 1;
        int hole = home(high[id], low[id], mask);
        while (index[hole] != id + 1) {
            hole = (hole + 1) & mask;
        }
        for (int i = (hole + 1) & mask; index[i] != 0; i = (i + 1) & mask) {
            int other = index[i] - 1;
            int home = home(high[other], low[other], mask);
            // Whoever could stand in the hole without being cut off from its home moves there.
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                index[hole] = index[i];
                hole = i;
            }
        }
        index[hole] = 0;
        free[freeCount++] = id;
        if (last == id) {
            last = NONE;
        }
    }

    private static int home(long addressHigh, long addressLow, int mask) {
        long mixed = (addressHigh * 0x9E3779B97F4A7C15L + addressLow) * 0xD1342543DE82EF95L;
        return (int) (mixed >>> 40) & mask;
    }
}
