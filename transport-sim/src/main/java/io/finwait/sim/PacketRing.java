package io.finwait.sim;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies of packets on their way from one thread, which puts, to one other, which takes; each with
 * the time at which it came. What is put happens before it is taken.
 */
final class PacketRing {

    private static final int OCTETS = 8 * 1024 * 1024;
    private static final int FEWEST = 128;
    private static final int MOST = 4_096;

    private final Packet[] packets;
    private final long[] timesNs;
    private final int mask;
    private final AtomicLong put = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    /**
     * An empty ring.
     *
     * @param largest octets of the largest packet
     */
    PacketRing(int largest) {
        int places = Integer.highestOneBit(Math.min(Math.max(OCTETS / largest, FEWEST), MOST));
        packets = new Packet[places];
        timesNs = new long[places];
        mask = places - 1;
        for (int i = 0; i < places; i++) {
            packets[i] = new Packet(ByteBuffer.allocateDirect(largest), 0, 0);
        }
    }

    /** How many packets can be put; for the thread that puts. */
    int room() {
        return (int) (packets.length - (put.get() - taken.get()));
    }

    boolean isEmpty() {
        return put.get() == taken.get();
    }

    /** Puts a copy of a packet; there must be room. */
    void put(Packet packet, long timeNs) {
        int at = (int) put.get() & mask;
        DelayLine.copy(packet, packets[at]);
        timesNs[at] = timeNs;
        // Full volatile, not lazy: the waiting flag of the taker is read behind it.
        put.set(put.get() + 1);
    }

    /** The first packet, which stays until {@link #removeFirst()}, or null. */
    Packet first() {
        return isEmpty() ? null : packets[(int) taken.get() & mask];
    }

    /** When the first packet came. */
    long firstTimeNs() {
        return timesNs[(int) taken.get() & mask];
    }

    void removeFirst() {
        taken.lazySet(taken.get() + 1);
    }
}
