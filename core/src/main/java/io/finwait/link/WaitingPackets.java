package io.finwait.link;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;

/**
 * IP packets that wait until their neighbour's Ethernet address is known, as copies: the room of
 * the transport below is for what can leave. They wait in the order in which they came. What is
 * longer than the MTU does not wait: it is many segments, and TCP sends them again.
 */
final class WaitingPackets {

    /** How many packets wait at most, for all neighbours together. */
    static final int MOST = 1_024;

    /** A SYN, a FIN or an acknowledgment fits here. */
    private static final int SMALL = 128;

    private final int mtu;
    private final Packet[] packets = new Packet[MOST];
    private final int[] next = new int[MOST];
    private int firstFree;

    WaitingPackets(int mtu) {
        this.mtu = mtu;
        for (int i = 0; i < MOST; i++) {
            next[i] = i + 1 < MOST ? i + 1 : -1;
        }
    }

    boolean isFull() {
        return firstFree < 0;
    }

    /** Keeps a copy behind others of a neighbour; false: it is too long, or all are used. */
    boolean add(Neighbour neighbour, Packet packet) {
        if (isFull() || packet.length() > mtu) {
            return false;
        }
        int at = firstFree;
        firstFree = next[at];
        next[at] = -1;
        Packet copy = withRoom(at, packet.length());
        copy.buffer().put(0, packet.buffer(), packet.offset(), packet.length());
        copy.segmentSize(packet.segmentSize()).checksumOffloaded(packet.checksumOffloaded());
        if (neighbour.firstWaiting < 0) {
            neighbour.firstWaiting = at;
        } else {
            next[neighbour.lastWaiting] = at;
        }
        neighbour.lastWaiting = at;
        return true;
    }

    private Packet withRoom(int at, int length) {
        Packet packet = packets[at];
        if (packet == null || packet.buffer().capacity() < length) {
            ByteBuffer room = ByteBuffer.allocate(length <= SMALL ? SMALL : mtu);
            packet = packet == null ? new Packet(room, 0, length) : packet.set(room, 0, length);
            packets[at] = packet;
        }
        return packet.set(packet.buffer(), 0, length);
    }

    /** The packet that has waited longest for a neighbour, or null. */
    Packet first(Neighbour neighbour) {
        return neighbour.firstWaiting < 0 ? null : packets[neighbour.firstWaiting];
    }

    /** The first packet waits no more. */
    void removeFirst(Neighbour neighbour) {
        int at = neighbour.firstWaiting;
        neighbour.firstWaiting = next[at];
        if (neighbour.firstWaiting < 0) {
            neighbour.lastWaiting = -1;
        }
        next[at] = firstFree;
        firstFree = at;
    }
}
