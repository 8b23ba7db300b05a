package io.finwait.sim.fuzz;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One endpoint among hostile peers and careless users, from a seed: batches of packets, calls
 * between and inside callbacks, a transport without room, a clock that stands still or jumps.
 * Whatever happens, no connection may end by an internal error, the endpoint may not be polled for
 * ever, and when all is over nothing may be held.
 */
final class FuzzRun {

    private static final IpAddress[] LOCAL = {
        IpAddress.parse("10.0.0.1"), IpAddress.parse("fd00::1")
    };
    private static final IpAddress[] REMOTE = {
        IpAddress.parse("10.0.0.2"), IpAddress.parse("fd00::2")
    };
    private static final int FIRST_PORT = 80;
    private static final int PORTS = 3;
    private static final int PEERS = 6;
    private static final int FIXED_ISS = 1_000;
    private static final int MOST_ROUNDS = 2_000;
    private static final long SECOND = 1_000_000_000L;

    private final SplittableRandom random;
    private final FuzzWire wire;
    private final TcpEndpoint endpoint;
    private final FuzzPeer[] peers = new FuzzPeer[PEERS];
    private final Listener[] listeners = new Listener[PORTS];
    private final List<Connection> connections = new ArrayList<>();
    private final IpView ip = new IpView();
    private final Segment segment = new Segment();
    private final ByteBuffer buffer = ByteBuffer.allocate(70_000);
    private long nowNs;
    private int packets;
    private int lives;
    private boolean closing;

    FuzzRun(long seed) {
        random = new SplittableRandom(seed);
        wire = new FuzzWire(random.nextBoolean());
        nowNs = clock();
        endpoint = new TcpEndpoint(config(seed), wire);
        boolean guessable = random.nextBoolean();
        if (guessable) {
            endpoint.initialSequence().fix(FIXED_ISS);
        }
        for (int i = 0; i < PORTS; i++) {
            listen(i);
        }
        for (int i = 0; i < PEERS; i++) {
            peers[i] = newPeer(i);
        }
    }

    /** Where a clock may stand: anywhere, and right before it wraps. */
    private long clock() {
        int kind = random.nextInt(4);
        return kind == 0
                ? Long.MAX_VALUE - random.nextLong(600 * SECOND)
                : random.nextLong(1L << 50);
    }

    private EndpointConfig config(long seed) {
        EndpointConfig.Builder config =
                EndpointConfig.builder()
                        .address(LOCAL[0])
                        .address(LOCAL[1])
                        .seed(seed)
                        .timestamps(random.nextBoolean())
                        .selectiveAcknowledgments(random.nextBoolean())
                        .windowScaling(random.nextBoolean())
                        .nagle(random.nextBoolean())
                        .maxConnections(1 + random.nextInt(12))
                        .sendBufferOctets(1 << random.nextInt(17))
                        .receiveBufferOctets(1 << random.nextInt(17))
                        .retransmissions(1, 2 + random.nextInt(4))
                        .timeWaitPolicy(
                                TimeWaitPolicy.defaults()
                                        .withMaxEntries(
                                                random.nextInt(4),
                                                Overflow.values()[
                                                        random.nextInt(Overflow.values().length)]))
                        .closePolicy(
                                new ClosePolicy(
                                        (random.nextInt(3) - 1) * 20L * SECOND,
                                        random.nextInt(3),
                                        random.nextInt(2) * 300L * SECOND,
                                        random.nextInt(4),
                                        random.nextBoolean(),
                                        random.nextBoolean()));
        if (random.nextBoolean()) {
            config.observer(new CarelessWatcher());
        }
        return config.build();
    }

    private FuzzPeer newPeer(int i) {
        int family = random.nextInt(2);
        return new FuzzPeer(
                random,
                LOCAL[family],
                REMOTE[family],
                5_000 + i + PEERS * random.nextInt(2),
                FIRST_PORT + random.nextInt(PORTS),
                FIXED_ISS);
    }

    /** Some hundred steps, then the end. */
    void go() {
        int steps = 30 + random.nextInt(150);
        for (int i = 0; i < steps; i++) {
            step();
        }
        end();
    }

    int packets() {
        return packets;
    }

    int lives() {
        return lives;
    }

    private void step() {
        for (int i = random.nextInt(5); i > 0; i--) {
            FuzzPeer peer = peers[random.nextInt(PEERS)];
            int burst = random.nextInt(8) == 0 ? 1 + random.nextInt(20) : 1 + random.nextInt(2);
            for (int k = 0; k < burst; k++) {
                wire.arrives(peer.packet());
                packets++;
            }
        }
        if (random.nextInt(3) == 0) {
            call();
        }
        if (random.nextInt(40) == 0) {
            int which = random.nextInt(PEERS);
            peers[which] = newPeer(which);
        }
        wire.room = random.nextInt(10) == 0 ? random.nextInt(3) : Integer.MAX_VALUE;
        time();
        work(random.nextInt(4) == 0 ? 1 : 3);
    }

    private void time() {
        int kind = random.nextInt(12);
        if (kind < 5) {
            return;
        }
        if (kind < 9) {
            nowNs += random.nextLong(SECOND / 5);
        } else if (kind < 11) {
            nowNs += random.nextLong(5 * SECOND);
        } else {
            nowNs += random.nextLong(600 * SECOND);
        }
    }

    private void work(int cycles) {
        for (int i = 0; i < cycles; i++) {
            endpoint.doWork(nowNs);
            learn();
            accept();
        }
        if (endpoint.counters().get(Counter.FAILURES_CONTAINED) > 0) {
            throw new AssertionError("something has thrown, and was contained: see the log");
        }
    }

