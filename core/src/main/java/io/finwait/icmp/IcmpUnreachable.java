package io.finwait.icmp;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Unreachable;

import java.nio.ByteBuffer;

/** Sends "destination unreachable" (RFC 792, RFC 4443 §3.1) about a packet to its source. */
public final class IcmpUnreachable {

    private static final int HEADER_LENGTH = 8;
    private static final int V4_TYPE = 3;
    private static final int V6_TYPE = 1;
    private static final int HOPS = 64;

    /** The longest message that every path carries (RFC 1812 §4.3.2.3, RFC 4443 §2.4 (c)). */
    private static final int MOST_V4 = 576;

    private static final int MOST_V6 = 1280;

    private final Transport transport;

    /** Sends over a transport. */
    public IcmpUnreachable(Transport transport) {
        this.transport = transport;
    }

    /**
     * Sends a message.
     *
     * @param from whose address it comes from, of the IP version of the packet
     * @param about holds the packet that can't be delivered; as much of it is quoted as the
     *     shortest MTU leaves room for
     * @param at index of its IP header
     * @param length its octets, at least an IP header
     * @return false when the transport had no room
     */
    public boolean send(
            IpAddress from, ByteBuffer about, int at, int length, Unreachable why, long nowNs) {
        boolean v6 = !from.isV4();
        int ip = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        int most = Math.min(v6 ? MOST_V6 : MOST_V4, transport.capabilities().mtu());
        int quoted = Math.min(length, most - ip - HEADER_LENGTH);
        int icmpLength = HEADER_LENGTH + quoted;
        Packet packet = transport.claim(ip + icmpLength);
        if (packet == null) {
            return false;
        }
        ByteBuffer b = packet.buffer();
        int start = packet.offset();
        int icmp = start + ip;
        b.put(icmp, (byte) (v6 ? V6_TYPE : V4_TYPE));
        b.put(icmp + 1, (byte) (v6 ? why.v6Code() : why.v4Code()));
        b.putShort(icmp + 2, (short) 0);
        b.putInt(icmp + 4, 0);
        b.put(icmp + HEADER_LENGTH, about, at, quoted);
        long pseudo = 0;
        if (v6) {
            long toHigh = Ipv6.sourceHigh(about, at);
            long toLow = Ipv6.sourceLow(about, at);
            pseudo =
                    Checksum.pseudoHeader(
                            from.high(), from.low(), toHigh, toLow, Protocol.ICMPV6, icmpLength);
            Ipv6.write(
                    b,
                    start,
                    icmpLength,
                    0,
                    0,
                    HOPS,
                    Protocol.ICMPV6,
                    from.high(),
                    from.low(),
                    toHigh,
                    toLow);
        } else {
            int to = Ipv4.source(about, at);
            int total = ip + icmpLength;
            Ipv4.write(b, start, total, 0, 0, HOPS, Protocol.ICMP, (int) from.low(), to);
        }
        int sum = Checksum.finish(Checksum.add(b, icmp, icmpLength, pseudo));
        b.putShort(icmp + 2, (short) sum);
        transport.commit(packet, nowNs);
        return true;
    }
}
