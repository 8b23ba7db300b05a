package io.finwait.raw;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;

/**
 * Just enough TCP to hold one connection with the kernel over a device that loses nothing: it
 * answers a SYN, acknowledges what comes in order, and sends without looking at windows.
 */
final class PeerOfTheKernel {

    static final int PORT = 80;

    private static final int OUR_ISS = 1_000_000;
    private static final int WINDOW = 65_535;
    private static final int MSS_OPTION = 1460;

    private final Transport transport;
    private final IpAddress near;
    private final IpAddress far;
    private final PacketBatch batch = new PacketBatch(1);
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();

    private int farPort = 12_345;
    private int sndNxt;
    private int rcvNxt;

    private int largestSegmentSize;
    private int longestPacket;
    private int checksumsLeftToUs;

    PeerOfTheKernel(Transport transport, String near, String far) {
        this.transport = transport;
        this.near = IpAddress.parse(near);
        this.far = IpAddress.parse(far);
    }

    int largestSegmentSize() {
        return largestSegmentSize;
    }

    int longestPacket() {
        return longestPacket;
    }

    int checksumsLeftToUs() {
        return checksumsLeftToUs;
    }

    /** Waits for a SYN and for the ACK of the answer to it. */
    void accept() {
        do {
            awaitSegment();
        } while (!segment.hasSyn());
        farPort = segment.sourcePort();
        rcvNxt = segment.seq() + 1;
        send(OUR_ISS, rcvNxt, TcpHeader.SYN | TcpHeader.ACK, new byte[0], 0);
        sndNxt = OUR_ISS + 1;
    }

    /** Receives and acknowledges so many octets of text. */
    byte[] receive(int octets) {
        byte[] text = new byte[octets];
        int received = 0;
        while (received < octets) {
            awaitSegment();
            if (segment.textLength() > 0 && segment.seq() == rcvNxt) {
                segment.buffer().get(segment.textOffset(), text, received, segment.textLength());
                received += segment.textLength();
                rcvNxt += segment.textLength();
                send(sndNxt, rcvNxt, TcpHeader.ACK, new byte[0], 0);
            }
        }
        return text;
    }

    /** Sends text as one packet. */
    void sendText(byte[] text, int segmentSize) {
        send(sndNxt, rcvNxt, TcpHeader.ACK | TcpHeader.PSH, text, segmentSize);
        sndNxt += text.length;
    }

    private void awaitSegment() {
        while (true) {
            batch.clear();
            Wire.receive(transport, batch);
            Packet packet = batch.get(0);
            if (ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                    && ip.protocol() == Protocol.TCP
                    && segment.parse(ip, packet.checksumOffloaded()) == Verdict.OK) {
                largestSegmentSize = Math.max(largestSegmentSize, packet.segmentSize());
                longestPacket = Math.max(longestPacket, packet.length());
                checksumsLeftToUs += packet.checksumOffloaded() ? 1 : 0;
                return;
            }
        }
    }

    void send(int seq, int ack, int flags, byte[] text, int segmentSize) {
        Packet packet = segment(seq, ack, flags, text, segmentSize);
        if (segmentSize > 0) {
            leaveChecksumToTheKernel(packet);
        }
        transport.commit(packet, 0);
    }

    /** A claimed packet that holds a complete segment. */
    Packet segment(int seq, int ack, int flags, byte[] text, int segmentSize) {
        boolean syn = (flags & TcpHeader.SYN) != 0;
        int header = TcpHeader.LENGTH + (syn ? 4 : 0);
        int ipLength = near.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int length = header + text.length;
        Packet packet = transport.claim(ipLength + length).segmentSize(segmentSize);
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        writeIp(b, at, length);
        int tcp = at + ipLength;
        TcpHeader.write(b, tcp, PORT, farPort, seq, ack, header, flags, WINDOW);
        if (syn) {
            TcpOptions.writeMss(b, tcp + TcpHeader.LENGTH, MSS_OPTION);
        }
        b.put(tcp + header, text);
        TcpHeader.checksum(b, tcp, Checksum.finish(Checksum.add(b, tcp, length, pseudo(length))));
        return packet;
    }

    private void writeIp(ByteBuffer b, int at, int length) {
        int protocol = Protocol.TCP;
        if (near.isV4()) {
            int total = Ipv4.HEADER_LENGTH + length;
            Ipv4.write(b, at, total, 0, 1, 64, protocol, (int) near.low(), (int) far.low());
        } else {
            long[] a = {near.high(), near.low(), far.high(), far.low()};
            Ipv6.write(b, at, length, 0, 0, 64, protocol, a[0], a[1], a[2], a[3]);
        }
    }

    private long pseudo(int length) {
        return Checksum.pseudoHeader(
                near.high(), near.low(), far.high(), far.low(), Protocol.TCP, length);
    }

    /** Puts what an offloading device wants into the checksum field of a claimed packet. */
    void leaveChecksumToTheKernel(Packet packet) {
        int ipLength = near.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int partial = Checksum.fold(pseudo(packet.length() - ipLength));
        TcpHeader.checksum(packet.buffer(), packet.offset() + ipLength, partial);
        packet.checksumOffloaded(true);
    }
}
