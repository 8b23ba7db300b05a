package io.finwait.nio;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;

/**
 * The packets to be sent: a fixed number of slots in one direct buffer, and the queue of committed
 * packets that wait for the socket.
 *
 * <p>A slot has octets in front of the packet for the transport's prefix. NIO uses another view of
 * the same octets, whose position and limit it may move, because users of a {@link Packet} rely on
 * absolute indexes.
 */
final class SendQueue {

    private static final byte FREE = 0;
    private static final byte CLAIMED = 1;
    private static final byte QUEUED = 2;

    private final int prefix;
    private final int largestPacket;
    private final Packet[] packets;
    private final ByteBuffer[] rooms;
    private final ByteBuffer[] wire;
    private final byte[] state;
    private final int[] free;
    private final int[] waiting;
    private int freeCount;
    private int head;
    private int size;

    SendQueue(int slots, int prefix, int largestPacket) {
        this.prefix = prefix;
        this.largestPacket = largestPacket;
        packets = new Packet[slots];
        rooms = new ByteBuffer[slots];
        wire = new ByteBuffer[slots];
        state = new byte[slots];
        free = new int[slots];
        waiting = new int[slots];
        int room = prefix + largestPacket;
        ByteBuffer all = ByteBuffer.allocateDirect(Math.multiplyExact(slots, room));
        for (int slot = 0; slot < slots; slot++) {
            packets[slot] = new Packet();
            rooms[slot] = all.slice(slot * room, room);
            wire[slot] = rooms[slot].duplicate();
            free[freeCount++] = slots - 1 - slot;
        }
    }

    /** Room for a packet, or null when every room is taken. */
    Packet claim(int length) {
        if (length < 1 || length > largestPacket) {
            throw new IllegalArgumentException(
                    "a packet of "
                            + length
                            + " octets can't be claimed; this transport carries 1 to "
                            + largestPacket);
        }
        if (freeCount == 0) {
            return null;
        }
        int slot = free[--freeCount];
        state[slot] = CLAIMED;
        return packets[slot].set(rooms[slot], prefix, length).headroom(0).slot(slot);
    }

    /** Adds a claimed packet to the queue; its view for NIO is ready to be written. */
    void commit(Packet packet) {
        int slot = take(packet, "commit");
        state[slot] = QUEUED;
        int length = packet.length();
        wire[slot].clear().limit(prefix + length);
        if (prefix == Integer.BYTES) {
            wire[slot].putInt(0, length);
        }
        int tail = head + size;
        waiting[tail < waiting.length ? tail : tail - waiting.length] = slot;
        size++;
    }

    void abandon(Packet packet) {
        release(take(packet, "abandon"));
    }

    private int take(Packet packet, String call) {
        int slot = packet.slot();
        if (slot < 0
                || slot >= packets.length
                || packets[slot] != packet
                || state[slot] != CLAIMED) {
            throw new IllegalStateException(
                    call
                            + "() of a packet that is not claimed here; give back what claim()"
                            + " returned, once");
        }
        return slot;
    }

    private void release(int slot) {
        state[slot] = FREE;
        free[freeCount++] = slot;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return freeCount == 0;
    }

    int size() {
        return size;
    }

    /** The octets of the {@code index}-th waiting packet that are still to be written. */
    ByteBuffer waiting(int index) {
        return wire[slotAt(index)];
    }

    /** The {@code index}-th waiting packet. */
    Packet packet(int index) {
        return packets[slotAt(index)];
    }

    private int slotAt(int index) {
        int at = head + index;
        return waiting[at < waiting.length ? at : at - waiting.length];
    }

    /** Frees the room of the first waiting packet. */
    void removeFirst() {
        release(waiting[head]);
        head = head + 1 == waiting.length ? 0 : head + 1;
        size--;
    }

    /**
     * Drops all waiting packets, except a first one that has been written in part.
     *
     * @return how many packets were forgotten
     */
    int dropUnstarted() {
        boolean started = size > 0 && waiting(0).position() > 0;
        int keep = started ? 1 : 0;
        int dropped = size - keep;
        while (size > keep) {
            size--;
            release(slotAt(size));
        }
        return dropped;
    }

    /** Forgets all that waits; returns how many packets that were. */
    int dropAll() {
        int dropped = size;
        while (size > 0) {
            removeFirst();
        }
        return dropped;
    }
}
