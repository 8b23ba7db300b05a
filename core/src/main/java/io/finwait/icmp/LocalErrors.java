package io.finwait.icmp;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Unreachable;

import java.nio.ByteBuffer;

/**
 * Tells the endpoint above that a packet of its own can't be delivered: by the ICMP message that a
 * router would send (RFC 792, RFC 1191 §4, RFC 4443 §3.1 and §3.2), from the endpoint to itself. So
 * the connection knows why, and the message never leaves. Only segments of TCP are answered, and of
 * many at once 32.
 *
 * <p>Belongs to the transport's thread, as the packets do. Nothing is allocated for a message.
 */
public final class LocalErrors {

    private static final int MOST = 32;
    private static final int ICMP_HEADER = 8;

    /** Octets of the transport's header that are quoted: TCP's ports and sequence number. */
    private static final int QUOTED = 8;

    private static final int LONGEST_HEADER = 60;
    private static final int ETHERNET_ADDRESS = 6;
    private static final int LONGEST_LINK_HEADER = 18;
    private static final int ROOM =
            LONGEST_LINK_HEADER + Ipv6.HEADER_LENGTH + ICMP_HEADER + LONGEST_HEADER + QUOTED;
    private static final int HOPS = 64;

    private static final int V4_UNREACHABLE = 3;
    private static final int V4_TOO_BIG = 4;
    private static final int V6_UNREACHABLE = 1;
    private static final int V6_TOO_BIG = 2;

    private final Packet[] ring = new Packet[MOST];
    private int first;
    private int count;
    private int lent;

    /** Nothing is to be told yet. */
    public LocalErrors() {
        for (int i = 0; i < MOST; i++) {
            ring[i] = new Packet(ByteBuffer.allocate(ROOM), 0, 0);
        }
    }

    /** True when nothing waits to be received. */
    public boolean isEmpty() {
        return count == lent;
    }

    /** The packets that were given last are no longer looked at. */
    public void giveBackLent() {
        first = (first + lent) % MOST;
        count -= lent;
        lent = 0;
    }

    /** Adds what waits to be received, as far as there is room; returns how much was added. */
    public int drain(PacketBatch into) {
        int before = lent;
        while (lent < count && into.room() > 0) {
            into.add(ring[(first + lent++) % MOST]);
        }
        return lent - before;
    }

    /**
     * Says that a packet's destination can't be reached.
     *
     * @param link octets of an Ethernet header in front of the IP header: 14, or 18 with a VLAN
     *     tag; 0 where packets have none
     */
    public void unreachable(Packet packet, int link, Unreachable why) {
        if (isV4(packet, link)) {
            tell(packet, link, V4_UNREACHABLE, why.v4Code(), 0);
        } else {
            tell(packet, link, V6_UNREACHABLE, why.v6Code(), 0);
        }
    }

    /**
     * Says that a packet is too big for the link.
     *
     * @param link as in {@link #unreachable}
     * @param mtu octets of the largest IP packet that the link carries now
     */
    public void tooBig(Packet packet, int link, int mtu) {
        if (isV4(packet, link)) {
            tell(packet, link, V4_UNREACHABLE, V4_TOO_BIG, Math.min(mtu, 0xFFFF));
        } else {
            tell(packet, link, V6_TOO_BIG, 0, mtu);
        }
    }

    private static boolean isV4(Packet packet, int link) {
        return packet.length() > link
                && (packet.buffer().get(packet.offset() + link) & 0xF0) == 0x40;
    }

    /** Nothing happens when too many messages wait, or the packet holds no segment. */
    private void tell(Packet packet, int link, int type, int code, int mtu) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset() + link;
        int length = packet.length() - link;
        boolean v4 = isV4(packet, link);
        int own = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        if (count == MOST || length < own) {
            return;
        }
        int header = v4 ? Ipv4.headerLength(b, at) : Ipv6.HEADER_LENGTH;
        int protocol = v4 ? Ipv4.protocol(b, at) : Ipv6.nextHeader(b, at);
        if (protocol != Protocol.TCP || length < header + QUOTED) {
            return;
        }
        Packet told = ring[(first + count++) % MOST];
        ByteBuffer to = told.buffer();
        int message = ICMP_HEADER + header + QUOTED;
        told.set(to, 0, link + own + message);
        linkHeader(to, b, packet.offset(), link);
        int icmp = link + own;
        to.put(icmp + ICMP_HEADER, b, at, header + QUOTED);
        to.putInt(icmp, type << 24 | code << 16);
        to.putInt(icmp + 4, mtu);
        if (v4) {
            int source = Ipv4.source(b, at);
            checksum(to, icmp, message, 0);
            Ipv4.write(to, link, own + message, 0, 0, HOPS, Protocol.ICMP, source, source);
        } else {
            long high = Ipv6.sourceHigh(b, at);
            long low = Ipv6.sourceLow(b, at);
            int next = Protocol.ICMPV6;
            checksum(to, icmp, message, Checksum.pseudoHeader(high, low, high, low, next, message));
            Ipv6.write(to, link, message, 0, 0, HOPS, next, high, low, high, low);
        }
    }

    /** A frame comes back as if its destination had sent it. */
    private static void linkHeader(ByteBuffer to, ByteBuffer frame, int at, int link) {
        if (link > 0) {
            to.put(0, frame, at + ETHERNET_ADDRESS, ETHERNET_ADDRESS);
            to.put(ETHERNET_ADDRESS, frame, at, ETHERNET_ADDRESS);
            int rest = 2 * ETHERNET_ADDRESS;
            to.put(rest, frame, at + rest, link - rest);
        }
    }

    private static void checksum(ByteBuffer b, int at, int length, long pseudoHeader) {
        b.putShort(at + 2, (short) Checksum.finish(Checksum.add(b, at, length, pseudoHeader)));
    }
}
