package io.finwait.trace.explain;

import io.finwait.trace.capture.SeenSegment;

import java.util.ArrayList;
import java.util.List;

/**
 * Sorts the segments of a capture into connections. A pair of sockets that is used again begins a
 * new one. Open addressing by the pair in either direction, so that a segment costs one look-up and
 * no object.
 */
final class Conversations {

    /** A port below this one is taken for a server's where the capture misses the SYN. */
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    /**
     * A SYN with another number, this long after the last segment, begins anew whatever was open.
     */
    private static final long FORGOTTEN_NS = 120_000_000_000L;

    private final List<Conversation> all = new ArrayList<>();
    private Conversation[] table = new Conversation[1024];

    /**
     * The hashes of the connections in the table; comparing them alone rules out most of the
     * others.
     */
    private int[] hashes = new int[table.length];

    private final ListeningPorts listeners = new ListeningPorts();
    private int live;

    /** Gives a segment to its connection; returns that. */
    Conversation segment(SeenSegment seg) {
        int hash = hash(seg);
        int index = indexOf(hash, seg);
        Conversation found = table[index];
        boolean anew = found != null && beginsAnew(found, seg);
        if (anew) {
            live--;
        }
        if (found == null || anew) {
            Conversation begun = begin(seg);
            if (found != null) {
                found.usedAgainAfterNs = Math.max(0, seg.timeNs() - found.lastNs);
                found.next = begun;
            }
            found = begun;
            table[index] = found;
            hashes[index] = hash;
            if (2 * ++live > table.length) {
                grow();
            }
        }
        found.segment(isFrom(found.flows[0], seg) ? 0 : 1, seg);
        return found;
    }

    List<Conversation> all() {
        return all;
    }

    private Conversation begin(SeenSegment seg) {
        Flow source = new Flow(seg.sourceHigh(), seg.sourceLow(), seg.sourcePort());
        Flow target = new Flow(seg.destinationHigh(), seg.destinationLow(), seg.destinationPort());
        boolean synAck = seg.hasSyn() && seg.hasAck();
        boolean fromServer =
                !seg.hasSyn()
                        && seg.sourcePort() < FIRST_UNPRIVILEGED_PORT
                        && seg.destinationPort() >= FIRST_UNPRIVILEGED_PORT;
        Conversation begun;
        if (synAck || fromServer) {
            begun = new Conversation(all.size(), target, source, listeners);
            begun.zeek.swapped();
        } else {
            begun = new Conversation(all.size(), source, target, listeners);
        }
        all.add(begun);
        return begun;
    }

    private static boolean beginsAnew(Conversation found, SeenSegment seg) {
        if (!seg.hasSyn() || seg.hasAck() || seg.hasRst()) {
            return false;
        }
        if (found.hasEnded()) {
            return true;
        }
        Flow own = found.flows[isFrom(found.flows[0], seg) ? 0 : 1];
        boolean sameSyn = own.synSeen && own.isn == seg.seq();
        return !sameSyn
                && own.numbersKnown
                && (found.flows[0].textSeen
                        || found.flows[1].textSeen
                        || seg.timeNs() - found.lastNs > FORGOTTEN_NS);
    }

    private static boolean isFrom(Flow flow, SeenSegment seg) {
        // A connection of a host to its own port has one pair of sockets in both directions.
        return isSource(flow, seg)
                && (!isDestination(flow, seg) || (seg.hasSyn() && !seg.hasAck()));
    }

    private int indexOf(int hash, SeenSegment seg) {
        int mask = table.length - 1;
        int index = hash & mask;
        while (table[index] != null && (hashes[index] != hash || !isOf(table[index], seg))) {
            index = (index + 1) & mask;
        }
        return index;
    }

    private static boolean isOf(Conversation each, SeenSegment seg) {
        Flow a = each.flows[0];
        Flow b = each.flows[1];
        return (isSource(a, seg) && isDestination(b, seg))
                || (isSource(b, seg) && isDestination(a, seg));
    }

    private static boolean isSource(Flow flow, SeenSegment seg) {
        return matches(flow, seg.sourceHigh(), seg.sourceLow(), seg.sourcePort());
    }

    private static boolean isDestination(Flow flow, SeenSegment seg) {
        return matches(flow, seg.destinationHigh(), seg.destinationLow(), seg.destinationPort());
    }

    private static boolean matches(Flow flow, long high, long low, int port) {
        return flow.port == port && flow.addressLow == low && flow.addressHigh == high;
    }

    private void grow() {
        Conversation[] old = table;
        int[] oldHashes = hashes;
        table = new Conversation[2 * old.length];
        hashes = new int[table.length];
        int mask = table.length - 1;
        for (int i = 0; i < old.length; i++) {
            if (old[i] == null) {
                continue;
            }
            int index = oldHashes[i] & mask;
            while (table[index] != null) {
                index = (index + 1) & mask;
            }
            table[index] = old[i];
            hashes[index] = oldHashes[i];
        }
    }

    /** The same in both directions. */
    private static int hash(SeenSegment seg) {
        long source = end(seg.sourceHigh(), seg.sourceLow(), seg.sourcePort());
        long destination = end(seg.destinationHigh(), seg.destinationLow(), seg.destinationPort());
        return (int) (((source + destination) * 0x9E3779B97F4A7C15L) >>> 32);
    }

    private static long end(long high, long low, int port) {
        long x = (high * 31 + low) * 0xBF58476D1CE4E5B9L + port;
        x ^= x >>> 29;
        return x * 0x94D049BB133111EBL;
    }
}
