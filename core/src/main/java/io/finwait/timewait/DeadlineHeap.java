package io.finwait.timewait;

import java.util.Arrays;

/**
 * A binary heap of the deadlines that came out of order: entries whose 2MSL was restarted, and those of
 * an unusual duration. A node keeps its number while its place in the heap changes, so that an entry can
 * be taken out or moved without a search.
 */
final class DeadlineHeap {

    private int[] heap = new int[16];
    private int[] place = new int[16];
    private int[] refs = new int[16];
    private long[] deadlines = new long[16];
    private long[] caps = new long[16];
    private int size;
    private int nodes;

    int add(int ref, long deadlineNs, long capNs) {
        if (size == heap.length) {
            grow();
        }
        // Nodes not in use stand behind the heap's end.
        int node = size < nodes ? heap[size] : nodes++;
        refs[node] = ref;
        deadlines[node] = deadlineNs;
        caps[node] = capNs;
        put(size, node);
        up(size++);
        return node;
    }

    void remove(int node) {
        int hole = place[node];
        int moved = heap[--size];
        put(size, node);
        if (hole < size) {
            put(hole, moved);
            down(hole);
            up(place[moved]);
        }
    }

    /** A later deadline, but none beyond the cap; gives the one that holds now. */
    long postpone(int node, long deadlineNs) {
        long capped = deadlineNs - caps[node] > 0 ? caps[node] : deadlineNs;
        if (capped - deadlines[node] > 0) {
            deadlines[node] = capped;
            down(place[node]);
        }
        return deadlines[node];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int first() {
        return refs[heap[0]];
    }

    long firstDeadline() {
        return deadlines[heap[0]];
    }

    long octets() {
        return 28L * heap.length;
    }

    private void up(int from) {
        int node = heap[from];
        int i = from;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (deadlines[heap[parent]] - deadlines[node] <= 0) {
                break;
            }
            put(i, heap[parent]);
            i = parent;
        }
        put(i, node);
    }

    private void down(int from) {
        int node = heap[from];
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && deadlines[heap[child + 1]] - deadlines[heap[child]] < 0) {
                child++;
            }
            if (deadlines[heap[child]] - deadlines[node] >= 0) {
                break;
            }
            put(i, heap[child]);
            i = child;
        }
        put(i, node);
    }

    private void put(int at, int node) {
        heap[at] = node;
        place[node] = at;
    }

    private void grow() {
        int length = 2 * heap.length;
        heap = Arrays.copyOf(heap, length);
        place = Arrays.copyOf(place, length);
        refs = Arrays.copyOf(refs, length);
        deadlines = Arrays.copyOf(deadlines, length);
        caps = Arrays.copyOf(caps, length);
    }
}
