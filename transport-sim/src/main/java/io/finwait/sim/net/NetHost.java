package io.finwait.sim.net;

import io.finwait.driver.Driver;
import io.finwait.driver.Grip;
import io.finwait.driver.SteeredDriver;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.SocketBehaviour;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/**
 * A host of a {@link SimNet}: a name, an IPv4 and an IPv6 address, a TCP of its own. Its sockets
 * are ordinary ones; they reach the other hosts of the network, and nothing else. May be used from
 * any thread.
 *
 * <p>What is set here about its TCP must be set before its first socket is made.
 */
public final class NetHost {

    private final SimNet net;
    private final String name;
    private final InetAddress address;
    private final InetAddress address6;
    private final SocketFactory sockets = new HostSocketFactory(this);
    private final ServerSocketFactory serverSockets = new HostServerSocketFactory(this);
    private UnaryOperator<EndpointConfig.Builder> settings = builder -> builder;
    private volatile SocketBehaviour behaviour = SocketBehaviour.JAVA_ON_LINUX;
    private volatile SteeredDriver steered;
    private SimParticipant participant;
    private Accepted accepted = new Accepted();
    private final Map<Integer, Integer> backlogs = new ConcurrentHashMap<>();
    private StateWatch states =
            new StateWatch(EndpointObserver.NONE, (seen, from, to, nowNs) -> {});

    /** Incremented when what runs here no longer belongs to the host. */
    private final AtomicInteger boots = new AtomicInteger();

    NetHost(SimNet net, String name, int number) {
        this.net = net;
        this.name = name;
        address = named(name, "10.0.0." + number);
        address6 = named(name, "2001:db8::" + Integer.toHexString(number));
    }

    private static InetAddress named(String name, String address) {
        try {
            byte[] octets = IpAddress.parse(address).toInetAddress().getAddress();
            return InetAddress.getByAddress(name, octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("four and sixteen octets are an address", e);
        }
    }

    /** The name, by which other hosts of the network can connect to it. */
    public String name() {
        return name;
    }

    /** Its IPv4 address, 10.0.0.1 for the first host of a network. */
    public InetAddress address() {
        return address;
    }

    /** Its IPv6 address, 2001:db8::1 for the first host of a network. */
    public InetAddress address6() {
        return address6;
    }

    /** The IPv4 address, then the IPv6 address. */
    List<InetAddress> addresses() {
        return List.of(address, address6);
    }

    /**
     * What this host's resolver answers: a name of {@link SimNet#name}, a host of the network,
     * {@code localhost} for itself, or an address in digits. HTTP clients take it as theirs, {@code
     * builder.dns(client::addressesOf)} in OkHttp.
     *
     * @return at least one, in the order in which they are to be tried
     * @throws UnknownHostException for any other name; no DNS is asked
     */
    public List<InetAddress> addressesOf(String host) throws UnknownHostException {
        String lower = host.toLowerCase(Locale.ROOT);
        for (Map.Entry<String, List<InetAddress>> each : net.namesFor(this).entrySet()) {
            if (each.getKey().toLowerCase(Locale.ROOT).equals(lower)) {
                return each.getValue();
            }
        }
        try {
            return List.of(IpAddress.parse(host).toInetAddress());
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(host);
        }
    }

    /** A port of its IPv4 address. */
    public InetSocketAddress at(int port) {
        return new InetSocketAddress(address, port);
    }

    /**
     * A URI with its IPv4 address, so that nobody asks DNS for its name.
     *
     * @param path begins with a slash
     */
    public URI http(int port, String path) {
        return URI.create("http://" + address.getHostAddress() + ":" + port + path);
    }

    // Sockets.

    /** Makes sockets of this host; names of the network's hosts are known to them. */
    public SocketFactory socketFactory() {
        return sockets;
    }

    /** Makes listening sockets of this host. */
    public ServerSocketFactory serverSocketFactory() {
        return serverSockets;
    }

    /**
     * Makes channels and selectors of this host. {@code select(timeout)} goes by the clock of the
     * wall.
     */
    public SelectorProvider selectorProvider() {
        return new DriverSelectorProvider(driver(), behaviour);
    }

    /**
     * From now on, until the network is closed or another host does it, channels and selectors of
     * {@code java.nio} are this host's, whoever in the JVM makes them: for the JDK's {@code
     * HttpClient} and whatever else takes no hook.
     *
     * @throws IllegalStateException when the JVM was not started with {@link HostSelectorProvider}
     */
    public void takesAllChannels() {
        HostSelectorProvider.giveAllTo(this);
    }

    /**
     * What its sockets do where systems differ, from the next one on; as the JDK's on Linux, unless
     * set.
     */
    public NetHost behaviour(SocketBehaviour newBehaviour) {
        behaviour = Objects.requireNonNull(newBehaviour, "newBehaviour");
        return this;
    }

    SocketBehaviour behaviour() {
        return behaviour;
    }

    /** A socket that is not connected yet. */
    public Socket socket() throws IOException {
        return sockets.createSocket();
    }

    /** A listening socket. */
    public ServerSocket serverSocket(int port) throws IOException {
        return serverSockets.createServerSocket(port);
    }

    /** Its TCP, for connections by futures. */
    public Driver driver() {
        return steered().driver();
    }

    // Threads.

    /**
     * Starts a thread of this host. The network's clock stands still while it can run; what it
     * throws is thrown again by {@link SimNet#finish}.
     *
     * @param task for messages
     */
    public Thread run(String task, Body body) {
        int atStart = boots.get();
        return net.threads().start(name + "/" + task, body, () -> boots.get() != atStart);
    }

    // Settings.

    /** The ports that connections from here are given, first and last. */
    public NetHost ephemeralPorts(int first, int last) {
        return configure(config -> config.ephemeralPorts(first, last));
    }

    /** How long TIME-WAIT takes; 60 s unless set. */
    public NetHost timeWait(Duration twoMsl) {
        return configure(
                config ->
                        config.timeWaitPolicy(config.build().timeWaitPolicy().withTwoMsl(twoMsl)));
    }

    /**
     * Changes the configuration of its TCP.
     *
     * @throws IllegalStateException when it has a socket already
     */
    public NetHost configure(UnaryOperator<EndpointConfig.Builder> change) {
        Objects.requireNonNull(change, "change");
        net.locked(
                () -> {
                    if (steered != null) {
                        throw new IllegalStateException(
                                name + " is at work already; set this before its first socket");
                    }
                    UnaryOperator<EndpointConfig.Builder> before = settings;
                    settings = builder -> change.apply(before.apply(builder));
                    return null;
                });
        return this;
    }

    // What a host can suffer.

    /** Its port answers SYN with RST from now on, whoever listens there. */
    public PathFault refuse(int port) {
        return net.on(Seg.syn().to(this).toPort(port), Act.resetSender());
    }

    /** SYNs to its port are lost from now on: a connect times out. */
    public PathFault ignoreSyn(int port) {
        return net.on(Seg.syn().to(this).toPort(port), Act.drop());
    }

    /** Its programs read no more: windows close, and its TCP still answers. */
    public void pauseReading() {
        net.onNetwork(() -> accepted.holdInput(true));
    }

    /** Takes {@link #pauseReading} back. */
    public void resumeReading() {
        net.onNetwork(() -> accepted.holdInput(false));
    }

    /**
     * At its port so many connections can wait to be accepted, whatever the program asks for that
     * listens there from now on. When they do, and nobody accepts, further SYNs are not answered: a
     * connect waits, and times out.
     *
     * @param connections 1 or more
     */
    public void backlog(int port, int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException(
                    "a backlog of "
                            + connections
                            + "; choose 1 or more, or refuse(port) or ignoreSyn(port)");
        }
        backlogs.put(port, connections);
    }

