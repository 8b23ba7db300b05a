package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.finwait.spi.Packet;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The header that an offloading TUN, TAP or packet socket puts in front of each packet or frame
 * (struct virtio_net_hdr_v1 of linux/virtio_net.h), in the byte order of the machine. A packet
 * socket's lacks the last field.
 *
 * <pre>
 *  0       1        2          4          6            8              10            12
 * +-------+--------+----------+----------+------------+--------------+-------------+
 * | flags | gso    | header   | gso size | checksum   | checksum     | buffers     |
 * |       | type   | length   |          | start      | offset       | (unused)    |
 * +-------+--------+----------+----------+------------+--------------+-------------+
 * </pre>
 */
final class VirtioNetHeader {

    /** Octets of the header. */
    static final int LENGTH = 12;

    /** Octets of a packet socket's. */
    static final int SHORT_LENGTH = 10;

    private static final int ETHERNET = 14;
    private static final int TAG = 4;
    private static final int VLAN = 0x8100;

    private static final byte NEEDS_CHECKSUM = 1;
    private static final byte CHECKSUM_IS_GOOD = 2;

    private static final byte GSO_NONE = 0;
    private static final byte GSO_TCP_V4 = 1;
    private static final byte GSO_TCP_V6 = 4;
    private static final byte GSO_ECN = (byte) 0x80;

    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;
    private static final int BUFFERS = 10;

    /** Where the checksum is in a TCP header (RFC 9293 §3.1). */
    private static final short TCP_CHECKSUM = 16;

    private VirtioNetHeader() {}

    /**
     * Writes what the kernel must know about a packet to be sent.
     *
     * @param length octets of the header, {@link #LENGTH} or {@link #SHORT_LENGTH}
     * @param frame true: the packet is an Ethernet frame, and places are counted from its beginning
     */
    static void write(MemorySegment memory, long at, int length, Packet packet, boolean frame) {
        ByteBuffer b = packet.buffer();
        int link = frame ? linkHeader(b, packet.offset()) : 0;
        int ip = packet.offset() + link;
        if (packet.length() <= link) {
            clear(memory, at);
            return;
        }
        boolean v4 = (b.get(ip) & 0xF0) == 0x40;
        int protocol = v4 ? Ipv4.protocol(b, ip) : Ipv6.nextHeader(b, ip);
        boolean offloaded = packet.checksumOffloaded() || packet.segmentSize() > 0;
        if (!offloaded || protocol != Protocol.TCP) {
            clear(memory, at);
            return;
        }
        int ipLength = v4 ? Ipv4.headerLength(b, ip) : Ipv6.HEADER_LENGTH;
        int headers = link + ipLength + TcpHeader.headerLength(b, ip + ipLength);
        boolean large =
                packet.segmentSize() > 0 && packet.length() - headers > packet.segmentSize();
        memory.set(JAVA_BYTE, at, NEEDS_CHECKSUM);
        memory.set(JAVA_BYTE, at + GSO_TYPE, large ? gsoType(b, ip + ipLength, v4) : GSO_NONE);
        memory.set(JAVA_SHORT, at + HEADER_LENGTH, (short) headers);
        memory.set(JAVA_SHORT, at + GSO_SIZE, (short) (large ? packet.segmentSize() : 0));
        memory.set(JAVA_SHORT, at + CHECKSUM_START, (short) (link + ipLength));
        memory.set(JAVA_SHORT, at + CHECKSUM_OFFSET, TCP_CHECKSUM);
        if (length == LENGTH) {
            memory.set(JAVA_SHORT, at + BUFFERS, (short) 0);
        }
    }

    /** Octets of a frame's own header. */
    private static int linkHeader(ByteBuffer b, int at) {
        return (b.getShort(at + ETHERNET - 2) & 0xFFFF) == VLAN ? ETHERNET + TAG : ETHERNET;
    }

    /**
     * Asks nothing of the kernel. It reads the length of the headers all the same, and refuses a
     * packet that is shorter.
     */
    private static void clear(MemorySegment memory, long at) {
        memory.set(JAVA_SHORT, at, (short) 0);
        memory.set(JAVA_SHORT, at + HEADER_LENGTH, (short) 0);
    }

    /** With CWR only the first segment may carry it (RFC 3168 §6.1.2); the kernel sees to that. */
    private static byte gsoType(ByteBuffer b, int tcp, boolean v4) {
        byte type = v4 ? GSO_TCP_V4 : GSO_TCP_V6;
        boolean reduced = (TcpHeader.flags(b, tcp) & TcpHeader.CWR) != 0;
        return reduced ? (byte) (type | GSO_ECN) : type;
    }

    /** Tells a received packet what the kernel knows about it. */
    static void read(MemorySegment memory, long at, Packet packet) {
        byte flags = memory.get(JAVA_BYTE, at);
        packet.checksumOffloaded((flags & (NEEDS_CHECKSUM | CHECKSUM_IS_GOOD)) != 0);
        int type = memory.get(JAVA_BYTE, at + GSO_TYPE) & ~GSO_ECN;
        if (type == GSO_TCP_V4 || type == GSO_TCP_V6) {
            packet.segmentSize(memory.get(JAVA_SHORT, at + GSO_SIZE) & 0xFFFF);
        }
    }
}
