package io.finwait.trace.capture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The classic format (draft-ietf-opsawg-pcap): a file header, then packets. */
final class PcapReader extends CaptureReader {

    static final int MICROSECONDS = 0xA1B2C3D4;
    static final int NANOSECONDS = 0xA1B23C4D;

    private static final int FILE_HEADER = 24;
    private static final int LINK_TYPE_AT = 20;
    private static final int LINK_TYPE_BITS = 0x0FFF_FFFF;
    private static final int PACKET_HEADER = 16;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final ByteOrder order;
    private final int nsPerTick;
    private final int linkType;

    PcapReader(InputStream in, OctetSource source, ByteOrder order, int nsPerTick)
            throws IOException {
        super(in, source);
        this.order = order;
        this.nsPerTick = nsPerTick;
        if (!source.require(FILE_HEADER)) {
            throw broken("the file ends inside its header");
        }
        // The upper bits say whether frames end with a checksum; its octets lie behind the IP
        // packet.
        linkType = source.inOrder(order).getInt(source.at() + LINK_TYPE_AT) & LINK_TYPE_BITS;
        source.skip(FILE_HEADER);
    }

    @Override
    public boolean next(CapturedPacket packet) throws IOException {
        if (!source.require(PACKET_HEADER)) {
            if (source.available() == 0) {
                return false;
            }
            throw broken("the file ends inside the header of a packet");
        }
        ByteBuffer b = source.inOrder(order);
        int at = source.at();
        long seconds = b.getInt(at) & 0xFFFF_FFFFL;
        long ticks = b.getInt(at + 4) & 0xFFFF_FFFFL;
        int captured = b.getInt(at + 8);
        int original = b.getInt(at + 12);
        if (captured < 0 || captured > LARGEST_PACKET) {
            throw broken(
                    "a packet claims "
                            + Integer.toUnsignedString(captured)
                            + " captured octets; the file is damaged here");
        }
        if (!source.require(PACKET_HEADER + captured)) {
            throw broken("the file ends inside a packet");
        }
        packet.set(
                linkType,
                0,
                seconds * NS_PER_SECOND + ticks * nsPerTick,
                source.bigEndian(),
                source.at() + PACKET_HEADER,
                captured,
                Math.max(original, captured));
        source.skip(PACKET_HEADER + captured);
        return true;
    }
}
