package io.finwait.timewait;

/**
 * A heap of the deadlines that are out of order: of entries whose 2MSL was restarted, and of those
 * with an unusual duration. A node keeps its number while its place in the heap changes, so that an
 * entry can be moved or removed without a search. Each place has four children, which are adjacent
 * in memory.
 */
final class DeadlineHeap {

    /** Two longs for each place: the deadline, and the node. */
    private final Longs places = new Longs();

    /** Two longs for each node: its latest possible deadline, and reference | place. */
    private final Longs nodes = new Longs();

    private int size;
    private int made;

    int add(int ref, long deadlineNs, long capNs) {
        places.fit(2 * size + 2);
        // Nodes not in use stand behind the heap's end.
        int node;
        if (size < made) {
            node = nodeAt(size);
        } else {
            node = made++;
            nodes.fit(2 * made);
        }
        nodes.set(2 * node, capNs);
        nodes.set(2 * node + 1, (long) ref << 32);
        up(size++, deadlineNs, node);
        return node;
    }

    void remove(int node) {
        int hole = placeOf(node);
        size--;
        long deadline = deadlineAt(size);
        int moved = nodeAt(size);
        put(size, 0, node);
        if (hole < size) {
            up(down(hole, deadline), deadline, moved);
        }
        if (size == 0) {
            made = 0;
            places.fit(0);
            nodes.fit(0);
        }
    }

    /** Postpones a deadline, up to the cap; returns the new one. */
    long postpone(int node, long deadlineNs) {
        long cap = nodes.get(2 * node);
        long capped = deadlineNs - cap > 0 ? cap : deadlineNs;
        int place = placeOf(node);
        if (capped - deadlineAt(place) <= 0) {
            return deadlineAt(place);
        }
        put(down(place, capped), capped, node);
        return capped;
    }

    boolean isEmpty() {
        return size == 0;
    }

    int first() {
        return (int) (nodes.get(2 * nodeAt(0) + 1) >>> 32);
    }

    long firstDeadline() {
        return deadlineAt(0);
    }

    long octets() {
        return places.octets() + nodes.octets();
    }

    /** Lets what is earlier sink from above a hole, and fills the hole that then is. */
    private void up(int from, long deadlineNs, int node) {
        int hole = from;
        while (hole > 0) {
            int parent = (hole - 1) >>> 2;
            long above = deadlineAt(parent);
            if (above - deadlineNs <= 0) {
                break;
            }
            put(hole, above, nodeAt(parent));
            hole = parent;
        }
        put(hole, deadlineNs, node);
    }

    /** Lets what is earlier rise from below a hole; gives where the hole then is. */
    private int down(int from, long deadlineNs) {
        int hole = from;
        while (4 * hole + 1 < size) {
            int child = 4 * hole + 1;
            int end = Math.min(child + 4, size);
            long earliest = deadlineAt(child);
            for (int other = child + 1; other < end; other++) {
                if (deadlineAt(other) - earliest < 0) {
                    child = other;
                    earliest = deadlineAt(other);
                }
            }
            if (earliest - deadlineNs >= 0) {
                break;
            }
            put(hole, earliest, nodeAt(child));
            hole = child;
        }
        return hole;
    }

    private void put(int place, long deadlineNs, int node) {
        places.set(2 * place, deadlineNs);
        places.set(2 * place + 1, node);
        int word = 2 * node + 1;
        nodes.set(word, (nodes.get(word) & 0xFFFF_FFFF_0000_0000L) | place);
    }

    private long deadlineAt(int place) {
        return places.get(2 * place);
    }

    private int nodeAt(int place) {
        return (int) places.get(2 * place + 1);
    }

    private int placeOf(int node) {
        return (int) nodes.get(2 * node + 1);
    }
}
