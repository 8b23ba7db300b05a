package io.finwait.examples.soak;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Two endpoints under load for a long time: connections that end in every way over a bad link, and
 * strangers that flood and send junk. Every octet and every ending is checked; limits are looked at
 * all the time; at the end of each round all must have come to rest, and nothing may be held.
 */
public final class Soak implements AutoCloseable {

    /** Short, so that each round comes to rest soon. */
    static final Duration TWO_MSL = TimeWaitPolicy.SHORTEST_2MSL;

    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final int PORT = 80;
    private static final int CLOSED_PORT = 81;
    private static final int BACKLOG = 128;

    /** Strangers send in bursts so far apart, and limits are looked at as often. */
    private static final long TICK_NS = 10 * MS;

    /** By then all connections of a round must have come to their end, and TIME-WAIT is over. */
    private static final long LONGEST_REST_NS = 300 * SECOND;

    private record Timed(long atNs, long order, Runnable action) implements Comparable<Timed> {
        @Override
        public int compareTo(Timed other) {
            long ahead = atNs == other.atNs ? order - other.order : atNs - other.atNs;
            return Long.signum(ahead);
        }
    }

    private final SoakSettings settings;
    private final SoakNet net;
    private final SplittableRandom random;
    private final Strangers strangers;
    private final TcpEndpoint client;
    private final TcpEndpoint server;
    private Listener listener;
    private final Ledger ledger = new Ledger();
    private final Leaks leaks;
    private final Map<Long, Life> lives = new HashMap<>();
    private final PriorityQueue<Timed> timed = new PriorityQueue<>();
    private final ByteBuffer scratch = ByteBuffer.allocate(16 * 1024);
    private final long begunNs;
    private long opened;
    private long order;
    private long nextOpenNs;
    private long nextTickNs;
    private int lastPort;
    private boolean resting;

    public Soak(SoakSettings settings) {
        this.settings = settings;
        long seed = settings.seed();
        random = new SplittableRandom(seed);
        net =
                switch (settings.transport()) {
                    case SIM -> SoakNet.sim(seed);
                    case UDP -> SoakNet.udp(seed);
                    case TUN -> SoakNet.tun(seed);
                };
        client = new TcpEndpoint(config(SoakNet.CLIENT, 2 * seed), net.client());
        server = new TcpEndpoint(config(SoakNet.SERVER, 2 * seed + 1), net.server());
        strangers = new Strangers(net, random.split(), PORT);
        leaks = new Leaks(net.isVirtual());
        begunNs = net.nowNs();
    }

    /** Memory is short as well. */
    private static EndpointConfig config(IpAddress address, long seed) {
        return EndpointConfig.builder()
                .address(address)
                .seed(seed)
                .sendBufferOctets(64 * 1024)
                .receiveBufferOctets(64 * 1024)
                .largestReceiveBufferOctets(256 * 1024)
                .largestSendBufferOctets(256 * 1024)
                .limits(Limits.DEFAULT.withMemoryOctets(Leaks.MEMORY_OCTETS))
                .closePolicy(ClosePolicy.DEFAULT.withOrphanTimeout(Duration.ofMinutes(2)))
                .timeWaitPolicy(TimeWaitPolicy.defaults().withTwoMsl(TWO_MSL))
                .build();
    }

    /**
     * Runs for the time of the settings, or until something is wrong.
     *
     * @param progress is told a line now and then, and a last one
     * @return what was seen
     */
    public Ledger run(Consumer<String> progress) {
        long leftNs = settings.lasts().toNanos();
        while (leftNs > 0 && ledger.isGood()) {
            long roundNs = Math.min(leftNs, settings.round().toNanos());
            leftNs -= roundNs;
            listener = server.listen(PORT, BACKLOG);
            traffic(net.nowNs() + roundNs, progress);
            rest();
            progress.accept(line());
        }
        ledger.note("SYNs of strangers", strangers.syns());
        ledger.note("packets of junk", strangers.junk());
        ledger.note("SYN cookies sent", server.counters().get(Counter.SYN_COOKIES_SENT));
        ledger.note("SYN cookies received", server.counters().get(Counter.SYN_COOKIES_RECEIVED));
        ledger.note(
                "retransmissions",
                client.counters().get(Counter.RETRANSMISSIONS)
                        + server.counters().get(Counter.RETRANSMISSIONS));
        return ledger;
    }

    private void traffic(long untilNs, Consumer<String> progress) {
        long fromNs = net.nowNs();
        long shownNs = System.nanoTime();
        resting = false;
        nextOpenNs = fromNs;
        nextTickNs = fromNs;
        while (net.nowNs() < untilNs && ledger.isGood()) {
            cycle(fromNs, untilNs);
            if (System.nanoTime() - shownNs > 5 * SECOND) {
                shownNs = System.nanoTime();
                progress.accept(line());
            }
        }
        resting = true;
    }

    /** Nothing new begins until all has ended. */
    private void rest() {
        long untilNs = net.nowNs() + LONGEST_REST_NS;
        int did = 1;
        while ((!isAtRest() || did > 0) && net.nowNs() < untilNs && ledger.isGood()) {
            did = cycle(Long.MAX_VALUE, untilNs);
            if (onlyStrangersAreLeft()) {
                listener.close();
            }
        }
        if (!ledger.isGood()) {
            return;
        }
        if (!isAtRest()) {
            fault("something is left " + LONGEST_REST_NS / SECOND + " s after the last opening");
        }
        for (Life each : lives.values()) {
            String lacks = each.lacks();
            if (lacks != null) {
                fault(lacks);
            }
        }
        lives.clear();
        leaks.atRest(client, "client", this::fault);
        leaks.atRest(server, "server", this::fault);
        leaks.ofTheProcess(this::fault);
        if (net.packetsInUse() != 0) {
            fault(net.packetsInUse() + " packets are held by nobody");
        }
    }

