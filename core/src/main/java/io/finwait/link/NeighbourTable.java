package io.finwait.link;

import io.finwait.spi.RandomSource;

/**
 * The neighbours that are known or being asked for, found by address. Bounded: at most a quarter of
 * the places are for those that have not answered, so that packets to addresses that nobody has
 * can't displace neighbours that are there.
 */
final class NeighbourTable {

    private final Neighbour[] index;
    private final int mask;
    private final int capacity;
    private final long key;
    private final Neighbour[] free;
    private int freeCount;
    private final NeighbourList asking = new NeighbourList();
    private final NeighbourList resolved = new NeighbourList();

    NeighbourTable(int capacity, RandomSource random) {
        this.capacity = capacity;
        index = new Neighbour[Integer.highestOneBit(capacity) << 2];
        mask = index.length - 1;
        // Strangers must not be able to choose addresses that collide.
        key = random.nextLong() | 1;
        free = new Neighbour[capacity];
        for (int i = 0; i < capacity; i++) {
            free[i] = new Neighbour();
        }
        freeCount = capacity;
    }

    /** Those that have not answered yet, the one asked for longest first. */
    NeighbourList asking() {
        return asking;
    }

    /** Those whose Ethernet address is known, the one not used for longest first. */
    NeighbourList resolved() {
        return resolved;
    }

    int size() {
        return asking.size() + resolved.size();
    }

    /** The neighbour with an address, or null. */
    Neighbour find(long high, long low) {
        int at = place(high, low);
        while (index[at] != null) {
            if (index[at].is(high, low)) {
                return index[at];
            }
            at = (at + 1) & mask;
        }
        return null;
    }

    /** Who must make room before another one can be added; null when there is room. */
    Neighbour inTheWay() {
        if (asking.size() >= Math.max(capacity / 4, 1)) {
            return asking.oldest();
        }
        if (freeCount > 0) {
            return null;
        }
        return resolved.oldest() != null ? resolved.oldest() : asking.oldest();
    }

    /** Adds a neighbour that is not known, as INCOMPLETE; there must be room. */
    Neighbour add(long high, long low) {
        Neighbour added = free[--freeCount];
        added.begin(high, low);
        int at = place(high, low);
        while (index[at] != null) {
            at = (at + 1) & mask;
        }
        index[at] = added;
        asking.add(added);
        return added;
    }

    /** An INCOMPLETE neighbour has answered. */
    void answered(Neighbour neighbour) {
        asking.remove(neighbour);
        resolved.add(neighbour);
    }

    void remove(Neighbour neighbour) {
        if (neighbour.state == NeighbourState.INCOMPLETE) {
            asking.remove(neighbour);
        } else {
            resolved.remove(neighbour);
        }
        neighbour.known = false;
        int hole = place(neighbour.high, neighbour.low);
        while (index[hole] != neighbour) {
            hole = (hole + 1) & mask;
        }
        // What stands behind moves up, so that no search ends at the hole.
        int at = hole;
        while (true) {
            at = (at + 1) & mask;
            Neighbour next = index[at];
            if (next == null) {
                break;
            }
            int home = place(next.high, next.low);
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                index[hole] = next;
                hole = at;
            }
        }
        index[hole] = null;
        free[freeCount++] = neighbour;
    }

    private int place(long high, long low) {
        long hash = (low ^ high * 0x9E37_79B9_7F4A_7C15L ^ key) * 0xBF58_476D_1CE4_E5B9L;
        hash = (hash ^ hash >>> 29) * key;
        return (int) (hash >>> 33) & mask;
    }
}
