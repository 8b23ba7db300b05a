package io.finwait.driver;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.FlowShare;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One of several queues of a device, each of which belongs to a thread of its own. The kernel says
 * on which queue a packet comes in, and changes its mind: what belongs to another queue is handed
 * over to its thread, through a {@link Lane}. What is sent leaves by the own queue, and so teaches
 * the kernel (of a TUN or TAP device) where answers are wanted.
 *
 * <p>Everything but {@link #wakeup} belongs to one thread, as with every transport.
 */
final class SharedQueue extends ForwardingTransport {

    private static final int BATCH = 64;

    private final Transport below;
    private final int index;
    private final FlowOwners owners;
    private SharedQueue[] all;

    /** From this queue to each other one, by its index; null to itself. */
    private final Lane[] to;

    /** What was received below; those before {@link #next} have been looked at. */
    private final PacketBatch received = new PacketBatch(BATCH);

    private int next;

    /** What other queues have handed over. */
    private final Packet[] views = new Packet[BATCH];

    /** To each of these something was handed in this round. */
    private final boolean[] toWake;

    /** Whose lane is looked into first, so that none is always the last. */
    private int turn;

    private volatile boolean waiting;

    /** Written by the queue's thread alone, read by any. */
    private final AtomicLong handedOver = new AtomicLong();

    private final AtomicLong dropped = new AtomicLong();

    private SharedQueue(Transport below, FlowShare share, int index) {
        super(below);
        this.below = below;
        this.index = index;
        owners = new FlowOwners(share, below.capabilities().medium());
        to = new Lane[share.count()];
        toWake = new boolean[share.count()];
        for (int i = 0; i < to.length; i++) {
            to[i] = i == index ? null : new Lane();
        }
        for (int i = 0; i < BATCH; i++) {
            views[i] = new Packet();
        }
    }

    /**
     * Joins the queues of a device: each carries the packets of one endpoint, wherever they come
     * in.
     *
     * @param queues as many as endpoints share the addresses
     */
    static List<SharedQueue> join(List<? extends Transport> queues, FlowShare share) {
        if (queues.size() != share.count()) {
            throw new IllegalArgumentException(
                    queues.size() + " queues for " + share.count() + " endpoints; open as many");
        }
        Medium medium = queues.get(0).capabilities().medium();
        List<SharedQueue> joined = new ArrayList<>();
        for (Transport each : queues) {
            if (each.capabilities().medium() != medium) {
                throw new IllegalArgumentException("queues of one device carry the same");
            }
            joined.add(new SharedQueue(each, share, joined.size()));
        }
        SharedQueue[] all = joined.toArray(SharedQueue[]::new);
        joined.forEach(each -> each.all = all);
        return joined;
    }

    /** How many packets came in here and were handed over to another queue; any thread may ask. */
    long handedOver() {
        return handedOver.getAcquire();
    }

    /** How many were dropped instead, because their queue's lane was full. */
    long dropped() {
        return dropped.getAcquire();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int before = into.size();
        letGo();
        // Half of the room is for others: neither may keep the other one out.
        int handed = takeHandedOver(into, 0, (into.room() + 1) / 2);
        if (next == received.size()) {
            received.clear();
            next = 0;
            super.receive(received, nowNs);
        }
        while (next < received.size() && into.room() > 0) {
            sort(received.get(next), into);
            next++;
        }
        takeHandedOver(into, handed, into.room());
        wakeOthers();
        return into.size() - before;
    }

    private void letGo() {
        for (SharedQueue each : all) {
            if (each != this) {
                each.to[index].letGo();
            }
        }
    }

    private int takeHandedOver(PacketBatch into, int used, int most) {
        int count = 0;
        for (int i = 0; i < all.length && count < most; i++) {
            SharedQueue from = all[(turn + i) % all.length];
            if (from != this) {
                count += from.to[index].take(into, views, used + count, most - count);
            }
        }
        turn = (turn + 1) % all.length;
        return count;
    }

    private void sort(Packet packet, PacketBatch into) {
        int owner = owners.ownerOf(packet);
        if (owner == index) {
            into.add(packet);
        } else if (owner == FlowOwners.ALL) {
            for (int i = 0; i < all.length; i++) {
                if (i != index) {
                    hand(packet, i);
                }
            }
            into.add(packet);
        } else {
            hand(packet, owner);
        }
    }

    private void hand(Packet packet, int owner) {
        if (to[owner].put(packet)) {
            handedOver.setRelease(handedOver.getPlain() + 1);
            toWake[owner] = true;
        } else {
            dropped.setRelease(dropped.getPlain() + 1);
        }
    }

    /** Who waits either sees what is in its lane before it does, or is seen here to wait. */
    private void wakeOthers() {
        for (int i = 0; i < all.length; i++) {
            if (toWake[i]) {
                toWake[i] = false;
                if (all[i].waiting) {
                    all[i].wakeup();
                }
            }
        }
    }

    @Override
    public void await(long timeoutNs) {
        waiting = true;
        super.await(hasSomething() ? 0 : timeoutNs);
        waiting = false;
    }

    private boolean hasSomething() {
        boolean something = next < received.size();
        for (SharedQueue each : all) {
            something |= each != this && !each.to[index].isEmpty();
        }
        return something;
    }

    @Override
    public String toString() {
        return below + ", queue " + index + " of " + to.length;
    }
}
