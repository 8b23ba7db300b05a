package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.context.Demultiplexer;
import io.finwait.wire.FourTuple;

import java.util.function.Consumer;

/**
 * The SYNs of a {@link CatchAllPort} by their pairs of sockets, and a queue of those that wait,
 * from the oldest to the newest. The hash is keyed, so that strangers can't choose pairs that
 * collide.
 */
final class WaitingSyns {

    private final Demultiplexer hashes;
    private TcpIncoming[] buckets = new TcpIncoming[64];
    private int size;
    private int queued;
    private TcpIncoming oldest;
    private TcpIncoming newest;

    WaitingSyns(Demultiplexer hashes) {
        this.hashes = hashes;
    }

    /** How many stand in the queue. */
    int queued() {
        return queued;
    }

    /** The first of the queue, or null. */
    TcpIncoming oldest() {
        return oldest;
    }

    private int bucket(FourTuple pair) {
        return hashes.hash(pair) & (buckets.length - 1);
    }

    /** The one of a pair, in the queue or not; or null. */
    TcpIncoming find(FourTuple pair) {
        TcpIncoming each = buckets[bucket(pair)];
        while (each != null && !each.isSame(pair)) {
            each = each.inBucket;
        }
        return each;
    }

    /** Adds one, at the end of the queue. */
    void add(TcpIncoming incoming) {
        if (size == buckets.length) {
            grow();
        }
        insert(incoming);
        size++;
        incoming.queued = true;
        incoming.older = newest;
        if (newest == null) {
            oldest = incoming;
        } else {
            newest.newer = incoming;
        }
        newest = incoming;
        queued++;
    }

    private void insert(TcpIncoming incoming) {
        int bucket = bucket(incoming);
        incoming.inBucket = buckets[bucket];
        buckets[bucket] = incoming;
    }

    private void grow() {
        TcpIncoming[] old = buckets;
        buckets = new TcpIncoming[2 * old.length];
        for (TcpIncoming first : old) {
            TcpIncoming next;
            for (TcpIncoming each = first; each != null; each = next) {
                next = each.inBucket;
                insert(each);
            }
        }
    }

    /** Takes one out of the queue; it can still be found. */
    void waitsNoMore(TcpIncoming incoming) {
        if (!incoming.queued) {
            return;
        }
        incoming.queued = false;
        queued--;
        if (incoming.older == null) {
            oldest = incoming.newer;
        } else {
            incoming.older.newer = incoming.newer;
        }
        if (incoming.newer == null) {
            newest = incoming.older;
        } else {
            incoming.newer.older = incoming.older;
        }
        incoming.older = null;
        incoming.newer = null;
    }

    /** Takes one out altogether. */
    void remove(TcpIncoming incoming) {
        waitsNoMore(incoming);
        int bucket = bucket(incoming);
        TcpIncoming before = null;
        TcpIncoming each = buckets[bucket];
        while (each != null && each != incoming) {
            before = each;
            each = each.inBucket;
        }
        if (each == null) {
            return;
        }
        if (before == null) {
            buckets[bucket] = each.inBucket;
        } else {
            before.inBucket = each.inBucket;
        }
        each.inBucket = null;
        size--;
    }

    /** Every one, in no order; the action must not add or remove any. */
    void forEach(Consumer<TcpIncoming> action) {
        for (TcpIncoming first : buckets) {
            for (TcpIncoming each = first; each != null; each = each.inBucket) {
                action.accept(each);
            }
        }
    }
}
