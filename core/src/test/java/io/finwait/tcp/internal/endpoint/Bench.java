package io.finwait.tcp.internal.endpoint;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One endpoint in virtual time whose packets are written and read by hand, with whatever numbers a
 * peer may think of. Nothing happens but in {@link #cycle}: several packets may wait for one duty
 * cycle. The wire fills the same few buffers again at each receive, as rule R4 of {@link Transport}
 * allows.
 */
final class Bench {

    static final int FIN = TcpHeader.FIN;
    static final int SYN = TcpHeader.SYN;
    static final int RST = TcpHeader.RST;
    static final int ACK = TcpHeader.ACK;
    static final int PORT = 80;
    static final long MS = 1_000_000L;
    static final long SECOND = 1_000 * MS;
    static final IpAddress HOST = IpAddress.parse("10.0.0.2");
    static final IpAddress PEERS = IpAddress.parse("10.0.0.1");

    /** A segment that the endpoint has sent. */
    record Sent(int port, int flags, int seq, int ack, int window, int text, int tsEcho) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    final TcpEndpoint endpoint;
    final Wire wire = new Wire();
    final List<Sent> sent = new ArrayList<>();

    /** Packets that the endpoint has sent and that are not TCP. */
    final List<byte[]> others = new ArrayList<>();

    long now = 1_000 * SECOND;

    Bench() {
        this(builder -> builder);
    }

    Bench(UnaryOperator<EndpointConfig.Builder> config) {
        this(config, WireProfile.NONE);
    }

    Bench(UnaryOperator<EndpointConfig.Builder> config, WireProfile profile) {
        EndpointConfig.Builder builder = EndpointConfig.builder().address(HOST).seed(7);
        endpoint = new TcpEndpoint(config.apply(builder).build(), wire, profile);
        endpoint.doWork(now);
    }

    /** One duty cycle. */
    int cycle() {
        return endpoint.doWork(now);
    }

    /** Duty cycles until there is nothing left to do now. */
    void work() {
        for (int i = 0; i < 10_000; i++) {
            if (cycle() == 0) {
                return;
            }
        }
        throw new AssertionError("the endpoint has always something to do: it is polled for ever");
    }

    /** Lets time pass; timers fire at their times. */
    void pass(long ns) {
        long end = now + ns;
        work();
        while (endpoint.nextDeadlineNs() != Long.MAX_VALUE && endpoint.nextDeadlineNs() <= end) {
            now = Math.max(now, endpoint.nextDeadlineNs());
            work();
        }
        now = end;
        work();
    }

    /** The newest segment sent to a port, or null. */
    Sent lastTo(int port) {
        for (int i = sent.size() - 1; i >= 0; i--) {
            if (sent.get(i).port() == port) {
                return sent.get(i);
            }
        }
        return null;
    }

    /** Throws an error or an exception that is not checked. */
    static void raise(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** A peer that has opened a connection to the listener of {@link #PORT}. */
    Peer open(int port, boolean timestamps) {
        return open(new Peer(port, timestamps));
    }

    /** The same with what the peer offers. */
    Peer open(Peer peer) {
        peer.segment(SYN, peer.seq, 0, 0);
        work();
        peer.seq++;
        peer.ack = lastTo(peer.port).seq() + 1;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        work();
        sent.clear();
        return peer;
    }

    /** One that writes segments as it likes. */
    final class Peer {

        final int port;
        final boolean timestamps;
        int seq = 5_000;
        int ack;
        int window = 60_000;
        int tsValue = 1_000;

        /** Whom it calls. */
        IpAddress host = HOST;

        int hostPort = PORT;

        /** Its SYN offers selective acknowledgments. */
        boolean sack;

        Peer(int port, boolean timestamps) {
            this.port = port;
            this.timestamps = timestamps;
        }

        /** Answers the SYN,ACK that came last. */
        void completeHandshake() {
            seq++;
            ack = lastTo(port).seq() + 1;
            segment(ACK, seq, ack, 0);
            work();
        }

        /** Puts a segment on the wire, to be received in the next duty cycle. */
        void segment(int flags, int seqNumber, int ackNumber, int text) {
            boolean syn = (flags & SYN) != 0;
            int options = (timestamps ? 12 : 0) + (syn ? 4 : 0) + (syn && sack ? 4 : 0);
            int header = TcpHeader.LENGTH + options;
            int length = Ipv4.HEADER_LENGTH + header + text;
            ByteBuffer b = ByteBuffer.allocate(length);
            int from = (int) PEERS.low();
            int to = (int) host.low();
            Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, from, to);
            int tcp = Ipv4.HEADER_LENGTH;
            TcpHeader.write(b, tcp, port, hostPort, seqNumber, ackNumber, header, flags, window);
            int at = tcp + TcpHeader.LENGTH;
            if (syn) {
                at = TcpOptions.writeMss(b, at, 1_000);
            }
            if (syn && sack) {
                at = TcpOptions.writeSackPermitted(b, at);
            }
            if (timestamps) {
                TcpOptions.writeTimestamps(b, at, tsValue, 0);
            }
            for (int i = 0; i < text; i++) {
                b.put(tcp + header + i, (byte) (seqNumber + i));
            }
            long sum =
                    Checksum.pseudoHeader(
                            0, PEERS.low(), 0, host.low(), Protocol.TCP, length - tcp);
            TcpHeader.checksum(b, tcp, Checksum.finish(Checksum.add(b, tcp, length - tcp, sum)));
            wire.incoming.add(b.array());
        }

        /** The next text in order. */
        void text(int octets) {
            segment(ACK, seq, ack, octets);
            seq += octets;
        }
    }

    /** The transport of the endpoint. */
    final class Wire implements Transport {

        final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
        private final byte[][] buffers = new byte[64][2_048];

        /** Packets that it still takes. */
        int room = Integer.MAX_VALUE;

        int abandoned;
        int wakeups;

        /** When it wants a duty cycle of its own. */
        long nextDeadlineNs = Long.MAX_VALUE;

        /** Sending to this port throws. */
        int failsTo = -1;

        /** How often it does. */
        int failures = Integer.MAX_VALUE;

        Throwable failure = new IllegalStateException("planted");

        @Override
        public Capabilities capabilities() {
            return Capabilities.plain(1_500);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            int count = 0;
            while (into.room() > 0 && !incoming.isEmpty()) {
                byte[] packet = incoming.poll();
                System.arraycopy(packet, 0, buffers[count], 0, packet.length);
                into.add(new Packet(ByteBuffer.wrap(buffers[count]), 0, packet.length));
                count++;
            }
            return count;
        }

        @Override
        public Packet claim(int length) {
            return room <= 0 ? null : new Packet(ByteBuffer.allocate(length), 0, length);
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            ByteBuffer b = packet.buffer();
            if (Ipv4.protocol(b, 0) != Protocol.TCP) {
                byte[] octets = new byte[packet.length()];
                b.get(0, octets);
                others.add(octets);
                return;
            }
            int tcp = Ipv4.HEADER_LENGTH;
            if (TcpHeader.destinationPort(b, tcp) == failsTo && failures-- > 0) {
                raise(failure);
            }
            room--;
            int header = TcpHeader.headerLength(b, tcp);
            boolean timestamps = header >= 32 && b.getInt(tcp + header - 12) == 0x0101080A;
            sent.add(
                    new Sent(
                            TcpHeader.destinationPort(b, tcp),
                            TcpHeader.flags(b, tcp),
                            TcpHeader.sequence(b, tcp),
                            TcpHeader.acknowledgment(b, tcp),
                            TcpHeader.window(b, tcp),
                            packet.length() - tcp - header,
                            timestamps ? b.getInt(tcp + header - 4) : 0));
        }

        @Override
        public void abandon(Packet packet) {
            abandoned++;
        }

        @Override
        public long nextDeadlineNs() {
            return nextDeadlineNs;
        }

        @Override
        public void await(long timeoutNs) {}

        @Override
        public void wakeup() {
            wakeups++;
        }

        @Override
        public void close() {}
    }
}
