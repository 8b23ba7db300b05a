package io.finwait.sim.fuzz;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A peer that knows what a peer may know, the numbers that the endpoint has used, and writes
 * segments around them: mostly plausible ones, so that every state is reached, and now and then
 * anything.
 */
final class FuzzPeer {

    private static final int ICMP_UNREACHABLE = 3;
    private static final int ICMPV6_TOO_BIG = 2;
    private static final int TIMESTAMPS = 8;
    private static final int MOST_TEXT = 3_000;

    private final SplittableRandom random;
    final IpAddress local;
    final IpAddress remote;
    final int port;
    final int localPort;
    final boolean timestamps;

    /** What the next segment of this peer begins with, and what it has seen of the endpoint. */
    int sndNxt;

    int endpointIss;
    int endpointNxt;
    int endpointUna;
    int tsValue;
    private boolean synSent;

    FuzzPeer(
            SplittableRandom random,
            IpAddress local,
            IpAddress remote,
            int port,
            int localPort,
            int guessedIss) {
        this.random = random;
        this.local = local;
        this.remote = remote;
        this.port = port;
        this.localPort = localPort;
        timestamps = random.nextBoolean();
        tsValue = random.nextInt();
        sndNxt = random.nextInt();
        endpointIss = guessedIss;
        endpointNxt = guessedIss + 1;
        endpointUna = guessedIss;
    }

    /** Sees what the endpoint has sent to it. */
    void sees(Segment seg) {
        if (seg.hasSyn()) {
            endpointIss = seg.seq();
        }
        if (!seg.hasRst()) {
            endpointUna = endpointNxt;
            endpointNxt = seg.end();
            if (seg.hasAck() && random.nextInt(4) > 0) {
                sndNxt = seg.ack();
            }
        }
    }