    /** Their handshakes would go on for a minute. */
    private boolean onlyStrangersAreLeft() {
        return timed.isEmpty()
                && client.connectionCount() == 0
                && server.connectionCount() == listener.synQueueLength();
    }

    private boolean isAtRest() {
        return timed.isEmpty()
                && client.connectionCount() + server.connectionCount() == 0
                && client.timeWait().size() + server.timeWait().size() == 0;
    }

    private int cycle(long roundBeganNs, long untilNs) {
        long nowNs = net.nowNs();
        int did = net.work() + client.doWork(nowNs) + server.doWork(nowNs) + accept();
        while (!timed.isEmpty() && timed.peek().atNs() <= nowNs) {
            timed.remove().action().run();
            did++;
        }
        if (!resting && nextOpenNs <= nowNs) {
            open(nowNs);
            did++;
        }
        if (nextTickNs <= nowNs) {
            tick(nowNs - roundBeganNs, nowNs);
        }
        if (did == 0 && !(resting && isAtRest())) {
            net.awaitUntil(next(untilNs));
        }
        return did;
    }

    private long next(long untilNs) {
        long next = Math.min(untilNs, Math.min(client.nextDeadlineNs(), server.nextDeadlineNs()));
        if (!timed.isEmpty()) {
            next = Math.min(next, timed.peek().atNs());
        }
        return resting ? next : Math.min(next, Math.min(nextOpenNs, nextTickNs));
    }

    private int accept() {
        int accepted = 0;
        Connection next;
        while ((next = listener.accept()) != null) {
            User user = new User(this, false);
            user.take(next);
            user.go();
            accepted++;
        }
        return accepted;
    }

    private void open(long nowNs) {
        nextOpenNs = nowNs + random.nextLong(2 * SECOND * 1_000 / settings.milliRate() + 1);
        Plan plan = Plan.of(random.nextInt(100));
        boolean stalls = plan == Plan.STALLS || plan == Plan.ORPHANED;
        Life life = new Life(this, opened, plan, length(), stalls ? 4L << 20 : length());
        int port = plan == Plan.NOBODY_LISTENS ? CLOSED_PORT : PORT;
        Connection connection;
        try {
            connection = client.connect(SoakNet.SERVER, port);
        } catch (IllegalStateException allPortsAreInUse) {
            ledger.noPort();
            return;
        }
        lives.put(opened++, life);
        lastPort = connection.localPort();
        life.client().take(connection);
        life.client().begin(life);
    }

    /** Mostly short, now and then long. */
    private long length() {
        int kind = random.nextInt(100);
        int most = kind < 80 ? 4_000 : kind < 99 ? 64_000 : 1_000_000;
        return Text.HEADER + random.nextLong(most);
    }

    /** Strangers flood in the second quarter of a round, for a tenth of it; junk comes always. */
    private void tick(long intoRoundNs, long nowNs) {
        if (!resting) {
            nextTickNs = nowNs + TICK_NS;
            long roundNs = settings.round().toNanos();
            long flooded = intoRoundNs - roundNs / 4;
            if (flooded >= 0 && flooded < roundNs / 10) {
                strangers.flood(perTick(settings.floodRate()), nowNs);
            }
            strangers.junk(perTick(settings.junkRate()), lastPort, nowNs);
        }
        leaks.always(client, "client", this::fault);
        leaks.always(server, "server", this::fault);
    }

    private int perTick(int perSecond) {
        long perTick = SECOND / TICK_NS;
        return (int) ((perSecond + random.nextInt((int) perTick)) / perTick);
    }

    private String line() {
        return "%s: %,d connections opened, %d open, %d blocks, %d in TIME-WAIT, %,d octets"
                        .formatted(
                                Duration.ofSeconds((net.nowNs() - begunNs) / SECOND),
                                opened,
                                client.connectionCount() + server.connectionCount(),
                                client.pool().inUse() + server.pool().inUse(),
                                client.timeWait().size() + server.timeWait().size(),
                                ledger.octets())
                + leaks;
    }

    ByteBuffer scratch() {
        return scratch;
    }

    long random(long belowNs) {
        return random.nextLong(belowNs);
    }

    void after(long ns, Runnable action) {
        timed.add(new Timed(net.nowNs() + ns, order++, action));
    }

    Life lifeOf(long number) {
        return lives.get(number);
    }

    void over(Life life) {
        lives.remove(life.number());
    }

    void received(int octets) {
        ledger.received(octets);
    }

    void ended(Plan plan, boolean atClient, HowEnded how) {
        ledger.ended(plan, atClient, how);
    }

    /** A server's connection whose client has ended before it said anything. */
    void endedUnknown(HowEnded how, String why, Connection connection) {
        ledger.endedUnknown(how);
        if (how != HowEnded.RESET && how != HowEnded.TIMED_OUT) {
            fault(why + " ends a connection that has said nothing: " + connection);
        }
    }

    void fault(String what) {
        ledger.fault(
                "after "
                        + Duration.ofNanos(net.nowNs() - begunNs)
                        + " (seed "
                        + settings.seed()
                        + "): "
                        + what);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        net.close();
    }
}
