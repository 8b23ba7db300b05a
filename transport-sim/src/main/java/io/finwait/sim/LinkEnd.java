package io.finwait.sim;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.concurrent.locks.LockSupport;

/**
 * One end of a {@link LinkBridge}: a transport, and the link's direction that leads to it. It
 * belongs to one thread; only {@link #arriving} is shared with the other end's.
 */
final class LinkEnd {

    private static final int BATCH = 64;
    private static final long LONGEST_WAIT_NS = 100_000_000;

    /** How long an end rests while the other one has no room for what it would receive. */
    private static final long BACK_PRESSURE_NS = 50_000;

    private final FaultTransport transport;
    private final int mtu;
    private final PacketRing arriving;
    private final PacketBatch batch = new PacketBatch(BATCH);

    /** A batch without room: with it the transport does its own work and gives no packet. */
    private final PacketBatch full = new PacketBatch(1);

    private LinkEnd other;
    private volatile boolean waiting;

    /** The model and the seed are those of the direction that leads to this end. */
    LinkEnd(Transport transport, int largestOfOther, LinkModel model, long seed) {
        this.transport = new FaultTransport(transport, model, LinkModel.perfect(), seed);
        mtu = transport.capabilities().mtu();
        arriving = new PacketRing(largestOfOther);
        full.add(new Packet());
    }

    static void join(LinkEnd a, LinkEnd b) {
        a.other = b;
        b.other = a;
    }

    FaultCounters counters() {
        return transport.outgoing();
    }

    /** Sends what has come over the link and is due, and takes what the transport received. */
    int work(long nowNs) {
        int sent = sendArrived();
        if (other.arriving.room() < BATCH) {
            transport.receive(full, nowNs);
            return sent;
        }
        batch.clear();
        int received = transport.receive(batch, nowNs);
        for (int i = 0; i < received; i++) {
            other.arriving.put(batch.get(i), nowNs);
        }
        if (received > 0 && other.waiting) {
            other.transport.wakeup();
        }
        return sent + received;
    }

    private int sendArrived() {
        int sent = 0;
        for (Packet each = arriving.first(); each != null; each = arriving.first()) {
            if (each.length() > mtu) {
                transport.outgoing().came(each.length());
                transport.outgoing().drop(DropReason.TOO_LONG);
            } else if (transport.delaysAll()) {
                transport.commitLater(each, arriving.firstTimeNs());
            } else {
                Packet room = transport.claim(each.length());
                if (room == null) {
                    return sent;
                }
                DelayLine.copy(each, room);
                transport.commit(room, arriving.firstTimeNs());
            }
            arriving.removeFirst();
            sent++;
        }
        return sent;
    }

    /** Waits until there is something to do, or something may be. */
    void await(long nowNs, boolean refused) {
        if (other.arriving.room() < BATCH) {
            LockSupport.parkNanos(BACK_PRESSURE_NS);
            return;
        }
        waiting = true;
        if (refused || arriving.isEmpty()) {
            long deadlineNs = transport.nextDeadlineNs();
            long leftNs = deadlineNs == Long.MAX_VALUE ? LONGEST_WAIT_NS : deadlineNs - nowNs;
            transport.await(Math.min(leftNs, LONGEST_WAIT_NS));
        }
        waiting = false;
    }

    /** True when packets have come over the link that the transport had no room for. */
    boolean isRefused() {
        return !arriving.isEmpty();
    }

    void wakeup() {
        transport.wakeup();
    }

    void close() {
        transport.close();
    }
}
