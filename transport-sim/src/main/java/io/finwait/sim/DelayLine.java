package io.finwait.sim;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Copies of packets in order of the time at which they are due; their buffers are pooled. */
final class DelayLine {

    private static final class Delayed implements Comparable<Delayed> {
        final Packet packet = new Packet();
        boolean departed;
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
    private final PriorityQueue<Delayed> line = new PriorityQueue<>();
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
        if (line.size() >= FaultTransport.MOST_DELAYED) {
            return null;
        }
        Delayed delayed = free.isEmpty() ? new Delayed() : free.removeLast();
        if (delayed.packet.buffer().capacity() < room) {
            delayed.packet.set(ByteBuffer.allocate(room), 0, 0);
        }
        copy(packet, delayed.packet);
        delayed.departed = departureNs - nowNs <= 0;
        delayed.arrivalNs = arrivalNs;
        delayed.dueNs = delayed.departed ? arrivalNs : departureNs;
        delayed.order = nextOrder++;
        if (!delayed.departed) {
            dice.enqueued();
        }
        line.add(delayed);
        return delayed.packet;
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
        while (!line.isEmpty() && line.peek().dueNs - nowNs <= 0) {
            Delayed first = line.peek();
            if (first.departed) {
                return true;
            }
            line.remove();
            dice.departed();
            first.departed = true;
            first.dueNs = first.arrivalNs;
            first.order = nextOrder++;
            line.add(first);
        }
        return false;
    }

    Packet first() {
        return line.element().packet;
    }

    void removeFirst() {
        free.addLast(line.remove());
    }

    /** Takes the first packet, which stays valid until {@link #giveBackLent()}. */
    Packet lend() {
        Delayed first = line.remove();
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
        Delayed first = line.peek();
        return first == null ? Long.MAX_VALUE : first.dueNs;
    }

    void clear() {
        line.clear();
        giveBackLent();
    }
}
