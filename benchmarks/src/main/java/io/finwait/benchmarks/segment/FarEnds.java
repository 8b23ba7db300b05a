package io.finwait.benchmarks.segment;

import io.finwait.spi.Packet;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;

/**
 * The far ends of many connections to port 80 of 10.0.0.1, without a TCP: a few numbers for each,
 * and the segments that they send. The text of all segments is zeros.
 */
final class FarEnds {

    static final String LOCAL = "10.0.0.1";
    static final int PORT = 80;

    /** Octets of text in a full segment with timestamps. */
    static final int FULL = 1448;

    private static final int ADDRESSES = 64;
    private static final int FIRST_ADDRESS = 0x0A01_0000;
    private static final int LOCAL_ADDRESS = 0x0A00_0001;
    private static final int FIRST_PORT = 1024;
    private static final int HEADER = TcpHeader.LENGTH + 12;
    private static final int SYN_HEADER = TcpHeader.LENGTH + 24;
    private static final int WINDOW = 0xFFFF;
    private static final int WINDOW_SCALE = 9;
    private static final int TIMESTAMP_NS = 1_000_000;

    /** Kind and length of the option. */
    private static final int TIMESTAMPS = 0x080A;

    private final PacketFeed feed;
    private final boolean checksumOffload;
    private final int[] seq;
    private final int[] ack;

    /** The endpoint's timestamps, less the time: so a round trip of nothing is measured. */
    private final int[] echo;

    FarEnds(PacketFeed feed, int count) {
        this.feed = feed;
        checksumOffload = feed.capabilities().checksumOffload();
        seq = new int[count];
        ack = new int[count];
        echo = new int[count];
    }

    static int address(int end) {
        return FIRST_ADDRESS + (end & (ADDRESSES - 1));
    }

    static int port(int end) {
        return FIRST_PORT + end / ADDRESSES;
    }

    /** Which far end a packet of the endpoint goes to. */
    static int of(Packet packet) {
        int tcp = packet.offset() + Ipv4.HEADER_LENGTH;
        int address = Ipv4.destination(packet.buffer(), packet.offset());
        int port = TcpHeader.destinationPort(packet.buffer(), tcp);
        return (port - FIRST_PORT) * ADDRESSES + (address - FIRST_ADDRESS);
    }

    /** Writes a SYN. */
    void syn(int end, long nowNs) {
        Packet packet = feed.next();
        int length = Ipv4.HEADER_LENGTH + SYN_HEADER;
        ByteBuffer b = begin(packet, end, length);
        int tcp = packet.offset() + Ipv4.HEADER_LENGTH;
        seq[end] = end * 7919;
        TcpHeader.write(b, tcp, port(end), PORT, seq[end], 0, SYN_HEADER, TcpHeader.SYN, WINDOW);
        int at = TcpOptions.writeMss(b, tcp + TcpHeader.LENGTH, PacketFeed.MTU - 40);
        at = TcpOptions.writeSackPermitted(b, at);
        at = TcpOptions.writeTimestamps(b, at, (int) (nowNs / TIMESTAMP_NS), 0);
        TcpOptions.writeWindowScale(b, at, WINDOW_SCALE);
        finish(packet, end, length);
        seq[end]++;
    }

    /** Takes the numbers of a SYN-ACK. */
    void takeSynAck(Packet packet, long nowNs) {
        int end = of(packet);
        int tcp = packet.offset() + Ipv4.HEADER_LENGTH;
        ByteBuffer b = packet.buffer();
        ack[end] = TcpHeader.sequence(b, tcp) + 1;
        // Behind two NOPs or "SACK permitted", at an offset that is a multiple of four.
        for (int at = tcp + TcpHeader.LENGTH; at < packet.offset() + packet.length(); at += 4) {
            if ((b.getInt(at) & 0xFFFF) == TIMESTAMPS) {
                echo[end] = b.getInt(at + 4) - (int) (nowNs / TIMESTAMP_NS);
            }
        }
    }

    /** Writes text in order. */
    void text(int end, int octets, long nowNs) {
        segment(end, TcpHeader.ACK, seq[end], ack[end], octets, nowNs);
        seq[end] += octets;
    }

    /** Writes a segment of anything. */
    void segment(int end, int flags, int seqNumber, int ackNumber, int octets, long nowNs) {
        Packet packet = feed.next();
        int length = Ipv4.HEADER_LENGTH + HEADER + octets;
        ByteBuffer b = begin(packet, end, length);
        int tcp = packet.offset() + Ipv4.HEADER_LENGTH;
        TcpHeader.write(b, tcp, port(end), PORT, seqNumber, ackNumber, HEADER, flags, WINDOW);
        int timestamp = (int) (nowNs / TIMESTAMP_NS);
        TcpOptions.writeTimestamps(b, tcp + TcpHeader.LENGTH, timestamp, timestamp + echo[end]);
        if (octets > SYN_HEADER - HEADER) {
            // Here stood options when the place held a SYN.
            b.putLong(tcp + HEADER, 0);
            b.putInt(tcp + HEADER + 8, 0);
        }
        finish(packet, end, length);
    }

    private ByteBuffer begin(Packet packet, int end, int length) {
        Ipv4.write(
                packet.buffer(),
                packet.offset(),
                length,
                0,
                0,
                64,
                Protocol.TCP,
                address(end),
                LOCAL_ADDRESS);
        return packet.buffer();
    }

    private void finish(Packet packet, int end, int length) {
        packet.length(length);
        packet.checksumOffloaded(checksumOffload);
        if (checksumOffload) {
            return;
        }
        int tcp = packet.offset() + Ipv4.HEADER_LENGTH;
        int header = TcpHeader.headerLength(packet.buffer(), tcp);
        long sum =
                Checksum.pseudoHeader(
                        0,
                        Integer.toUnsignedLong(address(end)),
                        0,
                        Integer.toUnsignedLong(LOCAL_ADDRESS),
                        Protocol.TCP,
                        length - Ipv4.HEADER_LENGTH);
        // The text is zeros and adds nothing.
        int checksum = Checksum.finish(Checksum.add(packet.buffer(), tcp, header, sum));
        TcpHeader.checksum(packet.buffer(), tcp, checksum);
    }

    /** Writes an ACK of further octets. */
    void acknowledge(int end, int octets, long nowNs) {
        ack[end] += octets;
        segment(end, TcpHeader.ACK, seq[end], ack[end], 0, nowNs);
    }

    /** SND.NXT of a far end. */
    int seq(int end) {
        return seq[end];
    }

    /** RCV.NXT of a far end. */
    int ack(int end) {
        return ack[end];
    }

    /** Octets were sent by {@link #segment}. */
    void sent(int end, int octets) {
        seq[end] += octets;
    }
}