    private void learn() {
        for (byte[] packet : wire.takeSent()) {
            Verdict verdict = ip.parse(ByteBuffer.wrap(packet), 0, packet.length);
            if (verdict == Verdict.OK) {
                verdict = segment.parse(ip, true);
            }
            if (verdict != Verdict.OK) {
                throw new AssertionError("the endpoint sent a packet that is " + verdict);
            }
            for (FuzzPeer peer : peers) {
                if (peer.port == segment.destinationPort()
                        && peer.localPort == segment.sourcePort()) {
                    peer.sees(segment);
                }
            }
        }
    }

    private void listen(int i) {
        listeners[i] = endpoint.listen(FIRST_PORT + i, 1 + random.nextInt(4));
        if (random.nextInt(4) == 0) {
            listeners[i].deferAccept(SECOND);
        }
    }

    private void accept() {
        for (Listener each : listeners) {
            if (!each.isClosed() && random.nextInt(3) > 0) {
                Connection accepted = each.accept();
                if (accepted != null) {
                    take(accepted);
                }
            }
        }
    }

    private void take(Connection connection) {
        lives++;
        connections.add(connection);
        if (random.nextInt(4) > 0) {
            connection.observer(new CarelessUser());
        }
    }

    private void call() {
        int kind = random.nextInt(12);
        if (kind == 0) {
            int i = random.nextInt(PORTS);
            if (listeners[i].isClosed()) {
                listen(i);
            } else {
                listeners[i].close();
            }
        } else if (kind < 3 && !closing) {
            connect();
        } else if (!connections.isEmpty()) {
            call(connections.get(random.nextInt(connections.size())));
        }
    }

    private void connect() {
        FuzzPeer peer = peers[random.nextInt(PEERS)];
        try {
            take(endpoint.connect(peer.local, peer.localPort, peer.remote, peer.port));
        } catch (IllegalStateException full) {
            // The pair of sockets is in use, or the endpoint is full or closed: that is what it
            // says.
        }
    }

    private void call(Connection connection) {
        try {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> connection.send(buffer.clear().limit(random.nextInt(40_000)));
                case 3, 4, 5 -> connection.receive(buffer.clear().limit(random.nextInt(40_000)));
                case 6 -> connection.shutdownOutput();
                case 7 -> connection.close();
                case 8 -> connection.abort();
                case 9 -> connection.closeGracefully(nowNs + random.nextLong(10 * SECOND));
                case 10 -> connection.linger(random.nextInt(3) * SECOND - SECOND);
                case 11 -> connection.userTimeout(random.nextInt(3) * 10L * SECOND);
                case 12 -> connection.keepAlive(random.nextInt(3) * SECOND, SECOND, 2);
                case 13 -> connection.nagle(random.nextBoolean());
                case 14 -> connection.shutdownInput();
                default -> release(connection);
            }
        } catch (IOException ended) {
            // The connection has ended, or is closed for this: that is what users are told.
        }
    }

    private void release(Connection connection) {
        if (connection.hasEnded()) {
            check(connection);
            connections.remove(connection);
            connection.release();
        }
    }

    private static void check(Connection ended) {
        CloseReason reason = ended.closeReason();
        if (reason instanceof CloseReason.Aborted aborted) {
            AbortCause cause = aborted.cause();
            if (cause == AbortCause.INTERNAL_ERROR || cause == AbortCause.OBSERVER_FAILED) {
                throw new AssertionError("ended by " + cause + ": " + ended);
            }
        }
    }

    private void end() {
        closing = true;
        wire.room = Integer.MAX_VALUE;
        rest();
        endpoint.close();
        learn();
        for (Connection each : List.copyOf(connections)) {
            if (!each.hasEnded() || each.closeReason() == null) {
                throw new AssertionError("a connection without an end: " + each);
            }
            release(each);
        }
        if (endpoint.connectionCount() != 0 || endpoint.orphanCount() != 0) {
            throw new AssertionError(endpoint.connectionCount() + " connections are left");
        }
        if (endpoint.pool().inUse() != 0) {
            throw new AssertionError(endpoint.pool().inUse() + " blocks are held by nobody");
        }
    }

    /** The endpoint comes to rest: what it wants to be called for now is done in a few cycles. */
    private void rest() {
        for (int i = 0; i < MOST_ROUNDS; i++) {
            int did = endpoint.doWork(nowNs);
            learn();
            long next = endpoint.nextDeadlineNs();
            boolean later = next == Long.MAX_VALUE || next - nowNs > 0;
            if (did == 0 && later) {
                work(1);
                return;
            }
        }
        throw new AssertionError("the endpoint is polled for ever");
    }

    /** Does anything in any callback. */
    private final class CarelessUser implements ConnectionObserver {

        private void happens(Connection connection) {
            if (!closing && random.nextInt(3) == 0) {
                if (random.nextInt(6) == 0) {
                    connect();
                }
                call(connection);
            }
        }

        @Override
        public void onEstablished(Connection connection) {
            happens(connection);
        }

        @Override
        public void onReadable(Connection connection) {
            happens(connection);
        }

        @Override
        public void onWritable(Connection connection) {
            happens(connection);
        }

        @Override
        public void onPeerClosed(Connection connection) {
            happens(connection);
        }

        @Override
        public void onCloseAcknowledged(Connection connection) {
            happens(connection);
        }

        @Override
        public void onSoftError(Connection connection, String message) {
            happens(connection);
        }

        @Override
        public void onEnded(Connection connection) {
            check(connection);
            happens(connection);
        }
    }

    /** Watches the endpoint, and uses it meanwhile. */
    private final class CarelessWatcher implements EndpointObserver {

        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long timeNs) {
            if (!closing && !connections.isEmpty() && random.nextInt(20) == 0) {
                call(connections.get(random.nextInt(connections.size())));
            }
        }
    }
}
