package io.finwait.nio.relay;

import io.finwait.nio.internal.AcceptLoop;
import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.relay.RelayEvent.Kind;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/**
 * Stands between clients and a server, on sockets of the kernel, and passes everything on as it is:
 * octets, half-close (a FIN in one direction leaves the other one open) and reset (a RST comes out
 * as a RST). On top of that {@link RelayFaults} can impair each direction.
 *
 * <pre>{@code
 * try (Relay relay = Relay.to(server).down(RelayFaults.none().resetAfter(1000)).open()) {
 *     client.connect(relay.localAddress());
 * }
 * }</pre>
 *
 * <p>What it can't carry over: a server that refuses is seen by the client as a connection that is
 * opened and reset at once. The kernel answers the client's SYN before this process hears of it,
 * and no socket option lets a listener decline one, so the server can't be asked first; to close
 * the port while the server is away would take probing it with connections that no client wanted. A
 * reset from an end whose octets wait for room is seen when there is room again: what waits in a
 * direction is 1 MiB, and what is under way for the time of a delay. A reset from an end that has
 * been sent a FIN, and has sent its own, can't be told from the end of the connection.
 *
 * <p>Each connection has virtual threads of its own; everything here may be called from any thread.
 */
public final class Relay implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private final AcceptLoop accepting;
    private final ResetWatch watch;
    private final InetSocketAddress localAddress;
    private final InetSocketAddress server;
    private final Consumer<RelayEvent> observer;
    private final RelayCommands commands = new RelayCommands(this);
    private final Set<RelayedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile LongPredicate impaired;
    private volatile Faults faults;
    private volatile boolean closed;

    /**
     * What happens in both directions; one object, so that both change at once.
     *
     * @param forOpenOnes they are for connections too that were open when they were set
     */
    private record Faults(RelayFaults up, RelayFaults down, boolean forOpenOnes) {

        private static final Faults NONE =
                new Faults(RelayFaults.none(), RelayFaults.none(), false);
    }

    private Relay(Builder builder) throws IOException {
        server = builder.server;
        faults = new Faults(builder.up, builder.down, false);
        impaired = builder.impaired;
        observer = guarded(builder.observer);
        ServerSocketChannel listening = ServerSocketChannel.open();
        try {
            listening.bind(builder.listen);
            localAddress = (InetSocketAddress) listening.getLocalAddress();
            watch = new ResetWatch();
            accepting = new AcceptLoop(listening, "the relay at " + localAddress, this::accept);
        } catch (IOException e) {
            listening.close();
            throw e;
        }
    }

    /** Who looks on and throws must not cost a connection. */
    private static Consumer<RelayEvent> guarded(Consumer<RelayEvent> observer) {
        return event -> {
            try {
                observer.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("an observer of the relay threw when told '{}'", event, e);
            }
        };
    }

    /**
     * Begins to describe a relay to a server.
     *
     * @param server where clients are connected to; a name that is not resolved yet is asked for
     *     again for each client
     */
    public static Builder to(InetSocketAddress server) {
        return new Builder(server);
    }

    /**
     * The first connections, for {@link Builder#only}.
     *
     * @param connections how many, 0 or more
     */
    public static LongPredicate first(long connections) {
        if (connections < 0) {
            throw new IllegalArgumentException(
                    "the first " + connections + " connections; choose 0 or more");
        }
        return number -> number <= connections;
    }

    /**
     * Connections that are chosen by chance, for {@link Builder#only}: the same numbers for the
     * same seed, in whatever order they come.
     *
     * @param probability 0 to 1
     */
    public static LongPredicate byChance(double probability, long seed) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException(
                    "a probability of " + probability + "; choose one from 0 to 1");
        }
        SplittableRandom seeds = new SplittableRandom(seed);
        long salt = seeds.nextLong();
        return number -> new SplittableRandom(salt + number).nextDouble() < probability;
    }

    /** Describes a relay. */
    public static final class Builder {

        private final InetSocketAddress server;
        private InetSocketAddress listen =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        private RelayFaults up = RelayFaults.none();
        private RelayFaults down = RelayFaults.none();
        private LongPredicate impaired = number -> true;
        private Consumer<RelayEvent> observer = event -> {};

        private Builder(InetSocketAddress server) {
            this.server = server;
        }

        /** Where clients connect; a free port of the loopback address by default. */
        public Builder listen(InetSocketAddress address) {
            listen = address;
            return this;
        }

        /** What happens to octets from the client to the server. */
        public Builder up(RelayFaults faults) {
            up = faults;
            return this;
        }

        /** What happens to octets from the server to the client. */
        public Builder down(RelayFaults faults) {
            down = faults;
            return this;
        }

        /**
         * Which connections the faults are for; the others pass as they are. All, unless set.
         *
         * @param numbers of connections, from 1; is asked on their threads, several at a time.
         *     {@link #first} and {@link #byChance} make usual ones
         */
        public Builder only(LongPredicate numbers) {
            impaired = Objects.requireNonNull(numbers, "numbers");
            return this;
        }

        /**
         * Is told what happens, on the threads of the connections: it must be safe for that, and
         * quick.
         */
        public Builder observer(Consumer<RelayEvent> newObserver) {
            observer = newObserver;
            return this;
        }

        /**
         * Opens the port and begins to relay.
         *
         * @throws UncheckedIOException when the port can't be opened
         */
        public Relay open() {
            try {
                Relay relay = new Relay(this);
                LightThreads.start("relay", relay.accepting::run);
                return relay;
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "can't listen at "
                                + listen
                                + ": "
                                + e.getMessage()
                                + "; choose an address of this host and a free port, or port 0",
                        e);
            }
        }
    }

    /** Where clients connect. */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /**
     * Sets the faults of connections that are opened from now on; those that are open keep theirs.
     *
     * @param up from the client to the server; {@link RelayFaults#none} switches them off
     * @param down from the server to the client
     */
    public void faults(RelayFaults up, RelayFaults down) {
        set(up, down, false);
    }

    /**
     * Sets the faults of all connections, those that are open as well: an end that is due by now is
     * made at once, what is under way arrives at the time that the new faults say, and a FIN that
     * was held is released. An end that was made, and what was dropped or cut off, stays so.
     *
     * @param up from the client to the server; {@link RelayFaults#none} switches them off
     * @param down from the server to the client
     */
    public void faultsNow(RelayFaults up, RelayFaults down) {
        Faults now = set(up, down, true);
        connections.forEach(each -> change(each, now));
    }

    private Faults set(RelayFaults up, RelayFaults down, boolean forOpenOnes) {
        Objects.requireNonNull(up, "up");
        Objects.requireNonNull(down, "down");
        Faults set = new Faults(up, down, forOpenOnes);
        faults = set;
        return set;
    }

    private void change(RelayedConnection connection, Faults now) {
        if (isImpaired(connection.number())) {
            connection.change(now.up, now.down);
        }
    }

    /** What connections from the client to the server suffer, as it was set last. */
    RelayFaults faultsUp() {
        return faults.up;
    }

    RelayFaults faultsDown() {
        return faults.down;
    }

    /**
     * Sets which connections the faults are for, of those that are opened from now on, and of those
     * whose faults are set {@linkplain #faultsNow now}; see {@link Builder#only}.
     */
    public void only(LongPredicate numbers) {
        impaired = Objects.requireNonNull(numbers, "numbers");
    }

    /**
     * Carries out a line of words, as people and scripts write them, and as {@code finwait relay}
     * sends them to a relay that runs in another process:
     *
     * <ul>
     *   <li>{@code faults down reset-after=1000}: {@link #faults} of {@code up}, {@code down} or
     *       {@code both}, in the words of {@link RelayFaults#parse}; the other direction keeps its
     *       own
     *   <li>{@code faults-now both none}: the same for connections that are open as well
     *   <li>{@code only all}, {@code only first 3}, {@code only chance 0.1 42}: {@link #only}, the
     *       last by a probability and a seed
     *   <li>{@code reset}, {@code reset 7}: resets all connections that are open, or that one
     *   <li>{@code show}: the faults that are set, and the connections
     * </ul>
     *
     * @return what was done, in words; lines ended by newlines
     * @throws IllegalArgumentException when the line is none of them
     */
    public String command(String line) {
        return commands.run(line);
    }

    /**
     * Resets both ends of a connection.
     *
     * @param number of the connection, from 1
     * @return whether it was open
     */
    public boolean reset(long number) {
        for (RelayedConnection each : connections) {
            if (each.number() == number) {
                each.resetBoth();
                return true;
            }
        }
        return false;
    }

    /**
     * Resets both ends of all connections that are open now; the port stays open.
     *
     * @return how many connections were open
     */
    public int resetAll() {
        List<RelayedConnection> open = List.copyOf(connections);
        open.forEach(RelayedConnection::resetBoth);
        return open.size();
    }

    /**
     * The connections that there are now, oldest first, a line of words each: number, client, and
     * how many octets came in each direction and whether it is open, has ended or is cut.
     */
    public List<String> connections() {
        return connections.stream()
                .sorted(Comparator.comparingLong(RelayedConnection::number))
                .map(RelayedConnection::state)
                .toList();
    }

    private void accept(SocketChannel client) {
        long number = accepted.incrementAndGet();
        LightThreads.start("relay-" + number, () -> connect(client, number));
    }

    private void connect(SocketChannel client, long number) {
        SocketChannel to = null;
        try {
            to = SocketChannel.open(address());
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            to.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException | UnresolvedAddressException e) {
            LOG.debug("the server at {} can't be reached: {}", server, e.toString());
            RelayedConnection.reset(client);
            RelayedConnection.reset(to);
            observer.accept(new RelayEvent(number, null, Kind.UNREACHABLE, 0));
            return;
        }
        observer.accept(new RelayEvent(number, null, Kind.OPENED, 0));
        Faults set = faults;
        Faults mine = isImpaired(number) ? set : Faults.NONE;
        RelayedConnection connection =
                new RelayedConnection(
                        number,
                        client,
                        to,
                        mine.up,
                        mine.down,
                        watch,
                        observer,
                        connections::remove);
        connections.add(connection);
        try {
            Faults since = faults;
            if (since.forOpenOnes && !since.equals(set)) {
                // They were set before this connection stood among the open ones, and hold for
                // everything that passes.
                change(connection, since);
            }
            connection.start();
        } catch (OutOfMemoryError e) {
            LOG.warn("no threads for a connection, it is reset: {}", e.toString());
            connection.resetBoth();
        }
        if (closed) {
            connection.resetBoth();
        }
    }

    /** A predicate that throws must not cost a connection. */
    private boolean isImpaired(long number) {
        try {
            return impaired.test(number);
        } catch (RuntimeException e) {
            LOG.warn("asked for connection {}, the predicate of only() threw", number, e);
            return false;
        }
    }

    /** A name that is unknown now may be known later. */
    private InetSocketAddress address() {
        return server.isUnresolved()
                ? new InetSocketAddress(server.getHostString(), server.getPort())
                : server;
    }

    /** Closes the port, and resets all connections that are left. */
    @Override
    public void close() {
        closed = true;
        try {
            accepting.close();
        } catch (IOException e) {
            LOG.debug("closing the port: {}", e.getMessage());
        }
        connections.forEach(RelayedConnection::resetBoth);
        watch.close();
    }
}
