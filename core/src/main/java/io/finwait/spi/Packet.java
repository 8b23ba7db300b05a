package io.finwait.spi;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One IP packet in a buffer of its transport: {@code length} octets from {@code offset}.
 *
 * <p>The transport owns the buffer of packets in both directions. Whoever holds a packet reads and
 * writes by absolute index and leaves the buffer's position and limit alone, so that one buffer can
 * hold many packets. The {@link #headroom()} octets before {@code offset} are for lower layers.
 */
public final class Packet {

    private ByteBuffer buffer;
    private int offset;
    private int length;
    private int headroom;
    private int segmentSize;
    private boolean checksumOffloaded;
    private int slot;

    /** An empty packet that has no buffer yet. */
    public Packet() {
        buffer = ByteBuffer.allocate(0);
    }

    /**
     * A packet over a part of a buffer.
     *
     * @param buffer big-endian, the carrier's
     * @param offset index of the first octet of the IP header
     * @param length octets of the packet
     */
    public Packet(ByteBuffer buffer, int offset, int length) {
        this.buffer = buffer;
        set(buffer, offset, length);
    }

    /**
     * Points this packet to a part of a buffer and resets everything else.
     *
     * @return this
     */
    public Packet set(ByteBuffer newBuffer, int newOffset, int newLength) {
        buffer = newBuffer;
        Objects.checkFromIndexSize(newOffset, newLength, newBuffer.capacity());
        offset = newOffset;
        length = newLength;
        headroom = newOffset;
        segmentSize = 0;
        checksumOffloaded = false;
        return this;
    }

    /** The buffer that holds the packet, big-endian; accessed by absolute index only. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Index of the first octet of the IP header in {@link #buffer()}. */
    public int offset() {
        return offset;
    }

    /** Octets of the IP packet. */
    public int length() {
        return length;
    }

    /**
     * Shortens a claimed packet, or sets the length of a received one.
     *
     * @return this
     */
    public Packet length(int newLength) {
        Objects.checkFromIndexSize(offset, newLength, buffer.capacity());
        length = newLength;
        return this;
    }

    /**
     * Moves the beginning of the packet. A layer that has claimed room for its header as well hands
     * the packet on without it, and takes it back with it; everything else stays as it is.
     *
     * @param octets above 0: so many are no longer part of the packet, but of its headroom; below
     *     0: so many of the headroom become part of it
     * @return this
     * @throws IndexOutOfBoundsException when there are not so many octets
     */
    public Packet moveBeginning(int octets) {
        Objects.checkFromIndexSize(offset + octets, length - octets, buffer.capacity());
        offset += octets;
        length -= octets;
        headroom += octets;
        return this;
    }

    /** Octets in front of {@link #offset()} that lower layers may write. */
    public int headroom() {
        return headroom;
    }

    /** Sets the room in front of the packet, in octets. */
    public Packet headroom(int octets) {
        headroom = octets;
        return this;
    }

    /**
     * Above 0 for a super-packet: one header for several segments of this many octets of text each,
     * of which the last may be shorter. 0 for an ordinary packet.
     */
    public int segmentSize() {
        return segmentSize;
    }

    /** Sets {@link #segmentSize()}. */
    public Packet segmentSize(int octets) {
        segmentSize = octets;
        return this;
    }

    /**
     * Outgoing: true when the TCP checksum field holds only the sum of the pseudo header, which the
     * transport completes. Incoming: true when the checksum was verified, or the packet has never
     * left the machine.
     */
    public boolean checksumOffloaded() {
        return checksumOffloaded;
    }

    /** Sets {@link #checksumOffloaded()}. */
    public Packet checksumOffloaded(boolean offloaded) {
        checksumOffloaded = offloaded;
        return this;
    }

    /** A number for the transport's own use, such as the index of the buffer in its pool. */
    public int slot() {
        return slot;
    }

    /** Sets {@link #slot()}; for the transport only. */
    public Packet slot(int number) {
        slot = number;
        return this;
    }

    @Override
    public String toString() {
        return "Packet[" + length + " octets at " + offset + "]";
    }
}
