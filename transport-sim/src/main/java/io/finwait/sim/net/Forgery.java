package io.finwait.sim.net;

import io.finwait.sim.PacketMatcher;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;

/** Packets that the path makes in the name of a host, about a segment that it has seen. */
final class Forgery {

    private static final int ICMP = 1;
    private static final int ICMP_HEADER = 8;
    private static final int HOST_UNREACHABLE = 0x0301;
    private static final int TOO_BIG = 0x0304;
    private static final int TTL = 64;

    private String sender;
    private String receiver;
    private byte[] octets;
    private IpAddress source;
    private IpAddress destination;
    private int sourcePort;
    private int destinationPort;
    private int seq;
    private int behind;
    private int ack;
    private boolean hasAck;

    /** Remembers the segments that are matched. */
    PacketMatcher remembering(PacketMatcher matcher) {
        return packet -> {
            if (!matcher.matches(packet)) {
                return false;
            }
            Segment s = packet.segment();
            sender = packet.packet().from();
            receiver = packet.packet().to();
            octets = packet.packet().octets();
            source = new IpAddress(s.sourceHigh(), s.sourceLow());
            destination = new IpAddress(s.destinationHigh(), s.destinationLow());
            sourcePort = s.sourcePort();
            destinationPort = s.destinationPort();
            seq = s.seq();
            behind = s.seq() + s.length();
            ack = s.ack();
            hasAck = s.hasAck();
            return true;
        };
    }

    /** A reset to the sender, in the receiver's name. */
    void resetSender(SimNet net) {
        // What acknowledges nothing is a SYN: only an RST that acknowledges it is accepted.
        int flags = hasAck ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK;
        net.forge(
                receiver,
                segment(
                        destination,
                        destinationPort,
                        source,
                        sourcePort,
                        flags,
                        hasAck ? ack : 0,
                        hasAck ? 0 : behind));
    }

    /** A reset to the receiver, in the sender's name and in the segment's place. */
    void resetReceiver(SimNet net, int offset) {
        resetReceiverAt(net, seq + offset);
    }

    /** The same behind the segment. */
    void resetBehind(SimNet net, int offset) {
        resetReceiverAt(net, behind + offset);
    }

    private void resetReceiverAt(SimNet net, int at) {
        net.forge(
                sender,
                segment(source, sourcePort, destination, destinationPort, TcpHeader.RST, at, 0));
    }

    private static byte[] segment(
            IpAddress from, int fromPort, IpAddress to, int toPort, int flags, int seq, int ack) {
        int header = from.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int length = header + TcpHeader.LENGTH;
        ByteBuffer b = ByteBuffer.allocate(length);
        if (from.isV4()) {
            int source = (int) from.low();
            Ipv4.write(b, 0, length, 0, 0, TTL, Protocol.TCP, source, (int) to.low());
        } else {
            Ipv6.write(
                    b,
                    0,
                    TcpHeader.LENGTH,
                    0,
                    0,
                    TTL,
                    Protocol.TCP,
                    from.high(),
                    from.low(),
                    to.high(),
                    to.low());
        }
        TcpHeader.write(b, header, fromPort, toPort, seq, ack, TcpHeader.LENGTH, flags, 0);
        IpView ip = new IpView();
        ip.parse(b, 0, length);
        long sum = Checksum.add(b, header, TcpHeader.LENGTH, ip.pseudoHeaderSum());
        TcpHeader.checksum(b, header, Checksum.finish(sum));
        return b.array();
    }

    /** ICMP type 3, code 1, to the sender (RFC 792); IPv4 alone. */
    void hostUnreachable(SimNet net) {
        unreachable(net, HOST_UNREACHABLE, 0);
    }

    /** ICMP type 3, code 4, to the sender, with the MTU of the next hop (RFC 1191 §4). */
    void tooBig(SimNet net, int mtu) {
        unreachable(net, TOO_BIG, mtu);
    }

    private void unreachable(SimNet net, int typeAndCode, int mtu) {
        if (!source.isV4()) {
            return;
        }
        int quoted = Math.min(octets.length, Ipv4.HEADER_LENGTH + 8);
        int length = Ipv4.HEADER_LENGTH + ICMP_HEADER + quoted;
        ByteBuffer b = ByteBuffer.allocate(length);
        Ipv4.write(b, 0, length, 0, 0, TTL, ICMP, (int) destination.low(), (int) source.low());
        b.putShort(Ipv4.HEADER_LENGTH, (short) typeAndCode);
        b.putShort(Ipv4.HEADER_LENGTH + 6, (short) mtu);
        b.put(Ipv4.HEADER_LENGTH + ICMP_HEADER, octets, 0, quoted);
        long sum = Checksum.add(b, Ipv4.HEADER_LENGTH, length - Ipv4.HEADER_LENGTH, 0);
        b.putShort(Ipv4.HEADER_LENGTH + 2, (short) Checksum.finish(sum));
        net.forge(receiver, b.array());
    }
}
