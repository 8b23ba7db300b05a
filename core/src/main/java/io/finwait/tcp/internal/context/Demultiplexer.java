package io.finwait.tcp.internal.context;

import io.finwait.spi.RandomSource;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;

/**
 * Finds the TCB of a pair of sockets, by open addressing with linear probing. The hash is keyed, so
 * that an attacker can't choose addresses that collide.
 */
public final class Demultiplexer {

    private final long keyA;
    private final long keyB;
    private Tcb[] table = new Tcb[64];
    private int size;

    /** The TCB that was found last, or null. */
    private Tcb last;

    public Demultiplexer(RandomSource random) {
        keyA = random.nextLong() | 1;
        keyB = random.nextLong();
    }

    public int size() {
        return size;
    }

    /** The keyed hash of a pair of sockets. */
    public int hash(FourTuple tuple) {
        long ports = (long) tuple.remotePort << 48 | (long) tuple.localPort << 32;
        long h;
        if (tuple.isV4()) {
            // The low 32 bits hold the whole IPv4 address; the ports take the place of the high 32
            // bits.
            h = mix(mix(keyB ^ tuple.remoteLow ^ ports) ^ tuple.localLow);
        } else {
            h = mix(mix(mix(keyB ^ tuple.remoteLow) ^ tuple.remoteHigh) ^ ports);
            h = mix(mix(h ^ tuple.localLow) ^ tuple.localHigh);
        }
        return (int) (h >>> 32);
    }

    private long mix(long word) {
        long product = word * keyA;
        return product ^ Math.multiplyHigh(word, keyA) ^ (product >>> 29);
    }

    /** The TCB of a pair of sockets, or null. */
    public Tcb find(FourTuple tuple) {
        // Segments come in trains: most are for the same TCB as the one before.
        Tcb tcb = last;
        if (tcb != null && tcb.isSame(tuple)) {
            return tcb;
        }
        return find(hash(tuple), tuple);
    }

    /** The same where the hash of the pair is known already. */
    public Tcb find(int hash, FourTuple tuple) {
        int mask = table.length - 1;
        int index = hash & mask;
        while (true) {
            Tcb tcb = table[index];
            if (tcb == null) {
                return null;
            }
            if (tcb.isSame(tuple)) {
                last = tcb;
                return tcb;
            }
            index = (index + 1) & mask;
        }
    }

    /** The TCB at which the search for a hash begins, usually the right one; or null. */
    public Tcb firstCandidate(int hash) {
        return table[hash & (table.length - 1)];
    }

    public void add(Tcb tcb) {
        if (2 * (size + 1) > table.length) {
            Tcb[] old = table;
            table = new Tcb[2 * old.length];
            for (Tcb each : old) {
                if (each != null) {
                    insert(each);
                }
            }
        }
        tcb.hash = hash(tcb);
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

    /** True when this TCB itself is in the table. */
    public boolean holds(Tcb tcb) {
        int mask = table.length - 1;
        for (int i = tcb.hash & mask; table[i] != null; i = (i + 1) & mask) {
            if (table[i] == tcb) {
                return true;
            }
        }
        return false;
    }

    public void remove(Tcb tcb) {
        if (tcb == last) {
            last = null;
        }
        int mask = table.length - 1;
        int index = tcb.hash & mask;
        while (table[index] != tcb) {
            if (table[index] == null) {
                throw new AssertionError("not in the table: " + tcb);
            }
            index = (index + 1) & mask;
        }
        size--;
        // A later TCB that may be found in the hole moves into it, so no tombstones are needed.
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

    /** A copy of all TCBs, for loops that may remove some. */
    public Tcb[] snapshot() {
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