    /** The next packet that it sends. */
    byte[] packet() {
        int kind = random.nextInt(100);
        if (kind < 3) {
            return icmp();
        }
        byte[] packet = segment();
        if (kind < 6) {
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
            }
        }
        return packet;
    }

    private byte[] segment() {
        int flags = flags();
        boolean syn = (flags & TcpHeader.SYN) != 0;
        int seq = syn && !synSent ? sndNxt : sndNxt + near();
        int text = random.nextInt(3) == 0 ? random.nextInt(MOST_TEXT) : 0;
        if (random.nextInt(200) == 0) {
            text = 60_000;
        }
        byte[] packet = write(flags, seq, ack(), window(), options(syn), text);
        if (syn) {
            synSent = true;
        }
        if (random.nextInt(3) > 0) {
            sndNxt = seq + text + (syn ? 1 : 0) + ((flags & TcpHeader.FIN) != 0 ? 1 : 0);
        }
        tsValue += random.nextInt(3);
        return packet;
    }

    private int flags() {
        if (!synSent) {
            int first = random.nextInt(10);
            return first < 7
                    ? TcpHeader.SYN
                    : first < 9 ? TcpHeader.SYN | TcpHeader.ACK : random.nextInt(256);
        }
        int kind = random.nextInt(100);
        if (kind < 60) {
            return TcpHeader.ACK;
        }
        if (kind < 72) {
            return TcpHeader.FIN | TcpHeader.ACK;
        }
        if (kind < 80) {
            return TcpHeader.SYN | TcpHeader.ACK;
        }
        if (kind < 86) {
            return TcpHeader.SYN;
        }
        if (kind < 90) {
            return TcpHeader.RST;
        }
        return kind < 93 ? TcpHeader.RST | TcpHeader.ACK : random.nextInt(256);
    }

    private int near() {
        int kind = random.nextInt(20);
        if (kind < 14) {
            return 0;
        }
        if (kind < 17) {
            return random.nextInt(16) - 8;
        }
        return kind < 19 ? random.nextInt(200_000) - 50_000 : random.nextInt();
    }

    private int ack() {
        int kind = random.nextInt(12);
        if (kind < 6) {
            return endpointNxt;
        }
        if (kind < 8) {
            return endpointUna;
        }
        if (kind < 10) {
            return endpointIss + random.nextInt(2);
        }
        return kind == 10 ? endpointNxt + near() : random.nextInt();
    }

    private int window() {
        int kind = random.nextInt(6);
        return kind == 0 ? 0 : kind == 1 ? 1 : kind == 2 ? random.nextInt(65_536) : 60_000;
    }

    private byte[] options(boolean syn) {
        ByteBuffer b = ByteBuffer.allocate(40);
        if (syn && random.nextBoolean()) {
            b.put((byte) 2).put((byte) 4).putShort((short) random.nextInt(65_536));
        }
        if (syn && random.nextBoolean()) {
            b.put((byte) 3).put((byte) 3).put((byte) random.nextInt(256)).put((byte) 1);
        }
        if (syn && random.nextBoolean()) {
            b.put((byte) 4).put((byte) 2).put((byte) 1).put((byte) 1);
        }
        if (timestamps || random.nextInt(20) == 0) {
            b.put((byte) 1).put((byte) 1).put((byte) TIMESTAMPS).put((byte) 10);
            b.putInt(tsValue + (random.nextInt(10) == 0 ? near() : 0)).putInt(random.nextInt());
        }
        if (!syn && random.nextInt(5) == 0) {
            int blocks = 1 + random.nextInt(2);
            b.put((byte) 1).put((byte) 1).put((byte) 5).put((byte) (2 + 8 * blocks));
            for (int i = 0; i < blocks; i++) {
                int left = endpointUna + near();
                b.putInt(left).putInt(left + random.nextInt(4_000) - 100);
            }
        }
        if (random.nextInt(50) == 0) {
            while (b.hasRemaining()) {
                b.put((byte) random.nextInt(256));
            }
        }
        byte[] options = new byte[b.position() / 4 * 4];
        b.flip().get(options);
        return options;
    }

    private byte[] write(int flags, int seq, int ack, int window, byte[] options, int text) {
        boolean v4 = local.isV4();
        int ip = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int header = TcpHeader.LENGTH + options.length;
        int length = ip + header + text;
        ByteBuffer b = ByteBuffer.allocate(length);
        writeIp(b, v4, length, Protocol.TCP);
        TcpHeader.write(b, ip, port, localPort, seq, ack, header, flags, window);
        b.put(ip + TcpHeader.LENGTH, options);
        long sum =
                Checksum.pseudoHeader(
                        remote.high(),
                        remote.low(),
                        local.high(),
                        local.low(),
                        Protocol.TCP,
                        length - ip);
        TcpHeader.checksum(b, ip, Checksum.finish(Checksum.add(b, ip, length - ip, sum)));
        return b.array();
    }

    private void writeIp(ByteBuffer b, boolean v4, int length, int protocol) {
        if (v4) {
            Ipv4.write(b, 0, length, 0, 0, 64, protocol, (int) remote.low(), (int) local.low());
        } else {
            Ipv6.write(
                    b,
                    0,
                    length - Ipv6.HEADER_LENGTH,
                    0,
                    0,
                    64,
                    protocol,
                    remote.high(),
                    remote.low(),
                    local.high(),
                    local.low());
        }
    }

    /** An ICMP error that quotes what the endpoint might have sent. */
    private byte[] icmp() {
        boolean v4 = local.isV4();
        int ip = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        int length = ip + 8 + ip + TcpHeader.LENGTH;
        ByteBuffer b = ByteBuffer.allocate(length);
        writeIp(b, v4, length, v4 ? Protocol.ICMP : Protocol.ICMPV6);
        b.put(ip, (byte) (v4 ? ICMP_UNREACHABLE : 1 + random.nextInt(ICMPV6_TOO_BIG)));
        b.put(ip + 1, (byte) random.nextInt(6));
        b.putInt(ip + 4, random.nextInt(3) == 0 ? random.nextInt(2_000) : random.nextInt());
        int quoted = ip + 8;
        int packet = 40 + random.nextInt(1_500);
        if (v4) {
            Ipv4.write(
                    b,
                    quoted,
                    packet,
                    0,
                    0,
                    64,
                    Protocol.TCP,
                    (int) local.low(),
                    (int) remote.low());
        } else {
            Ipv6.write(
                    b,
                    quoted,
                    packet,
                    0,
                    0,
                    64,
                    Protocol.TCP,
                    local.high(),
                    local.low(),
                    remote.high(),
                    remote.low());
        }
        TcpHeader.write(
                b, quoted + ip, localPort, port, endpointUna + near(), 0, 20, TcpHeader.ACK, 0);
        b.putShort(ip + 2, (short) 0);
        long sum =
                v4
                        ? 0
                        : Checksum.pseudoHeader(
                                remote.high(),
                                remote.low(),
                                local.high(),
                                local.low(),
                                Protocol.ICMPV6,
                                length - ip);
        b.putShort(ip + 2, (short) Checksum.finish(Checksum.add(b, ip, length - ip, sum)));
        return b.array();
    }
}
