package io.finwait.examples.soak;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Hosts without a connection: one floods with SYNs, the other sends junk. */
final class Strangers {

    private static final int MOST_JUNK = 120;
    private static final int SPOOFED_HOSTS = 240;
    private static final int FIRST_SPOOFED = 10;

    private final SoakNet net;
    private final SplittableRandom random;
    private final int port;
    private long syns;
    private long junk;

    Strangers(SoakNet net, SplittableRandom random, int port) {
        this.net = net;
        this.random = random;
        this.port = port;
    }

    long syns() {
        return syns;
    }

    long junk() {
        return junk;
    }

    /** SYNs from addresses that never answer. */
    void flood(int packets, long nowNs) {
        for (int i = 0; i < packets; i++) {
            int seq = random.nextInt();
            if (segment(net.client(), spoofed(), ephemeral(), port, TcpHeader.SYN, seq, 0, nowNs)) {
                syns++;
            }
        }
    }

    /**
     * Packets that mean nothing, in both directions; some in the name of a connection that is open,
     * with numbers that are guessed.
     *
     * @param clientPort of such a connection, or 0
     */
    void junk(int packets, int clientPort, long nowNs) {
        for (int i = 0; i < packets; i++) {
            boolean up = random.nextBoolean();
            Transport from = up ? net.client() : net.server();
            boolean done =
                    random.nextInt(4) == 0
                            ? noise(from, up, nowNs)
                            : (random.nextBoolean() && clientPort != 0)
                                    ? guess(from, up, clientPort, nowNs)
                                    : stray(up, nowNs);
            junk += done ? 1 : 0;
        }
    }

    private int spoofed() {
        int host = FIRST_SPOOFED + random.nextInt(SPOOFED_HOSTS);
        return ((int) SoakNet.CLIENT.low() & 0xFFFF_FF00) | host;
    }

    private int ephemeral() {
        return 1024 + random.nextInt(60_000);
    }

    /** A segment of no connection. */
    private boolean stray(boolean up, long nowNs) {
        int to = random.nextInt(8) == 0 ? ephemeral() : port;
        return up
                && segment(
                        net.client(),
                        spoofed(),
                        ephemeral(),
                        to,
                        random.nextInt(256),
                        random.nextInt(),
                        random.nextInt(),
                        nowNs);
    }

    /** A segment between the sockets of an open connection. */
    private boolean guess(Transport from, boolean up, int clientPort, long nowNs) {
        int source = (int) (up ? SoakNet.CLIENT : SoakNet.SERVER).low();
        int flags = random.nextInt(256);
        if (!up && (flags & TcpHeader.ACK) == 0) {
            // Before the handshake is over, any SYN is a simultaneous open (RFC 9293 §3.5). When
            // the server's answer is lost as well, it refuses the client's connection.
            flags &= ~TcpHeader.SYN;
        }
        int seq = random.nextInt();
        return segment(
                from,
                source,
                up ? clientPort : port,
                up ? port : clientPort,
                flags,
                seq,
                random.nextInt(),
                nowNs);
    }

    @SuppressWarnings("ReferenceEquality") // One of the two transports that the net has.
    private boolean segment(
            Transport over,
            int source,
            int sourcePort,
            int destinationPort,
            int flags,
            int seq,
            int ack,
            long nowNs) {
        int text = flags == TcpHeader.SYN ? 0 : random.nextInt(MOST_JUNK);
        int octets = TcpHeader.LENGTH + text;
        Packet packet = over.claim(Ipv4.HEADER_LENGTH + octets);
        if (packet == null) {
            return false;
        }
        ByteBuffer b = packet.buffer();
        int ip = packet.offset();
        int at = ip + Ipv4.HEADER_LENGTH;
        boolean toServer = over == net.client();
        int to = (int) (toServer ? SoakNet.SERVER : SoakNet.CLIENT).low();
        Ipv4.write(b, ip, packet.length(), 0, 0, 64, Protocol.TCP, source, to);
        for (int i = 0; i < text; i++) {
            b.put(at + TcpHeader.LENGTH + i, (byte) random.nextInt(256));
        }
        int header = text < 40 ? TcpHeader.LENGTH : 4 * (5 + random.nextInt(11));
        TcpHeader.write(
                b,
                at,
                sourcePort,
                destinationPort,
                seq,
                ack,
                header,
                flags,
                random.nextInt(65_536));
        long pseudo = Protocol.TCP + octets + (source & 0xFFFF_FFFFL) + (to & 0xFFFF_FFFFL);
        TcpHeader.checksum(b, at, Checksum.finish(Checksum.add(b, at, octets, pseudo)));
        over.commit(packet, nowNs);
        return true;
    }

    /** Octets that may not even be a packet. */
    private boolean noise(Transport over, boolean up, long nowNs) {
        int octets = Ipv4.HEADER_LENGTH + random.nextInt(MOST_JUNK);
        Packet packet = over.claim(octets);
        if (packet == null) {
            return false;
        }
        ByteBuffer b = packet.buffer();
        int at = packet.offset();
        for (int i = 0; i < octets; i++) {
            b.put(at + i, (byte) random.nextInt(256));
        }
        if (random.nextBoolean()) {
            int to = (int) (up ? SoakNet.SERVER : SoakNet.CLIENT).low();
            Ipv4.write(b, at, octets, 0, 0, 64, random.nextInt(256), spoofed(), to);
        }
        over.commit(packet, nowNs);
        return true;
    }
}
