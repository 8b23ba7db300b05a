package io.finwait.sim;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of one network and their buffers. Grows to the largest number that was ever on the
 * way at once, and allocates nothing after that.
 */
final class PacketPool {

    private final List<SimPacket> all = new ArrayList<>();
    private final ArrayDeque<SimPacket> free = new ArrayDeque<>();

    /** A packet of {@code length} octets with room for {@code room}. */
    SimPacket take(int length, int room) {
        SimPacket taken = free.pollLast();
        if (taken == null) {
            taken = new SimPacket(new Packet());
            taken.packet.slot(all.size());
            all.add(taken);
        }
        ByteBuffer buffer = taken.packet.buffer();
        if (buffer.capacity() < room) {
            buffer = ByteBuffer.allocate(room);
        }
        taken.packet.set(buffer, 0, length);
        return taken;
    }

    void giveBack(SimPacket packet) {
        packet.place = SimPacket.Place.FREE;
        packet.owner = null;
        free.addLast(packet);
    }

    /** The packet whose {@link Packet} this is, or null when it is none of this pool. */
    SimPacket find(Packet packet) {
        int slot = packet.slot();
        if (slot < 0 || slot >= all.size() || all.get(slot).packet != packet) {
            return null;
        }
        return all.get(slot);
    }

    /** How many packets are not free. */
    int inUse() {
        return all.size() - free.size();
    }
}
