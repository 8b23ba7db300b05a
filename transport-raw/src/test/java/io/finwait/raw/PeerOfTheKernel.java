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
import java.util.Arrays;

/**
 * Just enough TCP to hold one connection with the kernel: it answers a SYN, acknowledges what
 * comes, keeps nothing that comes too early, and sends without looking at windows. What a busy
 * machine loses on the way is sent again.
 */
final class PeerOfTheKernel {

    static final int PORT = 80;

    /** No answer takes longer on a machine that is not busy. */
    static final long REPEAT_NS = 200_000_000;

    private static final int OUR_ISS = 1_000_000;
    private static final int WINDOW = 65_535;
    private static final int MSS_OPTION = 1460;
    private static final byte[] NOTHING = {};

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

    /** Waits for a SYN and answers it; {@link #receive} answers it again when it comes again. */
    void accept() {
        do {
            awaitSegment();
        } while (!segment.hasSyn());
        farPort = segment.sourcePort();
        rcvNxt = segment.seq() + 1;
        sndNxt = OUR_ISS + 1;
        answerSyn();
    }

    private void answerSyn() {
        send(OUR_ISS, rcvNxt, TcpHeader.SYN | TcpHeader.ACK, new byte[0], 0);
    }

    /** Receives and acknowledges so many octets of text. */
    byte[] receive(int octets) {
        byte[] text = new byte[octets];
        int received = 0;
        while (received < octets) {
            awaitSegment();
            received += take(text, received);
        }
        return text;
    }

    /**
     * Takes what is new of the segment at hand, and acknowledges; what is old or comes too early is
     * acknowledged as well, so that the kernel hears again what it may have missed. How many octets
     * were new.
     */
    private int take(byte[] into, int at) {
        if (segment.hasSyn()) {
            answerSyn();
            return 0;
        }
        if (segment.textLength() == 0) {
            return 0;
        }
        int known = rcvNxt - segment.seq();
        int fresh = segment.textLength() - known;
        boolean isNext = known >= 0 && fresh > 0;
        if (isNext) {
            segment.buffer().get(segment.textOffset() + known, into, at, fresh);
            rcvNxt += fresh;
        }
        send(sndNxt, rcvNxt, TcpHeader.ACK, new byte[0], 0);
        return isNext ? fresh : 0;
    }

    /** Sends text as one packet, and again what is not acknowledged in time. */
    void sendText(byte[] text, int segmentSize) {
        int begin = sndNxt;
        sndNxt += text.length;
        long start = System.nanoTime();
        for (int una = 0; una < text.length; ) {
            if (System.nanoTime() - start > Wire.LONG_NS) {
                throw new AssertionError("the kernel acknowledges " + una + " octets, no more");
            }
            byte[] left = Arrays.copyOfRange(text, una, text.length);
            int flags = TcpHeader.ACK | TcpHeader.PSH;
            send(begin + una, rcvNxt, flags, left, left.length > segmentSize ? segmentSize : 0);
            una = acknowledged(begin, una, text.length);
        }
    }

    /** Waits until so many octets are acknowledged, or for as long as an answer may take. */
    private int acknowledged(int begin, int una, int end) {
        int now = una;
        while (now < end && awaitSegment(REPEAT_NS)) {
            int said = segment.ack() - begin;
            if (segment.hasAck() && said > now && said <= end) {
                now = said;
            }
            // What the kernel repeats now has missed our ACK.
            int unwanted = take(NOTHING, 0);
            if (unwanted > 0) {
                throw new AssertionError("the kernel sends " + unwanted + " octets too many");
            }
        }
        return now;
    }

    private void awaitSegment() {
        if (!awaitSegment(Wire.LONG_NS)) {
            throw new AssertionError("no segment was received");
        }
    }

    private boolean awaitSegment(long patienceNs) {
        long start = System.nanoTime();
        while (true) {
            batch.clear();
            long left = start + patienceNs - System.nanoTime();
            if (left < 0 || !Wire.receive(transport, batch, left)) {
                return false;
            }
            Packet packet = batch.get(0);
            if (ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                    && ip.protocol() == Protocol.TCP
                    && segment.parse(ip, packet.checksumOffloaded()) == Verdict.OK
                    && isOurs()) {
                largestSegmentSize = Math.max(largestSegmentSize, packet.segmentSize());
                longestPacket = Math.max(longestPacket, packet.length());
                checksumsLeftToUs += packet.checksumOffloaded() ? 1 : 0;
                return true;
            }
        }
    }

    /** The kernel also says what is left to say of connections over a device that is gone. */
    private boolean isOurs() {
        return segment.sourceHigh() == far.high()
                && segment.sourceLow() == far.low()
                && segment.destinationHigh() == near.high()
                && segment.destinationLow() == near.low()
                && (segment.hasSyn() || segment.sourcePort() == farPort);
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
