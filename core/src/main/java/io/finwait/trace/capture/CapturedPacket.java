package io.finwait.trace.capture;

import java.nio.ByteBuffer;

/**
 * One packet of a capture as its reader sees it; reused from packet to packet. The octets are valid
 * until the reader is asked for the next one.
 */
public final class CapturedPacket {

    private long number;
    private long timeNs;
    private int linkType;
    private int interfaceNumber;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private int originalLength;

    /** Makes an empty one, to be filled by {@link CaptureReader#next}. */
    public CapturedPacket() {}

    void set(
            int newLinkType,
            int newInterface,
            long newTimeNs,
            ByteBuffer newBuffer,
            int newOffset,
            int newLength,
            int newOriginalLength) {
        number++;
        linkType = newLinkType;
        interfaceNumber = newInterface;
        timeNs = newTimeNs;
        buffer = newBuffer;
        offset = newOffset;
        length = newLength;
        originalLength = newOriginalLength;
    }

    /** Its place in the file, as Wireshark counts: the first packet is number 1. */
    public long number() {
        return number;
    }

    /** When it was captured, in nanoseconds since 1970-01-01 UTC. */
    public long timeNs() {
        return timeNs;
    }

    /** The link type of its interface, one of the numbers of {@link LinkLayer}. */
    public int linkType() {
        return linkType;
    }

    /** The number of its interface in the file, from 0; a pcap file has one. */
    public int interfaceNumber() {
        return interfaceNumber;
    }

    /** The buffer that holds the frame, big-endian; only to be read, and not to be kept. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Index of the frame's first octet in {@link #buffer()}. */
    public int offset() {
        return offset;
    }

    /** Octets that were captured. */
    public int length() {
        return length;
    }

    /**
     * Octets that were on the wire; more than {@link #length()} when the capture cut the packet.
     */
    public int originalLength() {
        return originalLength;
    }
}
