package io.finwait.sim.fuzz;

import io.finwait.Finwait;
import io.finwait.sim.tcp.matrix.HandTransport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A real endpoint among hostile packets and careless calls. Segments are made near the numbers that
 * it uses, so that a fuzzer finds the way into every state.
 */
final class Victim {

    private static final IpAddress LOCAL = IpAddress.parse("10.0.0.1");
    private static final IpAddress PEER = IpAddress.parse("10.0.0.2");
    private static final int PORT = 80;
    private static final int PEER_PORT = 4000;
    private static final int MOST_TEXT = 64;
    private static final int MOST_CONNECTIONS = 8;
    private static final long SECOND = 1_000_000_000L;

    private final HandTransport wire = new HandTransport();
    private final Endpoint endpoint;
    private final Listener listener;
    private final List<Connection> connections = new ArrayList<>();
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final ByteBuffer text = ByteBuffer.allocate(4096);

    private long nowNs = SECOND;
    private int sndNxt = -20;
    private int rcvNxt;
    private int theirPort = PORT;

    Victim() {
        endpoint = Finwait.open(EndpointConfig.builder().address(LOCAL).seed(1).build(), wire);
        listener = endpoint.listen(PORT, 4);
        work();
    }

    /** One thing happens. */
    void suffers(Choices choices) {
        switch (choices.below(8)) {
            case 0 -> wire.arrives(ByteBuffer.wrap(choices.take(choices.below(100))));
            case 1, 2, 3, 4 -> wire.arrives(nearSegment(choices));
            case 5, 6 -> call(choices);
            default -> nowNs += 1_000_000L << choices.below(18);
        }
        work();
    }

    /** Everybody gives up: every handle has its reason, and time empties all tables. */
    void ends() {
        listener.close();
        connections.forEach(Connection::abort);
        work();
        for (int i = 0; i < 20; i++) {
            nowNs += 300 * SECOND;
            work();
        }
        for (Connection each : connections) {
            if (!each.hasEnded() || each.closeReason() == null) {
                throw new AssertionError("a connection without an end: " + each);
            }
        }
        if (endpoint.connectionCount() != 0 || endpoint.orphanCount() != 0) {
            throw new AssertionError(endpoint.connectionCount() + " connections are left");
        }
    }

    private void work() {
        endpoint.doWork(nowNs);
        for (ByteBuffer packet : wire.takeSent()) {
            learnFrom(packet);
        }
        Connection accepted = listener.isClosed() ? null : listener.accept();
        if (accepted != null) {
            connections.add(accepted);
        }
    }

    /**
     * What the endpoint sends must be well formed; its numbers are what the next segment is near.
     */
    private void learnFrom(ByteBuffer packet) {
        Verdict verdict = ip.parse(packet, 0, packet.capacity());
        if (verdict == Verdict.OK && ip.protocol() == Protocol.TCP) {
            verdict = segment.parse(ip, false);
            if (!segment.hasRst()) {
                rcvNxt = segment.end();
                theirPort = segment.sourcePort();
                sndNxt = segment.hasAck() ? segment.ack() : sndNxt;
            }
        }
        if (verdict != Verdict.OK) {
            throw new AssertionError("the endpoint sent a packet that is " + verdict);
        }
    }

    private ByteBuffer nearSegment(Choices choices) {
        int flags = choices.below(256);
        int seq = sndNxt + near(choices);
        int ack = rcvNxt + near(choices);
        int window = choices.number() >>> 16;
        byte[] options = choices.take(choices.below(11) * 4);
        int header = TcpHeader.LENGTH + options.length / 4 * 4;
        byte[] payload = choices.take(choices.below(MOST_TEXT));
        int length = Ipv4.HEADER_LENGTH + header + payload.length;
        ByteBuffer packet = ByteBuffer.allocate(length);
        Ipv4.write(packet, 0, length, 0, 0, 64, Protocol.TCP, (int) PEER.low(), (int) LOCAL.low());
        int at = Ipv4.HEADER_LENGTH;
        TcpHeader.write(packet, at, PEER_PORT, theirPort, seq, ack, header, flags, window);
        packet.put(at + TcpHeader.LENGTH, options, 0, header - TcpHeader.LENGTH);
        packet.put(at + header, payload);
        ip.parse(packet, 0, length);
        long sum = Checksum.add(packet, at, length - at, ip.pseudoHeaderSum());
        packet.putShort(at + 16, (short) Checksum.finish(sum));
        return packet;
    }

    private static int near(Choices choices) {
        return switch (choices.below(8)) {
            case 0 -> choices.below(16) - 8;
            case 1 -> choices.number();
            case 2 -> choices.number() >> 15;
            default -> 0;
        };
    }

    private void call(Choices choices) {
        if (connections.isEmpty() || choices.below(16) == 0) {
            if (connections.size() < MOST_CONNECTIONS) {
                connections.add(endpoint.connect(PEER, PEER_PORT));
            }
            return;
        }
        Connection connection = connections.get(choices.below(connections.size()));
        try {
            switch (choices.below(8)) {
                case 0, 1 -> connection.send(text.clear());
                case 2, 3 -> connection.receive(text.clear());
                case 4 -> connection.shutdownOutput();
                case 5 -> connection.shutdownInput();
                case 6 -> connection.close();
                default -> connection.abort();
            }
        } catch (IOException ended) {
            // The connection has ended or is closed for writing: that is what users are told.
        }
    }
}
