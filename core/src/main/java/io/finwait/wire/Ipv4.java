package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * Fields of an IPv4 header (RFC 791 §3.1) at an index of a buffer.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-------------------------------+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-------+-------+---------------+-----+-------------------------+
 * |         Identification        |Flags|      Fragment Offset    |
 * +---------------+---------------+-----+-------------------------+
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * +---------------+---------------+-------------------------------+
 * |                       Source Address                          |
 * +---------------------------------------------------------------+
 * |                    Destination Address                        |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4 {

    /** Octets of a header without options. */
    public static final int HEADER_LENGTH = 20;

    /** "Don't fragment". */
    public static final int DONT_FRAGMENT = 0x4000;

    private static final int TYPE_OF_SERVICE = 1;
    private static final int TOTAL_LENGTH = 2;
    private static final int IDENTIFICATION = 4;
    private static final int FRAGMENT = 6;
    private static final int TIME_TO_LIVE = 8;
    private static final int PROTOCOL = 9;
    private static final int CHECKSUM = 10;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;

    private Ipv4() {}

    /** Octets of the header, options included: 4 times IHL, 0 to 60. */
    public static int headerLength(ByteBuffer b, int at) {
        return (b.get(at) & 0x0F) << 2;
    }

    /** DSCP and ECN (RFC 2474, RFC 3168). */
    public static int typeOfService(ByteBuffer b, int at) {
        return b.get(at + TYPE_OF_SERVICE) & 0xFF;
    }

    /** Sets DSCP and ECN; the checksum fits again if it did before (RFC 1624, equation 3). */
    public static void typeOfService(ByteBuffer b, int at, int typeOfService) {
        long sum = ~b.getShort(at + CHECKSUM) & 0xFFFFL;
        sum += ~b.getShort(at) & 0xFFFFL;
        b.put(at + TYPE_OF_SERVICE, (byte) typeOfService);
        sum += b.getShort(at) & 0xFFFFL;
        b.putShort(at + CHECKSUM, (short) Checksum.finish(sum));
    }

    /** Octets of the packet, header included. */
    public static int totalLength(ByteBuffer b, int at) {
        return b.getShort(at + TOTAL_LENGTH) & 0xFFFF;
    }

    /** Sets the packet's length without mending the checksum. */
    public static void totalLength(ByteBuffer b, int at, int octets) {
        b.putShort(at + TOTAL_LENGTH, (short) octets);
    }

    /** Identification, for fragments. */
    public static int identification(ByteBuffer b, int at) {
        return b.getShort(at + IDENTIFICATION) & 0xFFFF;
    }

    /** True when the packet is a part of a larger one. */
    public static boolean isFragment(ByteBuffer b, int at) {
        return (b.getShort(at + FRAGMENT) & 0x3FFF) != 0;
    }

    /** True when the packet must not be fragmented. */
    public static boolean dontFragment(ByteBuffer b, int at) {
        return (b.getShort(at + FRAGMENT) & DONT_FRAGMENT) != 0;
    }

    /** Hops left. */
    public static int timeToLive(ByteBuffer b, int at) {
        return b.get(at + TIME_TO_LIVE) & 0xFF;
    }

    /** What the packet carries, see {@link Protocol}. */
    public static int protocol(ByteBuffer b, int at) {
        return b.get(at + PROTOCOL) & 0xFF;
    }

    /** The 32 bits of the source address. */
    public static int source(ByteBuffer b, int at) {
        return b.getInt(at + SOURCE);
    }

    /** The 32 bits of the destination address. */
    public static int destination(ByteBuffer b, int at) {
        return b.getInt(at + DESTINATION);
    }

    /** Computes and writes the checksum of the header. */
    public static void writeChecksum(ByteBuffer b, int at) {
        b.putShort(at + CHECKSUM, (short) 0);
        int checksum = Checksum.finish(Checksum.add(b, at, headerLength(b, at), 0));
        b.putShort(at + CHECKSUM, (short) checksum);
    }

    /**
     * Writes a whole header of 20 octets, with "don't fragment" set and its checksum.
     *
     * @param totalLength octets of the packet, header included
     * @param identification may be 0 for packets that are never fragmented (RFC 6864 §4.1)
     */
    public static void write(
            ByteBuffer b,
            int at,
            int totalLength,
            int typeOfService,
            int identification,
            int timeToLive,
            int protocol,
            int source,
            int destination) {
        // The sum is taken from the words, not from the buffer: a read right behind smaller writes
        // makes the processor wait.
        int first = 0x4500_0000 | typeOfService << 16 | totalLength;
        int second = identification << 16 | DONT_FRAGMENT;
        int third = timeToLive << 24 | protocol << 16;
        long sum = (first & 0xFFFF_FFFFL) + (second & 0xFFFF_FFFFL) + (third & 0xFFFF_FFFFL);
        sum += (source & 0xFFFF_FFFFL) + (destination & 0xFFFF_FFFFL);
        b.putInt(at, first);
        b.putInt(at + IDENTIFICATION, second);
        b.putInt(at + TIME_TO_LIVE, third | Checksum.finish(sum));
        b.putInt(at + SOURCE, source);
        b.putInt(at + DESTINATION, destination);
    }
}
