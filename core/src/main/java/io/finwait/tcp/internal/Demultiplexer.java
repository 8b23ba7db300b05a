package io.finwait.tcp.internal;

import io.finwait.spi.RandomSource;

/**
 * Finds the TCB of a pair of sockets: open addressing with linear probing over a keyed hash, so that
 * nobody can choose addresses that collide.
 */
final class Demultiplexer {

    private final long keyA;
    private final long keyB;
    private Tcb[] table = new Tcb[64];
    private int size;

    Demultiplexer(RandomSource random) {
        keyA = random.nextLong() | 1;
        keyB = random.nextLong();
    }

    int size() {
        return size;
    }

    private int hash(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        long h = keyB;
        h = mix(h ^ remoteLow);
        h = mix(h ^ ((long) remotePort << 16 | localPort));
        h = mix(h ^ localLow);
        if ((localHigh | remoteHigh) != 0) {
            h = mix(mix(h ^ remoteHigh) ^ localHigh);
        }
        return (int) (h >>> 32);
    }

    private long mix(long word) {
        long product = word * keyA;
        return product ^ Math.multiplyHigh(word, keyA) ^ (product >>> 29);
    }

    /** The TCB of a pair of sockets, or null. */
    Tcb find(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        int mask = table.length - 1;
        int index = hash(localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort) & mask;
        while (true) {
            Tcb tcb = table[index];
            if (tcb == null) {
                return null;
            }
            if (tcb.remotePort == remotePort
                    && tcb.localPort == localPort
                    && tcb.remoteLow == remoteLow
                    && tcb.localLow == localLow
                    && tcb.remoteHigh == remoteHigh
                    && tcb.localHigh == localHigh) {
                return tcb;
            }
            index = (index + 1) & mask;
        }
    }

    /** The TCB at which {@link #find} begins to search, which is mostly the right one; or null. */
    Tcb firstCandidate(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        int hash = hash(localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort);
        return table[hash & (table.length - 1)];
    }

    void add(Tcb tcb) {
        if (2 * (size + 1) > table.length) {
            Tcb[] old = table;
            table = new Tcb[2 * old.length];
            for (Tcb each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
        tcb.hash =
                hash(
                        tcb.localHigh,
                        tcb.localLow,
                        tcb.remoteHigh,
                        tcb.remoteLow,
                        tcb.localPort,
                        tcb.remotePort);
        insert(tcb);
        size++;
    }

    private void insert(Tcb tcb) {
        int mask = table.length - 1;
        int index = tcb.hash & mask;
        while (table[index] != null) {
            index = (index + 1) & mask;
        }
        table[index] = tcb;
    }

    void remove(Tcb tcb) {
        int mask = table.length - 1;
        int index = tcb.hash & mask;
        while (table[index] != tcb) {
            if (table[index] == null) {
                throw new AssertionError("not in the table: " + tcb);
            }
            index = (index + 1) & mask;
        }
        size--;
        // Whoever comes behind the hole and could stand in it moves up, so no tombstones are
        // needed.
        int hole = index;
        int next = (hole + 1) & mask;
        while (table[next] != null) {
            int home = table[next].hash & mask;
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                table[hole] = table[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        table[hole] = null;
    }

    /** Copies all TCBs, for walks during which some may go. */
    Tcb[] snapshot() {
        Tcb[] all = new Tcb[size];
        int at = 0;
        for (Tcb each : table) {
            if (each != null) {
                all[at++] = each;
            }
        }
        return all;
    }
}
