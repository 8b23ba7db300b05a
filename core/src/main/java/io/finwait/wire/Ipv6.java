package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * Fields of an IPv6 header (RFC 8200 §3) at an index of a buffer.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+---------------+---------------------------------------+
 * |Version| Traffic Class |              Flow Label               |
 * +-------+---------------+-------+---------------+---------------+
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * +-------------------------------+---------------+---------------+
 * |                 Source Address (128 bits)                     |
 * |               Destination Address (128 bits)                  |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv6 {

    /** Octets of the fixed header. */
    public static final int HEADER_LENGTH = 40;

    private static final int PAYLOAD_LENGTH = 4;
    private static final int NEXT_HEADER = 6;
    private static final int HOP_LIMIT = 7;
    private static final int SOURCE = 8;
    private static final int DESTINATION = 24;

    private Ipv6() {}

    /** DSCP and ECN. */
    public static int trafficClass(ByteBuffer b, int at) {
        return b.getInt(at) >>> 20 & 0xFF;
    }

    /** The flow label, 20 bits. */
    public static int flowLabel(ByteBuffer b, int at) {
        return b.getInt(at) & 0xFFFFF;
    }

    /** Octets behind the fixed header. */
    public static int payloadLength(ByteBuffer b, int at) {
        return b.getShort(at + PAYLOAD_LENGTH) & 0xFFFF;
    }

    /** Sets the octets behind the fixed header. */
    public static void payloadLength(ByteBuffer b, int at, int octets) {
        b.putShort(at + PAYLOAD_LENGTH, (short) octets);
    }

    /** What comes behind the fixed header: a protocol or an extension header. */
    public static int nextHeader(ByteBuffer b, int at) {
        return b.get(at + NEXT_HEADER) & 0xFF;
    }

    /** Hops left. */
    public static int hopLimit(ByteBuffer b, int at) {
        return b.get(at + HOP_LIMIT) & 0xFF;
    }

    /** The first 64 bits of the source address. */
    public static long sourceHigh(ByteBuffer b, int at) {
        return b.getLong(at + SOURCE);
    }

    /** The last 64 bits of the source address. */
    public static long sourceLow(ByteBuffer b, int at) {
        return b.getLong(at + SOURCE + 8);
    }

    /** The first 64 bits of the destination address. */
    public static long destinationHigh(ByteBuffer b, int at) {
        return b.getLong(at + DESTINATION);
    }

    /** The last 64 bits of the destination address. */
    public static long destinationLow(ByteBuffer b, int at) {
        return b.getLong(at + DESTINATION + 8);
    }

    /**
     * Writes a whole header of 40 octets.
     *
     * @param payloadLength octets behind it
     */
    public static void write(
            ByteBuffer b,
            int at,
            int payloadLength,
            int trafficClass,
            int flowLabel,
            int hopLimit,
            int nextHeader,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        b.putInt(at, 0x6000_0000 | trafficClass << 20 | flowLabel);
        b.putInt(at + PAYLOAD_LENGTH, payloadLength << 16 | nextHeader << 8 | hopLimit);
        b.putLong(at + SOURCE, sourceHigh);
        b.putLong(at + SOURCE + 8, sourceLow);
        b.putLong(at + DESTINATION, destinationHigh);
        b.putLong(at + DESTINATION + 8, destinationLow);
    }
}