    /**
     * Its programs die, as by {@code kill -9}: ports are closed, connections end with FIN, or with
     * RST where something is unread. What its threads throw from now on is forgiven.
     */
    public void kill() {
        net.onNetwork(
                () -> {
                    boots.incrementAndGet();
                    steered().closeListeners();
                    accepted.all().forEach(Grip::kill);
                });
    }

    /**
     * It falls silent, without a FIN and without an RST, and knows nothing any more. What its
     * threads throw from now on is forgiven.
     */
    public void crash() {
        net.onNetwork(this::crashNow);
    }

    private void crashNow() {
        boots.incrementAndGet();
        SteeredDriver dead = steered();
        net.simulation().remove(participant);
        net.simulation().host(name).close();
        halt(dead);
        accepted = new Accepted();
    }

    /**
     * It is there again after a crash, and answers with RST to what it has forgotten. Without a
     * crash before it, it crashes first.
     */
    public void reboot() {
        net.onNetwork(
                () -> {
                    if (!steered().driver().stopped().isDone()) {
                        crashNow();
                    }
                    net.simulation().attach(name, IpAddress.of(address), IpAddress.of(address6));
                    boot();
                });
    }

    // Used by the network.

    Accepted accepted() {
        return accepted;
    }

    /** What waits for states of its connections, since it booted. */
    StateWatch states() {
        return states;
    }

    SimNet net() {
        return net;
    }

    SteeredDriver steered() {
        return net.locked(
                () -> {
                    if (steered == null) {
                        boot();
                    }
                    return steered;
                });
    }

    boolean hasBooted() {
        return steered != null;
    }

    private void cameInto(ConnectionSockets pair, State from, State to, long nowNs) {
        net.sightings().state(new NetworkPage.StateSeen(pair, from.name(), to.name(), nowNs));
    }

    private void boot() {
        SimTransport transport = net.simulation().host(name);
        EndpointConfig.Builder config =
                EndpointConfig.builder()
                        .address(IpAddress.of(address))
                        .address(IpAddress.of(address6))
                        .random(transport.random());
        EndpointConfig set = settings.apply(config).build();
        states = new StateWatch(set.observer(), this::cameInto);
        EndpointConfig watched = set.toBuilder().observer(states).build();
        steered = SteeredDriver.over(watched, transport, net.clockwork());
        SteeredDriver booted = steered;
        booted.onConnection(accepted::add);
        booted.onListen((port, asked) -> backlogs.getOrDefault(port, asked));
        participant = SimParticipant.of(booted::turn, booted::nextDeadlineNs);
        net.simulation().add(name, participant);
    }

    /** Ends its TCP, on the network's thread. */
    void halt() {
        if (steered != null) {
            halt(steered);
        }
    }

    private void halt(SteeredDriver driver) {
        CompletableFuture<?> unused = driver.driver().shutdown(Duration.ZERO);
        while (!driver.driver().stopped().isDone()) {
            driver.turn(net.simulation().nowNs());
        }
    }

    @Override
    public String toString() {
        return name + " (" + address.getHostAddress() + ")";
    }
}
