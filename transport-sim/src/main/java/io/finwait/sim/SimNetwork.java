package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.wire.IpAddress;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * A network in virtual time. It begins at 0 ns, and time passes only in its {@code run} methods, in
 * {@link SimTransport#await}, or when a transport is given a later time; so four minutes of 2MSL
 * take microseconds. All chance comes from one seed: with the same seed the same calls give the
 * same octets at the same times.
 *
 * <pre>{@code
 * SimNetwork network = SimNetwork.seeded(42);
 * SimTransport client = network.host("client");
 * SimTransport server = network.host("server");
 * network.links(LinkModel.perfect().delay(10_000_000).loss(0.1));
 * network.from("client").matching(Segments.fin()).first().drop();
 * network.add("client", SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
 * network.runUntilIdle(600_000_000_000L);
 * }</pre>
 *
 * <p>Between two hosts every packet goes to the other one; among more the destination address
 * decides. A network and all its hosts are used by one thread; only {@link SimTransport#wakeup()}
 * may be called from others. So no two drivers can share it: the second is refused.
 */
public final class SimNetwork {

    private static final int DEFAULT_MTU = 1_500;
    private static final int DEFAULT_FRAME = 1_514;
    private static final int DEFAULT_OUTGOING_QUEUE = 256;
    private static final int DEFAULT_INCOMING_QUEUE = 4_096;

    /** Thirty years; a longer wait counts as one without an end. */
    private static final long LONGEST_AWAIT_NS = 30L * 365 * 86_400 * 1_000_000_000L;

    /** What hosts that are attached from now on get. */
    record HostLimits(int mtu, int outgoingQueue, int incomingQueue, Medium medium) {}

    private final long seed;
    private final Fabric fabric;
    private final SimDriver driver;
    private final AtomicReference<Thread> owner = new AtomicReference<>();
    private HostLimits limits =
            new HostLimits(DEFAULT_MTU, DEFAULT_OUTGOING_QUEUE, DEFAULT_INCOMING_QUEUE, Medium.IP);

    private SimNetwork(long seed) {
        this.seed = seed;
        fabric = new Fabric(seed);
        driver = new SimDriver(fabric, seed);
    }

    /** A network without hosts, with perfect links between those that will come. */
    public static SimNetwork seeded(long seed) {
        return new SimNetwork(seed);
    }

    /** The seed of all chance in this network. */
    public long seed() {
        return seed;
    }

    /** The virtual time in nanoseconds; begins at 0. */
    public long nowNs() {
        return fabric.nowNs();
    }

    /**
     * The MTU of hosts that are attached from now on; 1,500 unless set. Of a network that carries
     * frames it is the largest frame, 1,514 unless set.
     *
     * @param octets 576 to 65,535
     */
    public SimNetwork mtu(int octets) {
        Capabilities.plain(octets);
        limits = new HostLimits(octets, limits.outgoingQueue, limits.incomingQueue, limits.medium);
        return this;
    }

    /**
     * Makes this a network of Ethernet frames, before the first host is attached: a switch joins
     * the hosts, which learns where addresses are and floods what it doesn't know. {@link Frames}
     * chooses frames for rules.
     *
     * @throws IllegalStateException when there is a host already
     */
    public SimNetwork ethernet() {
        if (!fabric.nodes().isEmpty()) {
            throw new IllegalStateException(
                    "hosts are attached already; call ethernet() before the first one");
        }
        fabric.ethernet();
        limits =
                new HostLimits(
                        DEFAULT_FRAME, limits.outgoingQueue, limits.incomingQueue, Medium.ETHERNET);
        return this;
    }

    /**
     * Takes a host's port of the switch down, or up again. What is under way to it is lost, and the
     * switch forgets the addresses behind it.
     *
     * @throws IllegalStateException in a network without a switch
     */
    public SimNetwork port(String host, boolean up) {
        if (fabric.frameSwitch() == null) {
            throw new IllegalStateException(
                    "this network carries IP packets and has no switch; begin with ethernet()");
        }
        fabric.frameSwitch().port(fabric.node(host), up);
        return this;
    }

    /**
     * How many packets hosts that are attached from now on may have claimed and waiting to leave,
     * 256 unless set, and how many may have arrived and not been received, 4,096 unless set.
     */
    public SimNetwork queues(int outgoing, int incoming) {
        if (outgoing < 1 || incoming < 1) {
            throw new IllegalArgumentException("a queue takes at least 1 packet");
        }
        limits = new HostLimits(limits.mtu, outgoing, incoming, limits.medium);
        return this;
    }

    /** The open host of that name; attached without addresses when there is none. */
    public SimTransport host(String name) {
        Node node = fabric.nodeOrNull(name);
        return node != null && node.transport != null ? node.transport : open(name, null);
    }

    /**
     * Attaches a host. After its transport was closed a host can be attached again by the same
     * name; its links and the rules about it have stayed.
     *
     * @param addresses where packets are to be routed to it, in networks of more than two hosts
     * @throws IllegalArgumentException when an open host has that name
     */
    public SimTransport attach(String name, IpAddress... addresses) {
        Node node = fabric.nodeOrNull(name);
        if (node != null && node.transport != null) {
            throw new IllegalArgumentException(
                    "'" + name + "' is attached already; close it or choose another name");
        }
        return open(name, List.of(addresses));
    }

    private SimTransport open(String name, List<IpAddress> addresses) {
        Node known = fabric.nodeOrNull(name);
        Node node = known == null ? fabric.addNode(name) : known;
        if (addresses != null) {
            node.addresses(addresses);
        }
        node.transport = new SimTransport(this, fabric, node, limits);
        return node.transport;
    }

    /** True when no host is open. */
    boolean isDeserted() {
        return fabric.nodes().stream().allMatch(node -> node.transport == null);
    }

    /** Sets all links, also those of hosts that will be attached later. */
    public SimNetwork links(LinkModel model) {
        fabric.modelOfAllLinks(model);
        return this;
    }

    /** Sets the link from one attached host to another; packets under way are not touched. */
    public SimNetwork link(String from, String to, LinkModel model) {
        fabric.node(from).linkTo(fabric.node(to)).model(model);
        return this;
    }

    /** How the link from one attached host to another behaves. */
    public LinkModel link(String from, String to) {
        return fabric.node(from).linkTo(fabric.node(to)).model();
    }

    /**
     * Sets the links from one attached host to all others, also those that will be attached later.
     */
    public SimNetwork linksFrom(String from, LinkModel model) {
        fabric.modelOfLinksFrom(fabric.node(from), model);
        return this;
    }

    /** Begins a rule about packets that a host sends. */
    public RuleBuilder from(String host) {
        return packets().from(host);
    }

    /** Begins a rule about packets that go to a host. */
    public RuleBuilder to(String host) {
        return packets().to(host);
    }

    /** Begins a rule about all packets. */
    public RuleBuilder packets() {
        return new RuleBuilder(fabric, action -> at(nowNs(), action));
    }

    /** Adds an observer, which is told of every packet from now on. */
    public SimNetwork observe(SimObserver observer) {
        fabric.observers().add(observer);
        return this;
    }

    /** How many packets are claimed, under way, held, or received and not given back. */
    public int packetsInUse() {
        return fabric.pool().inUse();
    }

    /**
     * Adds a participant, which works in this network's virtual time.
     *
     * @param name for messages
     */
    public SimNetwork add(String name, SimParticipant participant) {
        driver.add(name, participant);
        return this;
    }

    /** Adds several, under the names that their {@code toString} gives. */
    public SimNetwork add(SimParticipant... participants) {
        for (SimParticipant each : participants) {
            add(each.toString(), each);
        }
        return this;
    }

    /** Removes a participant. */
    public SimNetwork remove(SimParticipant participant) {
        driver.remove(participant);
        return this;
    }

    /**
     * Schedules an action; those of one time run in the order in which they were scheduled.
     *
     * @param timeNs not before {@link #nowNs()}
     */
    public SimNetwork at(long timeNs, Runnable action) {
        driver.at(timeNs, action);
        return this;
    }

    /** Schedules an action after a delay. */
    public SimNetwork after(long delayNs, Runnable action) {
        return at(nowNs() + delayNs, action);
    }

    /**
     * Runs to a time, what is due at that time included; it is that time afterwards.
     *
     * @throws IllegalStateException when somebody does not come to rest at one instant
     */
    public void runUntil(long timeNs) {
        driver.run(() -> false, timeNs);
        if (timeNs > nowNs()) {
            fabric.nowNs(timeNs);
        }
    }

    /** Runs for a span of time, see {@link #runUntil}. */
    public void runFor(long ns) {
        runUntil(nowNs() + ns);
    }

    /**
     * Runs until nobody has a deadline and no packet is on its way. It is then the time of the last
     * event, or the limit when that was reached.
     *
     * @param limitNs a time, not a length
     * @return false when something is left to do after the limit
     */
    public boolean runUntilIdle(long limitNs) {
        SimDriver.End end = driver.run(() -> false, limitNs);
        if (end == SimDriver.End.LIMIT) {
            fabric.nowNs(Math.max(nowNs(), limitNs));
        }
        return end == SimDriver.End.IDLE;
    }

    /**
     * Runs as long as a condition holds; it is looked at when everything has been done that can be
     * done at one instant.
     *
     * @param limitNs a time, not a length
     * @return false when it still held after the limit, or with nothing left to do
     */
    public boolean runWhile(BooleanSupplier condition, long limitNs) {
        SimDriver.End end = driver.run(() -> !condition.getAsBoolean(), limitNs);
        if (end == SimDriver.End.LIMIT) {
            fabric.nowNs(Math.max(nowNs(), limitNs));
        }
        return end == SimDriver.End.CONDITION;
    }

    /**
     * Does once what can be done at this instant: packets, actions, participants. For those who
     * steer the time themselves, by this and the next three methods, instead of by {@code run}.
     *
     * @return how much was done; 0 when nothing is left to do now
     */
    public int doWork() {
        return driver.round();
    }

    /** The earliest time at which something is left to do; {@link Long#MAX_VALUE}: never. */
    public long nextDeadlineNs() {
        return driver.nextNs();
    }

    /** When the next packet departs or arrives; {@link Long#MAX_VALUE} when none is on its way. */
    public long nextPacketNs() {
        return fabric.nextEventNs();
    }

    /**
     * Moves the clock to a later time, without running anything.
     *
     * @param timeNs not before {@link #nowNs()}
     */
    public void advanceTo(long timeNs) {
        if (timeNs < nowNs()) {
            throw new IllegalArgumentException(
                    "it is " + nowNs() + " ns already; " + timeNs + " ns has passed");
        }
        fabric.nowNs(timeNs);
    }

    /**
     * Lets the destination address decide between two hosts as well, so that a packet to an address
     * that nobody has goes nowhere, and one to its own host comes back.
     */
    public SimNetwork routeByAddress() {
        fabric.routeByAddress();
        return this;
    }

    /**
     * The first thread that receives or waits here is the network's, as long as it lives.
     *
     * @throws IllegalStateException in another one
     */
    void requireOneThread() {
        Thread current = Thread.currentThread();
        Thread first = owner.get();
        if (first == current) {
            return;
        }
        boolean free = first == null || !first.isAlive();
        if (!free || !owner.compareAndSet(first, current)) {
            throw new IllegalStateException(
                    "this simulated network is used by "
                            + owner.get()
                            + " and can't be by "
                            + current
                            + " as well: two drivers can't share it. Add both endpoints to the"
                            + " network with add() and let it run them, or join the drivers by"
                            + " another transport, udp: for instance");
        }
    }

    void catchUp(long timeNs) {
        driver.catchUp(timeNs);
    }

    void await(SimTransport host, long timeoutNs) {
        if (driver.running()) {
            host.ready();
            return;
        }
        boolean endless = timeoutNs > LONGEST_AWAIT_NS;
        long limit = endless ? Long.MAX_VALUE - 1 : nowNs() + Math.max(0, timeoutNs);
        SimDriver.End end = driver.run(host::ready, limit);
        // When nothing will ever come, an endless wait returns at once, and time stands still.
        if (end != SimDriver.End.CONDITION && !endless) {
            fabric.nowNs(limit);
        }
    }

    @Override
    public String toString() {
        return "simulated network, seed " + seed + ", at " + nowNs() + " ns";
    }
}
