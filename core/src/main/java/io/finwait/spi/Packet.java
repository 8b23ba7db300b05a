package io.finwait.spi;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One IP packet in a buffer of its carrier: {@code length} octets from {@code offset}.
 *
 * <p>The carrier owns the buffer both ways. The holder of a packet reads and writes by absolute
 * index and does not change position and limit of the buffer, so that one buffer can hold many
 * packets. The octets
 * between the buffer's start of the packet and {@code offset} are headroom for lower layers.
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
     * Points this packet to a part of a buffer; everything else is reset.
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
     * Makes the packet shorter than it was claimed, or sets the length of what was received.
     *
     * @return this
     */
    public Packet length(int newLength) {
        Objects.checkFromIndexSize(offset, newLength, buffer.capacity());
        length = newLength;
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
     * Above 0: this is a super-packet, one header for several segments of this many octets of text
     * each (the last may be shorter). 0: an ordinary packet.
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
     * Outgoing: the TCP checksum field holds only the sum of the pseudo header and the transport
     * completes it. Incoming: the checksum has been verified, or the packet never left the machine.
     */
    public boolean checksumOffloaded() {
        return checksumOffloaded;
    }

    /** Sets {@link #checksumOffloaded()}. */
    public Packet checksumOffloaded(boolean offloaded) {
        checksumOffloaded = offloaded;
        return this;
    }

    /** A number for the carrier's own use, the index of the buffer in its pool for instance. */
    public int slot() {
        return slot;
    }

    /** Sets {@link #slot()}; only the carrier does. */
    public Packet slot(int number) {
        slot = number;
        return this;
    }

    @Override
    public String toString() {
        return "Packet[" + length + " octets at " + offset + "]";
    }
}
