package io.finwait.benchmarks.segment;

import io.finwait.Finwait;
import io.finwait.spi.Packet;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.wire.TcpHeader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * An endpoint with many open connections, whose far ends a benchmark plays. Whatever arrives is
 * read at once.
 */
final class OpenConnections {

    /** Virtual time between two duty cycles. */
    private static final long CYCLE_NS = 64 * 50;

    final PacketFeed feed;
    final FarEnds ends;
    final Endpoint endpoint;
    final Connection[] connections;
    long now = 1_000_000_000L;

    private final Consumer<Packet> synAcks = this::takeSynAck;
    private final Listener listener;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(256 * 1024);
    private final ConnectionObserver reader =
            new ConnectionObserver() {
                @Override
                public void onReadable(Connection connection) {
                    if (!connection.hasEnded()) {
                        read(connection);
                    }
                }
            };

    /**
     * An endpoint without connections.
     *
     * @param count how many far ends there are
     */
    OpenConnections(PacketFeed feed, int count) {
        this.feed = feed;
        ends = new FarEnds(feed, count);
        EndpointConfig config =
                EndpointConfig.at(FarEnds.LOCAL)
                        .seed(1)
                        .challengeAckInterval(Duration.ZERO)
                        .maxConnections(1 << 21)
                        .limits(Limits.DEFAULT.withMemoryOctets(Runtime.getRuntime().maxMemory()))
                        .build();
        endpoint = Finwait.open(config, feed);
        listener = endpoint.listen(FarEnds.PORT, 4 * PacketFeed.BATCH);
        connections = new Connection[count];
    }

    private void read(Connection connection) {
        try {
            scratch.clear();
            connection.receive(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One duty cycle. */
    int work() {
        now += CYCLE_NS;
        return endpoint.doWork(now);
    }

    /** Opens the connections of some far ends, at most a batch. */
    void open(int first, int count) {
        syns(first, count);
        for (int i = 0; i < count; i++) {
            int end = first + i;
            ends.segment(end, TcpHeader.ACK, ends.seq(end), ends.ack(end), 0, now);
        }
        work();
        // They come in the order of their ACKs; asking for an address would make an object each.
        for (int end = first; end < first + count; end++) {
            Connection connection = listener.accept();
            if (connection.remotePort() != FarEnds.port(end)) {
                throw new IllegalStateException(connection + " is not from far end " + end);
            }
            connection.observer(reader);
            connections[end] = connection;
        }
    }

    /** Begins handshakes; the far ends know the numbers of the SYN-ACKs. */
    void syns(int first, int count) {
        feed.onSent(synAcks);
        for (int i = 0; i < count; i++) {
            ends.syn(first + i, now);
        }
        work();
        feed.onSent(null);
    }

    private void takeSynAck(Packet packet) {
        ends.takeSynAck(packet, now);
    }

    /** Opens all. */
    void openAll() {
        for (int at = 0; at < connections.length; at += PacketFeed.BATCH) {
            open(at, Math.min(PacketFeed.BATCH, connections.length - at));
        }
        check(connections.length);
    }

    /** Says so when something did not go its way. */
    void check(int expected) {
        if (endpoint.connectionCount() != expected) {
            throw new IllegalStateException(
                    endpoint.connectionCount() + " connections instead of " + expected);
        }
    }
}
