package io.finwait.sim.net;

import io.finwait.sim.Journal;
import io.finwait.sim.LinkModel;
import io.finwait.sim.PacketMatcher;
import io.finwait.sim.Rule;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimTransport;
import io.finwait.spi.Packet;
import io.finwait.tcp.Endpoint;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A network for a test with ordinary sockets: hosts, the links between them, and a clock that jumps
 * when every thread waits. A read timeout of thirty seconds, four minutes of TIME-WAIT, fifteen of
 * retransmissions take milliseconds.
 *
 * <pre>{@code
 * try (SimNet net = SimNet.create(42)) {
 *     NetHost shop = net.host("shop"), app = net.host("app");
 *     shop.run("server", () -> {
 *         try (ServerSocket listening = shop.serverSocket(80); Socket s = listening.accept()) {
 *             s.getInputStream().readAllBytes();
 *         }
 *     });
 *     try (Socket s = app.socket()) {
 *         s.connect(shop.at(80));
 *         s.setSoTimeout(30_000);
 *         s.getInputStream().read();      // SocketTimeoutException, at once
 *     }
 * }
 * }</pre>
 *
 * <p>Time jumps when no thread can run that has ever called a socket of the network, was started by
 * {@link NetHost#run}, or made the network; on Linux no other thread of the process either. A
 * thread that sleeps or waits elsewhere does not hold it. {@code Thread.sleep}, executors and
 * futures go by the clock of the wall; {@link #clock} is the network's.
 *
 * <p>May be used from any thread; must be closed.
 */
public final class SimNet implements AutoCloseable {

    private static final int MOST_HOSTS = 250;
    private static final long LATENCY_NS = 1_000_000;

    private final SimNetwork simulation;
    private final Clockwork clockwork;
    private final VirtualClock clock;
    private final HostThreads threads;
    private final Journal journal = new Journal();
    private final Sightings sightings = new Sightings(this, journal);
    private final Map<String, NetHost> hosts = new LinkedHashMap<>();
    private final Map<String, List<InetAddress>> given = new LinkedHashMap<>();
    private final List<Forwarding> forwardings = new CopyOnWriteArrayList<>();
    private final Time time;
    private volatile String saw = "";
    private boolean closed;

    /** On the network's thread. */
    private boolean forging;

    private SimNet(long seed, Threads threads, Time time) {
        if (threads == Threads.SINGLE_CARRIER && time == Time.REAL) {
            throw new IllegalArgumentException(
                    "nothing repeats in real time; choose Threads.FREE, or Time.VIRTUAL");
        }
        this.time = time;
        simulation = SimNetwork.seeded(seed).routeByAddress().observe(journal);
        simulation.links(LinkModel.perfect().delay(LATENCY_NS));
        clockwork = new Clockwork(simulation, threads, time, this::bootAll, this::halt);
        clock = new VirtualClock(clockwork);
        // Rules see initial sequence numbers as long as there is one of them.
        Rule unused = simulation.packets().count();
        this.threads = new HostThreads(clockwork);
        clockwork.workers().beginHere();
        clockwork.start();
    }

    /**
     * A network in virtual time.
     *
     * @param seed of all chance in it
     */
    public static SimNet create(long seed) {
        return create(seed, Threads.FREE);
    }

    /**
     * A network in virtual time.
     *
     * @throws UnsupportedOperationException when this JVM can't run {@link Threads#SINGLE_CARRIER}
     */
    public static SimNet create(long seed, Threads threads) {
        return create(seed, threads, Time.VIRTUAL);
    }

    /**
     * A network.
     *
     * @throws UnsupportedOperationException when this JVM can't run {@link Threads#SINGLE_CARRIER};
     *     the message says how it is to be started
     * @throws IllegalArgumentException for that mode in {@link Time#REAL}
     */
    public static SimNet create(long seed, Threads threads, Time time) {
        return new SimNet(seed, threads, time);
    }

    /** The seed of all chance here. */
    public long seed() {
        return simulation.seed();
    }

    /** The host of that name, made when there is none. */
    public NetHost host(String name) {
        return locked(
                () -> {
                    NetHost known = hosts.get(name);
                    return known == null ? add(name) : known;
                });
    }

    private NetHost add(String name) {
        if (hosts.size() == MOST_HOSTS) {
            throw new IllegalStateException(
                    "a network has at most " + MOST_HOSTS + " hosts; make another one");
        }
        NetHost added = new NetHost(this, name, hosts.size() + 1);
        simulation.attach(name, IpAddress.of(added.address()), IpAddress.of(added.address6()));
        hosts.put(name, added);
        return added;
    }

    /**
     * A host whose port leads to a real address: a server in this process or in a container, which
     * keeps its own sockets. Clients of the network connect to {@link NetHost#at}, and all faults
     * apply between them and the host. Octets, half-closes and resets pass in both directions, and
     * who does not read lets the other end's window close. When the real address does not answer
     * within ten seconds or refuses, the client is reset.
     *
     * @param name of the host, which is made when there is none
     * @param real a name that is not resolved yet is asked for again for each connection
     * @throws IllegalStateException in virtual time, which does not wait for the kernel
     * @throws IOException when the host's port is taken
     */
    public NetHost forward(String name, int port, InetSocketAddress real) throws IOException {
        if (time != Time.REAL) {
            throw new IllegalStateException(
                    "a real server answers in real time; make the network with Time.REAL, or by"
                            + " @SimTest(time = Time.REAL)");
        }
        NetHost host = host(name);
        forwardings.add(new Forwarding(host, port, real));
        return host;
    }

    /** All hosts, in the order in which they were made. */
    public List<NetHost> hosts() {
        return locked(() -> List.copyOf(hosts.values()));
    }

    /**
     * A name for addresses of one host or several, as a DNS gives them. Sockets connect to the
     * first, as those of the JDK do; libraries that try one after the other ask {@link
     * NetHost#addressesOf}.
     *
     * @param name goes before a host of the same name
     * @param addresses at least one, in the order in which they are to be tried
     * @throws IllegalArgumentException when there is none
     */
    public void name(String name, InetAddress... addresses) {
        if (addresses.length == 0) {
            throw new IllegalArgumentException(
                    "the name '" + name + "' has no address; give one, such as host.address()");
        }
        List<InetAddress> all = List.of(addresses);
        locked(() -> given.put(name, all));
    }

    /** The path between two hosts. */
    public NetLink link(NetHost a, NetHost b) {
        return new NetLink(this, List.of(new NetLink.Direction(a, b), new NetLink.Direction(b, a)));
    }

    /** The network's time. */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Makes threads for libraries that take a {@link ThreadFactory} or an executor: virtual ones of
     * the single carrier in {@link Threads#SINGLE_CARRIER}, else daemon threads of the JVM.
     */
    public ThreadFactory threadFactory() {
        return work -> clockwork.thread(work, "of the network");
    }

    /** Waits until no other thread can run and no packet is on its way; timers do not count. */
    public void settle() {
        clockwork.settle();
    }

    /**
     * Waits until all threads of {@link NetHost#run} have ended, however long that takes on {@link
     * #clock}, and then until no packet is on its way, as {@link #settle} does.
     *
     * @throws AssertionError when one of them has thrown something, which is the cause
     */
    public void finish() {
        threads.finish();
        // Otherwise it would be chance how far their last packets have come.
        clockwork.settle();
        threads.throwFailure();
    }

    /**
     * How long the network may stand still on the clock of the wall, with threads that wait for it,
     * before they are told so by a {@link StandstillError}; 20 s unless set.
     */
    public void patience(Duration time) {
        clockwork.standstill().patience(time);
    }

    // Faults.

    /**
     * From now on the path does something with certain segments.
     *
     * <pre>{@code
     * net.on(Seg.fin().from(shop).first(), Act.drop());
     * net.on(Seg.carrying(301), Act.holdUntil(Seg.fin()));
     * }</pre>
     */
    public PathFault on(Seg segments, Act act) {
        return on(segments.counted(), act);
    }

    PathFault on(PacketMatcher matcher, Act act) {
        // Segments that the path itself has made belong to no host, and no fault applies to them.
        PacketMatcher theirs = packet -> !forging && matcher.matches(packet);
        return locked(() -> new PathFault(this, act.apply(this, theirs)));
    }

    /** The connections that a host accepts at a port, for faults and outcomes of them. */
    public PeerConnections connections(NetHost of, int port) {
        return new PeerConnections(of, port);
    }

    /** Writes down what the application saw, for tables of outcomes and the report. */
    public void saw(String outcome) {
        saw = Objects.requireNonNull(outcome, "outcome");
    }

    /** What was written down last; empty before. */
    public String saw() {
        return saw;
    }

    /** The program that has accepted connections closes them, or the next one that it accepts. */
    void serversClose() {
        onNetwork(() -> hosts.values().forEach(each -> each.accepted().serverCloses()));
    }

    /**
     * Fails when something is left behind that a program should not leave: a thread of {@link
     * NetHost#run} that still waits after an hour of the network's time, or has thrown something; a
     * connection in CLOSE-WAIT, which its program has not closed; octets that were received and
     * never read. {@code @SimTest} calls it. Meanwhile time passes in {@link Time#MANUAL} too.
     */
    public void verify() {
        clockwork.withoutLimit(new Leftovers(this)::verify);
    }

    // What was seen.

    /**
     * Every packet so far in the order of sending, such as {@code app > shop SYN}: the flags in the
     * order SYN, FIN, RST, PSH, ACK, and behind a plus sign how many octets of text there are.
     */
    public List<String> packets() {
        return sightings.packets();
    }

    /** The same of one direction, without the names: {@code SYN}, {@code PSH,ACK+5}. */
    public List<String> packets(NetHost from, NetHost to) {
        return sightings.packets(from, to);
    }

    /** All hosts' listeners, connections, and entries of TIME-WAIT. */
    public String netstat() {
        return sightings.netstat();
    }

    /** All packets between each two hosts, drawn. */
    public String ladder() {
        return sightings.ladder();
    }

    /**
     * Writes all packets so far into a file that Wireshark reads; a packet's comments say which
     * states connections have come into since the one before, and whether it is lost.
     */
    public void capture(Path pcapng) throws IOException {
        sightings.capture(pcapng);
    }

    /**
     * Writes a page to look at closely in a browser: each connection as a ladder, both ends'
     * states, windows and timers at any moment. It needs nothing else, and no network.
     */
    public void page(Path html) throws IOException {
        sightings.page(html);
    }

    /**
     * Ends all connections without sending anything, and releases the threads that wait for them.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        HostSelectorProvider.release(this);
        clockwork.stop();
        forwardings.forEach(Forwarding::close);
    }

    /** A host without a socket refuses as well. */
    private void bootAll() {
        hosts.values().forEach(NetHost::steered);
    }

    private void halt() {
        hosts.values().forEach(NetHost::halt);
    }

    // For the classes that belong to it.

    Sightings sightings() {
        return sightings;
    }

    <T> T locked(Supplier<T> action) {
        return clockwork.locked(action);
    }

    /** Does something on the network's thread, and waits until it is done. */
    void onNetwork(Runnable action) {
        if (clockwork.isOwnThread()) {
            action.run();
            return;
        }
        ask(
                () -> {
                    CompletableFuture<Void> done = new CompletableFuture<>();
                    locked(
                            () ->
                                    simulation.after(
                                            0,
                                            () -> {
                                                action.run();
                                                done.complete(null);
                                            }));
                    return done;
                });
    }

    /** The connections of a host's TCP, as it reports them. */
    <T> T ask(NetHost host, Function<? super Endpoint, ? extends T> question) {
        return ask(() -> host.driver().call(question));
    }

    private <T> T ask(Supplier<CompletableFuture<T>> question) {
        Thread me = Thread.currentThread();
        CompletableFuture<T> answer = question.get();
        CompletableFuture<?> unused = answer.whenComplete((value, failure) -> clockwork.unpark(me));
        while (!answer.isDone() && !clockwork.workers().hasFailed()) {
            clockwork.park(this, 0);
        }
        return answer.join();
    }

    /** Sends a packet in the name of a host; on the network's thread. */
    void forge(String inTheNameOf, byte[] octets) {
        SimTransport transport = simulation.host(inTheNameOf);
        Packet packet = transport.claim(octets.length);
        if (packet == null) {
            return;
        }
        packet.buffer().put(packet.offset(), octets);
        forging = true;
        try {
            transport.commit(packet, simulation.nowNs());
        } finally {
            forging = false;
        }
    }

    SimNetwork simulation() {
        return simulation;
    }

    Clockwork clockwork() {
        return clockwork;
    }

    HostThreads threads() {
        return threads;
    }

    /** What each name means to a host, whose own addresses are those of {@code localhost}. */
    Map<String, List<InetAddress>> namesFor(NetHost asking) {
        return locked(
                () -> {
                    Map<String, List<InetAddress>> names = new LinkedHashMap<>();
                    hosts.forEach((name, host) -> names.put(name, host.addresses()));
                    names.putAll(given);
                    names.put("localhost", asking.addresses());
                    return names;
                });
    }

    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        hosts().forEach(each -> names.add(each.toString()));
        return "network of " + String.join(", ", names) + ", seed " + seed();
    }
}
