package io.finwait.icmp;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import java.nio.ByteBuffer;

/** Answers echo requests (RFC 792, RFC 4443 §4), so that ping works. */
public final class IcmpEcho {

    private static final int HEADER_LENGTH = 8;
    private static final int V4_REQUEST = 8;
    private static final int V4_REPLY = 0;
    private static final int V6_REQUEST = 128;
    private static final int V6_REPLY = 129;
    private static final int HOPS = 64;

    private final Transport transport;

    /** What became of a packet. */
    public enum Outcome {
        /** It was an echo request, and the reply was sent. */
        ANSWERED,
        /** It was an echo request, but the transport had no room for the reply. */
        NO_ROOM,
        /** It was not a well-formed echo request. */
        NO_PING
    }

    /** Answers through a transport. */
    public IcmpEcho(Transport transport) {
        this.transport = transport;
    }

    /**
     * Answers a packet if it is an echo request whose source and destination are each the address
     * of one host.
     */
    public Outcome answer(IpView ip, long nowNs) {
        boolean v6 = ip.version() == 6;
        int at = ip.payloadOffset();
        int length = ip.payloadLength();
        if (ip.protocol() != (v6 ? Protocol.ICMPV6 : Protocol.ICMP) || length < HEADER_LENGTH) {
            return Outcome.NO_PING;
        }
        ByteBuffer request = ip.buffer();
        long pseudo = v6 ? ip.pseudoHeaderSum() : 0;
        boolean good =
                (request.get(at) & 0xFF) == (v6 ? V6_REQUEST : V4_REQUEST)
                        && request.get(at + 1) == 0
                        && Checksum.finish(Checksum.add(request, at, length, pseudo)) == 0
                        && !IpAddress.isMulticastOrUnspecified(ip.sourceHigh(), ip.sourceLow());
        return good ? reply(ip, v6, nowNs) : Outcome.NO_PING;
    }

    private Outcome reply(IpView ip, boolean v6, long nowNs) {
        int length = ip.payloadLength();
        int header = v6 ? Ipv6.HEADER_LENGTH : Ipv4.HEADER_LENGTH;
        if (header + length > transport.capabilities().mtu()) {
            return Outcome.NO_PING;
        }
        Packet packet = transport.claim(header + length);
        if (packet == null) {
            return Outcome.NO_ROOM;
        }
        ByteBuffer b = packet.buffer();
        int start = packet.offset();
        int at = start + header;
        b.put(at, ip.buffer(), ip.payloadOffset(), length);
        b.put(at, (byte) (v6 ? V6_REPLY : V4_REPLY));
        b.putShort(at + 2, (short) 0);
        long sum = v6 ? ip.pseudoHeaderSum() : 0;
        b.putShort(at + 2, (short) Checksum.finish(Checksum.add(b, at, length, sum)));
        if (v6) {
            Ipv6.write(
                    b,
                    start,
                    length,
                    0,
                    0,
                    HOPS,
                    Protocol.ICMPV6,
                    /* sourceHigh= */ ip.destinationHigh(),
                    /* sourceLow= */ ip.destinationLow(),
                    /* destinationHigh= */ ip.sourceHigh(),
                    /* destinationLow= */ ip.sourceLow());
        } else {
            Ipv4.write(
                    b,
                    start,
                    header + length,
                    0,
                    0,
                    HOPS,
                    Protocol.ICMP,
                    (int) ip.destinationLow(),
                    (int) ip.sourceLow());
        }
        transport.commit(packet, nowNs);
        return Outcome.ANSWERED;
    }
}
