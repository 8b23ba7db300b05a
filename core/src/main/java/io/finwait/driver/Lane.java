package io.finwait.driver;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import java.nio.ByteBuffer;

/**
 * Packets on their way from the thread of one queue to the thread of another: one puts, one takes,
 * neither waits. What does not fit is refused. There is no memory before the first packet.
 *
 * <p>Positions count all octets since the beginning. A packet lies in one piece, behind a header of
 * 16 octets: its length (or -1: go on at the beginning of the memory), the size of its segments,
 * and whether its checksum is known to be good.
 */
final class Lane {

    /** Sixteen super-packets, or several hundred ordinary ones. */
    static final int OCTETS = 1 << 20;

    private static final int MASK = OCTETS - 1;
    private static final int HEADER = 16;
    private static final int WRAP = -1;
    private static final int SEGMENT_SIZE = 4;
    private static final int OFFLOADED = 8;

    private volatile long put;
    private volatile long taken;

    /** Written by the putting thread before it tells of the first packet. */
    private ByteBuffer memory;

    /** So far the taking thread has looked; {@link #taken} follows when it needs them no more. */
    private long looked;

    private static int padded(int length) {
        return length + HEADER + 15 & -16;
    }

    // The thread that puts.

    /** Copies a packet; false when there is no room for it. */
    boolean put(Packet packet) {
        if (memory == null) {
            memory = ByteBuffer.allocateDirect(OCTETS);
        }
        int length = packet.length();
        int needed = padded(length);
        long from = put;
        int at = (int) from & MASK;
        boolean wraps = at + needed > OCTETS;
        long begin = wraps ? from + OCTETS - at : from;
        if (begin + needed - taken > OCTETS) {
            return false;
        }
        if (wraps) {
            memory.putInt(at, WRAP);
            at = 0;
        }
        memory.putInt(at, length);
        memory.putInt(at + SEGMENT_SIZE, packet.segmentSize());
        memory.putInt(at + OFFLOADED, packet.checksumOffloaded() ? 1 : 0);
        memory.put(at + HEADER, packet.buffer(), packet.offset(), length);
        put = begin + needed;
        return true;
    }

    // The thread that takes.

    boolean isEmpty() {
        return put == looked;
    }

    /** The octets of the packets that were taken before may be written over. */
    void letGo() {
        if (taken != looked) {
            taken = looked;
        }
    }

    /**
     * Takes packets; they are valid until {@link #letGo}.
     *
     * @param views are pointed to them, from {@code first} on
     * @param most how many at most
     * @return how many were taken
     */
    int take(PacketBatch into, Packet[] views, int first, int most) {
        long to = put;
        int count = 0;
        while (looked != to && count < most && into.room() > 0 && first + count < views.length) {
            int at = (int) looked & MASK;
            int length = memory.getInt(at);
            if (length == WRAP) {
                looked += OCTETS - at;
                continue;
            }
            Packet view = views[first + count++].set(memory, at + HEADER, length);
            view.segmentSize(memory.getInt(at + SEGMENT_SIZE));
            view.checksumOffloaded(memory.getInt(at + OFFLOADED) != 0);
            into.add(view);
            looked += padded(length);
        }
        return count;
    }
}
