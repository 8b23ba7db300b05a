package io.finwait.wire;

import java.nio.ByteBuffer;

/**
 * Fields of a TCP header (RFC 9293 §3.1) at an index of a buffer.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source Port          |       Destination Port        |
 * +-------------------------------+-------------------------------+
 * |                        Sequence Number                        |
 * +---------------------------------------------------------------+
 * |                    Acknowledgment Number                      |
 * +-------+-------+---------------+-------------------------------+
 * |  Data |  Re-  |C|E|U|A|P|R|S|F|                               |
 * | Offset| served|W|C|R|C|S|S|Y|I|            Window             |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * +-------+-------+---------------+-------------------------------+
 * |           Checksum            |         Urgent Pointer        |
 * +-------------------------------+-------------------------------+
 * </pre>
 */
public final class TcpHeader {

    /** Octets of a header without options. */
    public static final int LENGTH = 20;

    /** Octets of the longest header. */
    public static final int MAX_LENGTH = 60;

    /** No more data from sender. */
    public static final int FIN = 0x01;

    /** Synchronize sequence numbers. */
    public static final int SYN = 0x02;

    /** Reset the connection. */
    public static final int RST = 0x04;

    /** Push function. */
    public static final int PSH = 0x08;

    /** The acknowledgment field is significant. */
    public static final int ACK = 0x10;

    /** The urgent pointer is significant. */
    public static final int URG = 0x20;

    /** ECN echo (RFC 3168). */
    public static final int ECE = 0x40;

    /** Congestion window reduced (RFC 3168). */
    public static final int CWR = 0x80;

    private static final int DESTINATION_PORT = 2;
    private static final int SEQUENCE = 4;
    private static final int ACKNOWLEDGMENT = 8;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int WINDOW = 14;
    private static final int CHECKSUM = 16;
    private static final int URGENT_POINTER = 18;

    private TcpHeader() {}

    /** Source port, 0 to 65,535. */
    public static int sourcePort(ByteBuffer b, int at) {
        return b.getShort(at) & 0xFFFF;
    }

    /** Destination port, 0 to 65,535. */
    public static int destinationPort(ByteBuffer b, int at) {
        return b.getShort(at + DESTINATION_PORT) & 0xFFFF;
    }

    /** SEG.SEQ. */
    public static int sequence(ByteBuffer b, int at) {
        return b.getInt(at + SEQUENCE);
    }

    /** Sets SEG.SEQ without mending the checksum. */
    public static void sequence(ByteBuffer b, int at, int seq) {
        b.putInt(at + SEQUENCE, seq);
    }

    /** SEG.ACK. */
    public static int acknowledgment(ByteBuffer b, int at) {
        return b.getInt(at + ACKNOWLEDGMENT);
    }

    /** Octets of the header, options included: 0 to 60. */
    public static int headerLength(ByteBuffer b, int at) {
        return (b.get(at + DATA_OFFSET) & 0xF0) >>> 2;
    }

    /** The eight control bits. */
    public static int flags(ByteBuffer b, int at) {
        return b.get(at + FLAGS) & 0xFF;
    }

    /** Sets the eight control bits without mending the checksum. */
    public static void flags(ByteBuffer b, int at, int flags) {
        b.put(at + FLAGS, (byte) flags);
    }

    /** The window field, unscaled. */
    public static int window(ByteBuffer b, int at) {
        return b.getShort(at + WINDOW) & 0xFFFF;
    }

    /** The checksum field. */
    public static int checksum(ByteBuffer b, int at) {
        return b.getShort(at + CHECKSUM) & 0xFFFF;
    }

    /** Sets the checksum field. */
    public static void checksum(ByteBuffer b, int at, int checksum) {
        b.putShort(at + CHECKSUM, (short) checksum);
    }

    /** The urgent pointer. */
    public static int urgentPointer(ByteBuffer b, int at) {
        return b.getShort(at + URGENT_POINTER) & 0xFFFF;
    }

    /**
     * Writes the fixed 20 octets, checksum and urgent pointer zero.
     *
     * @param headerLength octets with options, a multiple of 4 from 20 to 60
     * @param window unscaled, 0 to 65,535
     */
    public static void write(
            ByteBuffer b,
            int at,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgment,
            int headerLength,
            int flags,
            int window) {
        // Written in the widths in which Checksum reads it.
        long ports = (long) sourcePort << 16 | destinationPort;
        long offsetAndFlags = (long) headerLength << 26 | (long) flags << 16 | window;
        b.putLong(at, ports << 32 | (sequence & 0xFFFF_FFFFL));
        b.putLong(at + ACKNOWLEDGMENT, (long) acknowledgment << 32 | offsetAndFlags);
        b.putInt(at + CHECKSUM, 0);
    }
}
