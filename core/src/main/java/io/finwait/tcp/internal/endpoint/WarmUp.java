package io.finwait.tcp.internal.endpoint;

import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Runs connections between two endpoints on virtual time, so that classes are loaded and methods
 * compiled before the first packet. Each connection is opened, carries a request and a response,
 * and ends in one of the ways of {@link Ending}; TIME-WAIT passes before the next ones are opened.
 */
public final class WarmUp {

    /**
     * How many connections are open at a time: enough to make batches, few enough for any backlog.
     */
    private static final int AT_ONCE = 16;

    /**
     * The most duty cycles until all connections have ended. Some dozens suffice; if more are
     * needed, the pair does not carry packets.
     */
    private static final int MOST_CYCLES = 10_000;

    private static final int REQUEST_OCTETS = 64;
    private static final int LONG_RESPONSE_OCTETS = 16 * 1024;

    private final List<IpAddress> addresses;
    private final TcpEndpoint client;
    private final TcpEndpoint server;
    private final ByteBuffer text = ByteBuffer.allocateDirect(LONG_RESPONSE_OCTETS);
    private long now;

    /** The ways in which a connection ends; each has a port. */
    private enum Ending {
        /** The client closes when it has the response, and so enters TIME-WAIT. */
        CLIENT_CLOSES,
        /** The server closes right after a long response. */
        SERVER_CLOSES,
        /** The client resets. */
        CLIENT_RESETS;

        static final List<Ending> ALL = List.of(values());

        int port() {
            return 1 + ordinal();
        }

        int responseOctets() {
            return this == SERVER_CLOSES ? LONG_RESPONSE_OCTETS : REQUEST_OCTETS;
        }
    }

    /**
     * Opens the two endpoints. They have the addresses and settings of the configuration, but not
     * its observer and its source of randomness.
     *
     * @param pair two transports that carry packets to each other; the caller closes them
     */
    public WarmUp(EndpointConfig config, Transport[] pair) {
        EndpointConfig own =
                config.toBuilder()
                        .observer(EndpointObserver.NONE)
                        .seed(1)
                        .maxConnections(2 * AT_ONCE)
                        .ephemeralPorts(1024, 65_535)
                        .build();
        addresses = own.addresses();
        client = TcpEndpoint.rehearsing(own, pair[0]);
        server = TcpEndpoint.rehearsing(own, pair[1]);
        for (Ending ending : Ending.ALL) {
            Listener listener = server.listen(ending.port(), AT_ONCE);
            listener.onAcceptable(new Acceptor(listener, new Responder(ending)));
        }
    }

    /** Runs on a pair of the transport's own, for {@link TcpEndpoint#warmUp}. */
    static void rehearse(EndpointConfig config, Transport transport, int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException(
                    "a warm-up of " + connections + " connections is none; choose 1 or more");
        }
        Transport[] pair = transport.rehearsalPair();
        try {
            new WarmUp(config, pair).run(connections);
        } finally {
            pair[0].close();
            pair[1].close();
        }
    }

    /** Opens and ends this many connections, some at a time, over one address after the other. */
    public void run(int connections) {
        for (int begun = 0; begun < connections; begun += AT_ONCE) {
            IpAddress address = addresses.get(begun / AT_ONCE % addresses.size());
            int last = Math.min(begun + AT_ONCE, connections);
            for (int i = begun; i < last; i++) {
                Ending ending = Ending.ALL.get(i % Ending.ALL.size());
                // Both have all addresses of the configuration, although they are two hosts.
                client.connect(address, 0, address, ending.port()).observer(new Asker(ending));
            }
            if (!untilAllHasEnded()) {
                break;
            }
        }
        client.close();
        server.close();
    }

    /**
     * Runs both endpoints, and lets time pass when there is nothing to do, until no timer is left.
     */
    private boolean untilAllHasEnded() {
        for (int i = 0; i < MOST_CYCLES; i++) {
            if (client.doWork(now) + server.doWork(now) > 0) {
                continue;
            }
            long deadline = Math.min(client.nextDeadlineNs(), server.nextDeadlineNs());
            if (deadline == Long.MAX_VALUE) {
                return client.connectionCount() + server.connectionCount() == 0;
            }
            now = Math.max(now, deadline);
        }
        return false;
    }

    /** The end that connects; its counters show what has been run. */
    public TcpEndpoint client() {
        return client;
    }

    /** The end that listens. */
    public TcpEndpoint server() {
        return server;
    }

    private record Acceptor(Listener listener, Responder responder) implements Runnable {
        @Override
        public void run() {
            Connection connection;
            while ((connection = listener.accept()) != null) {
                connection.observer(responder);
                responder.onReadable(connection);
            }
        }
    }

    /** The client: sends a request, reads the response and ends the connection, or sees it end. */
    private final class Asker implements ConnectionObserver {

        private final Ending ending;

        Asker(Ending ending) {
            this.ending = ending;
        }

        @Override
        public void onEstablished(Connection connection) {
            try {
                connection.send(text.clear().limit(REQUEST_OCTETS));
            } catch (IOException e) {
                connection.abort();
            }
        }

        @Override
        public void onReadable(Connection connection) {
            int taken = receive(connection);
            if (taken > 0 && ending == Ending.CLIENT_CLOSES) {
                connection.close();
            } else if (taken > 0 && ending == Ending.CLIENT_RESETS) {
                connection.abort();
            }
        }

        @Override
        public void onPeerClosed(Connection connection) {
            connection.close();
        }

        @Override
        public void onEnded(Connection connection) {
            connection.release();
        }
    }

    /** The server: answers a request and closes before or after the client. */
    private final class Responder implements ConnectionObserver {

        private final Ending ending;

        Responder(Ending ending) {
            this.ending = ending;
        }

        @Override
        public void onReadable(Connection connection) {
            int taken = receive(connection);
            if (taken > 0) {
                respond(connection);
            } else if (taken < 0) {
                connection.close();
            }
        }

        private void respond(Connection connection) {
            try {
                // Octets that do not fit the send buffer are not needed.
                connection.send(text.clear().limit(ending.responseOctets()));
            } catch (IOException e) {
                connection.abort();
            }
            if (ending == Ending.SERVER_CLOSES) {
                connection.close();
            }
        }

        @Override
        public void onEnded(Connection connection) {
            connection.release();
        }
    }

    private int receive(Connection connection) {
        try {
            return connection.receive(text.clear());
        } catch (IOException e) {
            // The peer has reset the connection, as it does for a third of them.
            return 0;
        }
    }
}
