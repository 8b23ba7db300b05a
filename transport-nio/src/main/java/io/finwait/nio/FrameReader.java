package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Ipv4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Cuts a stream of octets into packets. Each packet follows its length, four octets in big-endian
 * order; QEMU's {@code -netdev stream} and passt write Ethernet frames so. A length that none can
 * have means that the stream is broken, since the beginning of the
 * next packet is unknown.
 *
 * <p>Packets are passed on without a copy; octets are moved only when half of the buffer is used
 * up.
 */
final class FrameReader {

    /** Octets in front of each packet. */
    static final int PREFIX = Integer.BYTES;

    static final int SHORTEST = Ipv4.HEADER_LENGTH;
    static final int LONGEST = 65_535;

    /** A frame with nothing but its header. */
    private static final int SHORTEST_FRAME = 14;

    /**
     * Each half holds more than twice the longest frame, so that a frame that has begun always
     * fits.
     */
    private static final int CAPACITY = 256 << 10;

    private static final int PACKETS = 256;

    /** What the last {@link #read} found at the end of what it returned. */
    enum Verdict {
        /** The stream goes on. */
        GOES_ON,
        /** The peer has ended it. */
        ENDED,
        /** It can't be understood any more. */
        BROKEN
    }

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
    private final ByteBuffer fill = buffer.duplicate();
    private final Packet[] packets = new Packet[PACKETS];
    private final int shortest;
    private final int longest;
    private int start;
    private int end;
    private int handedOn;
    private Verdict verdict = Verdict.GOES_ON;

    FrameReader(Medium medium) {
        boolean frames = medium == Medium.ETHERNET;
        shortest = frames ? SHORTEST_FRAME : SHORTEST;
        longest = frames ? Capabilities.LARGEST_FRAME : LONGEST;
        for (int i = 0; i < PACKETS; i++) {
            packets[i] = new Packet();
        }
    }

    /**
     * Adds packets to a batch: first those already read, then those of one more read.
     *
     * @return how many packets were added; they stay valid until the next call
     */
    int read(ReadableByteChannel channel, PacketBatch into) throws IOException {
        handedOn = 0;
        makeRoom();
        int before = into.size();
        if (parse(into)) {
            fill.limit(CAPACITY).position(end);
            if (channel.read(fill) < 0) {
                verdict = Verdict.ENDED;
            }
            end = fill.position();
            parse(into);
        }
        return into.size() - before;
    }

    Verdict verdict() {
        return verdict;
    }

    /** True when {@link #read} would add a packet, or find the stream broken, without reading. */
    boolean hasFrame() {
        if (end - start < PREFIX) {
            return false;
        }
        int length = buffer.getInt(start);
        return !isPossible(length) || end - start >= PREFIX + length;
    }

    /**
     * Begins with another stream; packets that were passed on stay valid until the next {@link
     * #read}.
     */
    void reset() {
        start = 0;
        end = 0;
        verdict = Verdict.GOES_ON;
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (start > CAPACITY / 2) {
            fill.limit(end).position(start);
            fill.compact();
            end -= start;
            start = 0;
        }
    }

    /** Adds the complete packets; returns true when the batch has room for more. */
    private boolean parse(PacketBatch into) {
        while (end - start >= PREFIX) {
            int length = buffer.getInt(start);
            if (!isPossible(length)) {
                verdict = Verdict.BROKEN;
                return false;
            }
            if (end - start < PREFIX + length) {
                return true;
            }
            if (into.room() == 0 || handedOn == PACKETS) {
                return false;
            }
            into.add(packets[handedOn++].set(buffer, start + PREFIX, length).headroom(0));
            start += PREFIX + length;
        }
        return into.room() > 0 && handedOn < PACKETS;
    }

    private boolean isPossible(int length) {
        return length >= shortest && length <= longest;
    }
}
