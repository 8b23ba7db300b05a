package io.finwait.spi;

import java.util.Objects;

/**
 * A list of received packets with a fixed capacity: the transport fills it and the endpoint reads
 * it.
 */
public final class PacketBatch {

    private final Packet[] packets;
    private int size;

    /**
     * An empty batch.
     *
     * @param capacity how many packets it takes, at least 1
     */
    public PacketBatch(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "capacity " + capacity + " is below 1; choose 1 or more");
        }
        packets = new Packet[capacity];
    }

    /** How many packets the batch holds. */
    public int size() {
        return size;
    }

    /** How many more packets the batch takes. */
    public int room() {
        return packets.length - size;
    }

    /**
     * Adds a packet; the batch keeps the reference, not a copy.
     *
     * @throws IllegalStateException when there is no room
     */
    public void add(Packet packet) {
        if (size == packets.length) {
            throw new IllegalStateException("the batch is full; look at room() before add()");
        }
        packets[size++] = packet;
    }

    /** The packet at an index from 0 to {@code size() - 1}. */
    public Packet get(int index) {
        Objects.checkIndex(index, size);
        return packets[index];
    }

    /** Forgets all packets. */
    public void clear() {
        size = 0;
    }
}
