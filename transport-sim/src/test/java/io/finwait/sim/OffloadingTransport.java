package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/**
 * Takes super-packets and packets with unfinished checksums, as a network card does, and hands
 * ordinary ones on. It adds to the sum that stands in the field and looks at nothing else: a wrong
 * one stays wrong.
 */
public final class OffloadingTransport extends ForwardingTransport {

    private static final int LARGEST = 65_535;

    private final Capabilities capabilities;
    private int superPackets;

    /** In front of a transport that can do nothing of this. */
    public OffloadingTransport(Transport below) {
        super(below);
        Capabilities of = below.capabilities();
        capabilities =
                new Capabilities(
                        of.mtu(), 0, LARGEST, true, true, of.lossless(), of.ordered(), true);
    }

    /** How many super-packets were sent. */
    public int superPackets() {
        return superPackets;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public Packet claim(int length) {
        if (length > LARGEST) {
            throw new IllegalArgumentException(length + " octets are more than a packet holds");
        }
        return new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void abandon(Packet packet) {
        // Its buffer was made for it alone.
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        ByteBuffer b = packet.buffer();
        boolean v4 = (b.get(0) & 0xF0) == 0x40;
        int tcpAt = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int headers = tcpAt + TcpHeader.headerLength(b, tcpAt);
        int text = packet.length() - headers;
        int size = packet.segmentSize();
        if (size > 0 && text <= size) {
            throw new IllegalStateException("a super-packet of one segment: " + text + " octets");
        }
        if (size == 0 && packet.length() > capabilities.mtu()) {
            throw new IllegalStateException(packet.length() + " octets without a segment size");
        }
        superPackets += size > 0 ? 1 : 0;
        int part = size > 0 ? size : Math.max(text, 1);
        int done = 0;
        do {
            int octets = Math.min(part, text - done);
            send(packet, v4, tcpAt, headers, done, octets, nowNs);
            done += octets;
        } while (done < text);
    }

    private void send(
            Packet whole, boolean v4, int tcpAt, int headers, int from, int octets, long nowNs) {
        int length = headers + octets;
        Packet segment = super.claim(length);
        if (segment == null) {
            return;
        }
        ByteBuffer b = segment.buffer();
        int at = segment.offset();
        b.put(at, whole.buffer(), 0, headers);
        b.put(at + headers, whole.buffer(), headers + from, octets);
        if (v4) {
            Ipv4.totalLength(b, at, length);
            Ipv4.writeChecksum(b, at);
        } else {
            Ipv6.payloadLength(b, at, length - Ipv6.HEADER_LENGTH);
        }
        int tcp = at + tcpAt;
        int last = headers + from + octets - whole.length();
        if (last != 0) {
            int inner = TcpHeader.flags(b, tcp) & ~(TcpHeader.FIN | TcpHeader.PSH);
            TcpHeader.flags(b, tcp, inner);
        }
        TcpHeader.sequence(b, tcp, TcpHeader.sequence(b, tcp) + from);
        // The length in the pseudo header is the segment's own.
        long sum = ~((long) whole.length() - tcpAt) & 0xFFFF;
        sum += length - tcpAt;
        if (whole.checksumOffloaded()) {
            int checksum = Checksum.finish(Checksum.add(b, tcp, length - tcpAt, sum));
            TcpHeader.checksum(b, tcp, checksum);
        }
        super.commit(segment, nowNs);
    }
}
