package io.finwait.link;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/**
 * Tells the endpoint above that a packet of its own can't be delivered: by the ICMP message that a
 * router would send (RFC 792, RFC 4443 §3.1), from the endpoint to itself. So the connection knows
 * why, and the packet never leaves.
 */
final class Unreachables {

    private static final int MOST = 32;
    private static final int ICMP_HEADER = 8;

    /** Octets of the transport's header that are quoted: TCP's ports and sequence number. */
    private static final int QUOTED = 8;

    private static final int LONGEST_HEADER = 60;
    private static final int ROOM = Ipv6.HEADER_LENGTH + ICMP_HEADER + LONGEST_HEADER + QUOTED;
    private static final int HOPS = 64;

    private static final int V4_UNREACHABLE = 3;
    private static final int V4_NETWORK = 0;
    private static final int V4_HOST = 1;
    private static final int V6_UNREACHABLE = 1;
    private static final int V6_NO_ROUTE = 0;
    private static final int V6_ADDRESS = 3;

    private final Packet[] ring = new Packet[MOST];
    private int first;
    private int count;
    private int lent;

    Unreachables() {
        for (int i = 0; i < MOST; i++) {
            ring[i] = new Packet(ByteBuffer.allocate(ROOM), 0, 0);
        }
    }

    boolean isEmpty() {
        return count == lent;
    }

    /** The packets that were given last are no longer looked at. */
    void giveBackLent() {
        first = (first + lent) % MOST;
        count -= lent;
        lent = 0;
    }

    /** Adds what waits to be received, as far as there is room; returns how many. */
    int drain(PacketBatch into) {
        while (lent < count && into.room() > 0) {
            into.add(ring[(first + lent++) % MOST]);
        }
        return lent;
    }

    /**
     * Answers a packet; nothing happens when too many answers wait, or it holds no segment.
     *
     * @param noRoute true: there is no route to its network; false: its host does not answer
     */
    void tell(Packet packet, boolean noRoute) {
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        boolean v4 = (b.get(at) & 0xF0) == 0x40;
        int header = v4 ? Ipv4.headerLength(b, at) : Ipv6.HEADER_LENGTH;
        int protocol = v4 ? Ipv4.protocol(b, at) : Ipv6.nextHeader(b, at);
        if (count == MOST || protocol != Protocol.TCP || packet.length() < header + QUOTED) {
            return;
        }
        Packet told = ring[(first + count++) % MOST];
        ByteBuffer to = told.buffer();
        int own = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int message = ICMP_HEADER + header + QUOTED;
        told.set(to, 0, own + message);
        to.put(own + ICMP_HEADER, b, at, header + QUOTED);
        to.putLong(own, 0);
        if (v4) {
            int source = Ipv4.source(b, at);
            to.put(own, (byte) V4_UNREACHABLE);
            to.put(own + 1, (byte) (noRoute ? V4_NETWORK : V4_HOST));
            checksum(to, own, message, 0);
            Ipv4.write(to, 0, own + message, 0, 0, HOPS, Protocol.ICMP, source, source);
        } else {
            long high = Ipv6.sourceHigh(b, at);
            long low = Ipv6.sourceLow(b, at);
            to.put(own, (byte) V6_UNREACHABLE);
            to.put(own + 1, (byte) (noRoute ? V6_NO_ROUTE : V6_ADDRESS));
            int icmp = Protocol.ICMPV6;
            checksum(to, own, message, Checksum.pseudoHeader(high, low, high, low, icmp, message));
            Ipv6.write(to, 0, message, 0, 0, HOPS, icmp, high, low, high, low);
        }
    }

    private static void checksum(ByteBuffer b, int at, int length, long pseudoHeader) {
        b.putShort(at + 2, (short) Checksum.finish(Checksum.add(b, at, length, pseudoHeader)));
    }
}
