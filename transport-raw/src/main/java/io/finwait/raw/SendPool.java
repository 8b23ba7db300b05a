package io.finwait.raw;

import io.finwait.spi.Packet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The packets that can be claimed, and the queue of committed packets that could not be written
 * yet. The packet given back last is claimed first, so that the same few stay in the cache.
 */
final class SendPool {

    /** Octets of a cache line; every packet's memory begins on one. */
    static final int ALIGNMENT = 64;

    /** Octets in front of each packet: room for virtio_net_hdr, and the IP header stays aligned. */
    static final int HEADROOM = 16;

    /** The same for frames, whose IP header lies 14 octets, or with a VLAN tag 18, further on. */
    static final int HEADROOM_OF_FRAMES = 18;

    /** How many packets can be claimed or waiting at a time, where the pool has its own memory. */
    static final int SLOTS = 32;

    private enum Holder {
        POOL,
        CALLER,
        QUEUE,
        DEVICE
    }

    private final int slots;
    private final Packet[] packets;
    private final Holder[] holders;
    private final MemorySegment memory;
    private final int stride;
    private final int headroom;

    private final int[] free;
    private int freeCount;

    private final int[] queue;
    private int queueHead;
    private int queued;

    SendPool(int largestPacket, int headroom) {
        this(
                Arena.ofAuto().allocate((long) SLOTS * aligned(largestPacket), ALIGNMENT),
                aligned(largestPacket),
                largestPacket,
                headroom);
    }

    /**
     * Packets in memory that is there.
     *
     * @param memory as many packets as fit into it
     * @param stride octets from one packet's memory to the next one's
     */
    SendPool(MemorySegment memory, int stride, int largestPacket, int headroom) {
        this.memory = memory;
        this.stride = stride;
        this.headroom = headroom;
        slots = (int) (memory.byteSize() / stride);
        packets = new Packet[slots];
        holders = new Holder[slots];
        free = new int[slots];
        queue = new int[slots];
        freeCount = slots;
        for (int slot = 0; slot < slots; slot++) {
            // A buffer for each packet: writing behind its end throws instead of reaching the next
            // packet.
            MemorySegment part =
                    memory.asSlice((long) slot * stride, headroom + (long) largestPacket);
            packets[slot] = new Packet(part.asByteBuffer(), headroom, 0).slot(slot);
            holders[slot] = Holder.POOL;
            free[slot] = slot;
        }
    }

    /** Octets from one packet's memory to the next one's. */
    static int aligned(int largestPacket) {
        return (HEADROOM_OF_FRAMES + largestPacket + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** A packet of this length, or null when all are in use. */
    Packet claim(int length) {
        if (freeCount == 0) {
            return null;
        }
        int slot = free[--freeCount];
        holders[slot] = Holder.CALLER;
        Packet packet = packets[slot];
        return packet.set(packet.buffer(), headroom, length);
    }

    /**
     * Checks that the packet is one that the caller has claimed and not given back.
     *
     * @throws IllegalStateException when it is not
     */
    void requireClaimed(Packet packet) {
        int slot = packet.slot();
        if (slot < 0
                || slot >= slots
                || packets[slot] != packet
                || holders[slot] != Holder.CALLER) {
            throw new IllegalStateException(
                    packet
                            + " is not claimed from this transport; commit or abandon each claimed"
                            + " packet once");
        }
    }

    void giveBack(Packet packet) {
        holders[packet.slot()] = Holder.POOL;
        free[freeCount++] = packet.slot();
    }

    /** The memory of all packets. */
    MemorySegment memory() {
        return memory;
    }

    /** Where the packet's first octet is in {@link #memory()}. */
    long offset(Packet packet) {
        return (long) packet.slot() * stride + packet.offset();
    }

    /** Keeps a packet to be written later. */
    void enqueue(Packet packet) {
        holders[packet.slot()] = Holder.QUEUE;
        queue[(queueHead + queued++) % slots] = packet.slot();
    }

    /** True when a packet waits to be written. */
    boolean isQueued() {
        return queued > 0;
    }

    /** The packet that has waited longest. */
    Packet firstQueued() {
        return packets[queue[queueHead]];
    }

    /** How many packets wait to be written. */
    int queued() {
        return queued;
    }

    /** A packet that waits, behind so many others. */
    Packet queued(int behind) {
        return packets[queue[(queueHead + behind) % slots]];
    }

    /** The packet that has waited longest is written, or lost. */
    void giveBackFirstQueued() {
        giveBack(handOverFirstQueued());
    }

    /** The packet that has waited longest is the device's, until it is given back. */
    Packet handOverFirstQueued() {
        Packet packet = firstQueued();
        holders[packet.slot()] = Holder.DEVICE;
        queueHead = (queueHead + 1) % slots;
        queued--;
        return packet;
    }

    /**
     * Gives back what was handed over.
     *
     * @param offset anywhere in the packet's part of {@link #memory()}
     */
    void giveBackFromDevice(long offset) {
        int slot = (int) (offset / stride);
        if (holders[slot] == Holder.DEVICE) {
            giveBack(packets[slot]);
        }
    }

    /** True when a packet can be claimed. */
    boolean hasRoom() {
        return freeCount > 0;
    }
}
