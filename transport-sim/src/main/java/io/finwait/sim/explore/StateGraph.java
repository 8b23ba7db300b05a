package io.finwait.sim.explore;

import java.util.Arrays;

/**
 * The states found, by digest, how each was reached first, and the steps between them; all flat.
 */
final class StateGraph {

    private long[] high = new long[1 << 16];
    private long[] low = new long[1 << 16];
    private int[] parent = new int[1 << 16];
    private byte[] choice = new byte[1 << 16];
    private boolean[] over = new boolean[1 << 16];
    private int size;

    /** Open addressing; holds indices plus 1. */
    private int[] table = new int[1 << 18];

    /** Steps as pairs; the sign of the source says that it was a delivery. */
    private int[] sources = new int[1 << 18];

    private int[] targets = new int[1 << 18];
    private int steps;

    int size() {
        return size;
    }

    long edges() {
        return steps;
    }

    int find(long h, long l) {
        int slot = (int) l & (table.length - 1);
        while (table[slot] != 0) {
            int state = table[slot] - 1;
            if (low[state] == l && high[state] == h) {
                return state;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return -1;
    }

    int add(long h, long l, int from, byte by, boolean isOver) {
        if (size == high.length) {
            high = Arrays.copyOf(high, 2 * size);
            low = Arrays.copyOf(low, 2 * size);
            parent = Arrays.copyOf(parent, 2 * size);
            choice = Arrays.copyOf(choice, 2 * size);
            over = Arrays.copyOf(over, 2 * size);
        }
        if (2 * size > table.length) {
            table = new int[2 * table.length];
            for (int i = 0; i < size; i++) {
                place(i);
            }
        }
        high[size] = h;
        low[size] = l;
        parent[size] = from;
        choice[size] = by;
        over[size] = isOver;
        place(size);
        return size++;
    }

    private void place(int state) {
        int slot = (int) low[state] & (table.length - 1);
        while (table[slot] != 0) {
            slot = (slot + 1) & (table.length - 1);
        }
        table[slot] = state + 1;
    }

    void edge(int from, int to, boolean delivery) {
        if (steps == sources.length) {
            sources = Arrays.copyOf(sources, 2 * steps);
            targets = Arrays.copyOf(targets, 2 * steps);
        }
        sources[steps] = delivery ? ~from : from;
        targets[steps++] = to;
    }

    /** The choices on the shortest way to a state. */
    byte[] path(int state) {
        int length = 0;
        for (int at = state; parent[at] >= 0; at = parent[at]) {
            length++;
        }
        byte[] path = new byte[length];
        for (int at = state; parent[at] >= 0; at = parent[at]) {
            path[--length] = choice[at];
        }
        return path;
    }

    /**
     * A state from which deliveries alone can go on for ever: one that is left when states without
     * a further delivery are removed repeatedly.
     */
    int firstOnACycleOfDeliveries() {
        int[] out = new int[size];
        int[] start = new int[size + 1];
        for (int i = 0; i < steps; i++) {
            if (sources[i] < 0) {
                out[~sources[i]]++;
                start[targets[i] + 1]++;
            }
        }
        int[] before = predecessors(start, true);
        int[] queue = new int[size];
        int tail = 0;
        for (int i = 0; i < size; i++) {
            if (out[i] == 0) {
                queue[tail++] = i;
            }
        }
        for (int head = 0; head < tail; head++) {
            int state = queue[head];
            for (int i = start[state]; i < start[state + 1]; i++) {
                if (--out[before[i]] == 0) {
                    queue[tail++] = before[i];
                }
            }
        }
        for (int i = 0; i < size; i++) {
            if (out[i] > 0) {
                return i;
            }
        }
        return -1;
    }

    /** A state from which no way leads to the end of the story. */
    int firstThatCannotEnd() {
        int[] start = new int[size + 1];
        for (int i = 0; i < steps; i++) {
            start[targets[i] + 1]++;
        }
        int[] before = predecessors(start, false);
        boolean[] ends = new boolean[size];
        int[] queue = new int[size];
        int tail = 0;
        for (int i = 0; i < size; i++) {
            if (over[i]) {
                ends[i] = true;
                queue[tail++] = i;
            }
        }
        for (int head = 0; head < tail; head++) {
            for (int i = start[queue[head]]; i < start[queue[head] + 1]; i++) {
                if (!ends[before[i]]) {
                    ends[before[i]] = true;
                    queue[tail++] = before[i];
                }
            }
        }
        for (int i = 0; i < size; i++) {
            if (!ends[i]) {
                return i;
            }
        }
        return -1;
    }

    /** Sources by target; {@code start} holds counts shifted by one and becomes their places. */
    private int[] predecessors(int[] start, boolean deliveriesOnly) {
        for (int i = 0; i < size; i++) {
            start[i + 1] += start[i];
        }
        int[] next = Arrays.copyOf(start, size);
        int[] before = new int[start[size]];
        for (int i = 0; i < steps; i++) {
            if (sources[i] < 0 || !deliveriesOnly) {
                int source = sources[i] < 0 ? ~sources[i] : sources[i];
                before[next[targets[i]]++] = source;
            }
        }
        return before;
    }
}
