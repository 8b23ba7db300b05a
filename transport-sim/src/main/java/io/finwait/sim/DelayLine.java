package io.finwait.sim;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Copies of packets in order of the time at which they are due; their buffers are pooled. Each
 * waits in the queue of the link first, until it departs, and then travels.
 */
final class DelayLine {

    /**
     * In order. Nearly all come in order as well, so that only those that are overtaken, or have
     * overtaken others, have to be sorted.
     */
    private static final class Line {
        private final ArrayDeque<Delayed> inOrder = new ArrayDeque<>();
        private final PriorityQueue<Delayed> others = new PriorityQueue<>();

        void add(Delayed delayed) {
            Delayed last = inOrder.peekLast();
            if (!delayed.overtaken && (last == null || last.compareTo(delayed) < 0)) {
                inOrder.addLast(delayed);
            } else {
                others.add(delayed);
            }
        }

        /** The one that is due first, or null. */
        Delayed first() {
            Delayed first = inOrder.peekFirst();
            Delayed other = others.peek();
            return other == null || (first != null && first.compareTo(other) < 0) ? first : other;
        }

        Delayed removeFirst() {
            return first() == others.peek() ? others.remove() : inOrder.removeFirst();
        }

        int size() {
            return inOrder.size() + others.size();
        }

        void clear() {
            inOrder.clear();
            others.clear();
        }
    }

    private static final class Delayed implements Comparable<Delayed> {
        final Packet packet = new Packet();
        boolean overtaken;
        long arrivalNs;
        long dueNs;
        long order;

        @Override
        public int compareTo(Delayed other) {
            return dueNs == other.dueNs
                    ? Long.compare(order, other.order)
                    : Long.signum(dueNs - other.dueNs);
        }
    }

    private final Impairment dice;
    private final int room;
    private final Line queued = new Line();
    private final Line travelling = new Line();
    private final ArrayDeque<Delayed> free = new ArrayDeque<>();
    private final List<Delayed> lent = new ArrayList<>();
    private long nextOrder;

    /**
     * An empty line.
     *
     * @param room octets of the largest packet
     */
    DelayLine(Impairment dice, int room) {
        this.dice = dice;
        this.room = room;
    }

    Impairment dice() {
        return dice;
    }

    /**
     * Adds a copy of a packet.
     *
     * @param departureNs until then it counts as waiting in the queue of the link
     * @return the copy, or null when the line is full and the packet is lost
     */
    Packet add(Packet packet, long nowNs, long departureNs, long arrivalNs) {
        if (queued.size() + travelling.size() >= FaultTransport.MOST_DELAYED) {
            return null;
        }
        Delayed delayed = free.isEmpty() ? new Delayed() : free.removeLast();
        if (delayed.packet.buffer().capacity() < room) {
            delayed.packet.set(ByteBuffer.allocate(room), 0, 0);
        }
        copy(packet, delayed.packet);
        delayed.overtaken = dice.overtaken();
        delayed.arrivalNs = arrivalNs;
        if (departureNs - nowNs <= 0) {
            travels(delayed);
        } else {
            delayed.dueNs = departureNs;
            delayed.order = nextOrder++;
            dice.enqueued();
            queued.add(delayed);
        }
        return delayed.packet;
    }

    private void travels(Delayed delayed) {
        delayed.dueNs = delayed.arrivalNs;
        delayed.order = nextOrder++;
        travelling.add(delayed);
    }

    /** Copies the octets and the properties of a packet. */
    static void copy(Packet from, Packet to) {
        to.buffer().put(to.offset(), from.buffer(), from.offset(), from.length());
        to.length(from.length());
        to.segmentSize(from.segmentSize());
        to.checksumOffloaded(from.checksumOffloaded());
    }

    /** True when the first packet is due; packets whose departure is due depart. */
    boolean isDue(long nowNs) {
        Delayed next = queued.first();
        while (next != null && next.dueNs - nowNs <= 0) {
            dice.departed();
            travels(queued.removeFirst());
            next = queued.first();
        }
        Delayed first = travelling.first();
        return first != null && first.dueNs - nowNs <= 0;
    }

    /** The first packet, which is due. */
    Packet first() {
        return travelling.first().packet;
    }

    void removeFirst() {
        free.addLast(travelling.removeFirst());
    }

    /** Takes the first packet, which is due; it stays valid until {@link #giveBackLent()}. */
    Packet lend() {
        Delayed first = travelling.removeFirst();
        lent.add(first);
        return first.packet;
    }

    void giveBackLent() {
        for (int i = 0; i < lent.size(); i++) {
            free.addLast(lent.get(i));
        }
        lent.clear();
    }

    /** When the next packet departs or is due; {@link Long#MAX_VALUE}: there is none. */
    long nextNs() {
        Delayed departs = queued.first();
        Delayed arrives = travelling.first();
        if (departs == null || arrives == null) {
            Delayed only = departs == null ? arrives : departs;
            return only == null ? Long.MAX_VALUE : only.dueNs;
        }
        return departs.dueNs - arrives.dueNs < 0 ? departs.dueNs : arrives.dueNs;
    }

    void clear() {
        queued.clear();
        travelling.clear();
        giveBackLent();
    }
}
