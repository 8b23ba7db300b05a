package io.finwait.nio.gateway;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.finwait.driver.Driver;
import io.finwait.link.EthernetTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.spi.Medium;
import io.finwait.spi.Transport;
import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Takes every TCP connection that comes out of a transport, whatever its address, and passes it on
 * by a socket of the kernel's. The client sees what it would see of the destination itself: SYN,ACK
 * only when that has answered, RST when it refuses, ICMP when it can't be reached, silence when it
 * is silent; FIN and RST of either end come out at the other. Datagrams and pings are passed on
 * too.
 *
 * <pre>{@code
 * Transport tun = Transports.open("tun:gw0?address=10.0.2.1/24");
 * try (Gateway gateway = Gateway.over(tun).router(Policy.standard()).open()) {
 *     …
 * }
 * }</pre>
 *
 * <p>All connections are handled by the thread of a {@link Driver}, which asks the {@link Router}
 * as well; while it waits, a second one waits for the kernel's sockets. Pings have threads of their
 * own while there are any. What is held of each connection is bounded: its buffers, and 64 KiB in
 * each direction that an end has not taken. All methods may be called from any thread, but {@link
 * #close} not from the driver's own.
 *
 * <p>When the transport fails, because its device was removed for instance, the gateway ends as by
 * {@link #shutdown} without a drain time: both ends of what was open are closed, and {@code
 * driver().stopped()} is completed with the reason.
 */
public final class Gateway implements AutoCloseable {

    /** How long {@link #close()} lets connections come to their end. */
    public static final Duration DRAIN_TIME = Duration.ofSeconds(10);

    static final int KEEPALIVE_PROBES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int BUFFER = 64 * 1024;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    final SocketWatch sockets;
    final LateResets lateResets;
    final ServerKeepAlive serverKeepAlive;
    final Tally tally = new Tally();
    final Set<Passage> passages = new LinkedHashSet<>();
    final Set<Attempt> attempts = new LinkedHashSet<>();
    final ByteBuffer scratch = ByteBuffer.allocateDirect(BUFFER);
    final long keepAliveNs;
    final long userTimeoutNs;

    private final Driver driver;
    private final Router router;
    private final Datagrams datagrams;
    private final CompletableFuture<Integer> stopped = new CompletableFuture<>();
    private CatchAll catchAll;
    private boolean draining;
    private boolean allEnded;

    /** How many connections were open when it ended. */
    private int left;

    private volatile Thread driversThread;

    private Gateway(Builder builder) throws IOException {
        Attempt.load();
        router = builder.router;
        keepAliveNs = NANOSECONDS.convert(builder.keepAlive);
        userTimeoutNs = NANOSECONDS.convert(builder.userTimeout);
        PacketGate gate = new PacketGate(builder.transport);
        try {
            driver = Driver.start(builder.config(), gate);
        } catch (RuntimeException e) {
            builder.transport.close();
            throw e;
        }
        try {
            sockets = new SocketWatch(gate::wakeup);
            lateResets = lateResets(sockets);
        } catch (IOException e) {
            Object unused = driver.shutdown(Duration.ZERO).join();
            throw e;
        }
        serverKeepAlive = new ServerKeepAlive(sockets, keepAliveNs);
        datagrams = new Datagrams(this, driver, gate, builder.maxDatagramFlows);
        driver.call(endpoint -> begin(endpoint, gate, builder.limits)).join();
        sockets.start();
        CompletableFuture<?> unused = driver.stopped().whenComplete((how, none) -> ended());
    }

    private static LateResets lateResets(SocketWatch sockets) throws IOException {
        try {
            return new LateResets(sockets, System::nanoTime);
        } catch (IOException e) {
            sockets.close();
            throw e;
        }
    }

    private Void begin(Endpoint endpoint, PacketGate gate, CatchAllLimits limits) {
        driversThread = Thread.currentThread();
        catchAll = endpoint.catchAll(limits, new Reception());
        gate.open(datagrams, sockets);
        driver.eachTurn(sockets::turn);
        return null;
    }

    /** Asks where a call goes; what the router throws refuses it. */
    Onward route(Call call) {
        try {
            return Objects.requireNonNull(router.route(call), "route");
        } catch (Throwable e) {
            LOG.error("the router has no answer to " + call, e);
            return new Onward.Refused();
        }
    }

    /** Is asked by the endpoint what becomes of connections. */
    private final class Reception implements IncomingHandler {

        @Override
        public void onIncoming(Incoming incoming) {
            tally.add(Count.CALLS);
            Call call =
                    new Call(
                            Call.Kind.TCP,
                            incoming.remoteAddress(),
                            incoming.remotePort(),
                            incoming.localAddress(),
                            incoming.localPort());
            Attempt attempt = new Attempt(Gateway.this, incoming);
            incoming.attach(attempt);
            attempts.add(attempt);
            attempt.begin(draining ? new Onward.Refused() : route(call));
        }

        @Override
        public void onEstablished(Incoming incoming, Connection connection) {
            ((Attempt) incoming.attachment()).established(connection);
        }

        @Override
        public void onGone(Incoming incoming, Gone why) {
            ((Attempt) incoming.attachment()).gone(why);
        }
    }

    /** The driver whose endpoint has the clients' connections, for netstat for instance. */
    public Driver driver() {
        return driver;
    }

    /** What was counted so far, also when it has stopped. Waits for the driver's thread. */
    public GatewayStatistics statistics() {
        if (isDriversThread()) {
            return count();
        }
        return driver.call(endpoint -> count()).exceptionally(hasStopped -> count()).join();
    }

    private boolean isDriversThread() {
        return Thread.currentThread() == driversThread;
    }

    private GatewayStatistics count() {
        Map<Count, Long> counts = new EnumMap<>(Count.class);
        for (Count each : Count.values()) {
            counts.put(each, tally.get(each));
        }
        int open = passages.size() + attempts.size();
        return new GatewayStatistics(counts, open, datagrams.size());
    }

    /**
     * Stops: new calls are refused, connections go on until both their ends have closed them or the
     * time is over; those that are left are reset at both ends. A second call changes nothing.
     *
     * @param drainTime how long connections may take, zero or less for not at all, at most a
     *     hundred years
     * @return how many had to be reset, those that waited for their destination included; completed
     *     when all is closed, the transport included
     */
    public CompletableFuture<Integer> shutdown(Duration drainTime) {
        Duration bounded = drainTime.compareTo(LONGEST) < 0 ? drainTime : LONGEST;
        long drainNs = bounded.isNegative() ? 0 : bounded.toNanos();
        CompletableFuture<Void> asked =
                driver.call(
                        endpoint -> {
                            drain(endpoint, System.nanoTime() + drainNs);
                            return null;
                        });
        return asked.exceptionally(hasStopped -> null).thenCompose(begun -> stopped.copy());
    }

    private void drain(Endpoint endpoint, long deadlineNs) {
        if (draining) {
            return;
        }
        draining = true;
        sockets.tick(
                now -> {
                    boolean all =
                            attempts.isEmpty()
                                    && passages.isEmpty()
                                    && endpoint.connectionCount() == 0;
                    if (!all && now - deadlineNs < 0) {
                        return true;
                    }
                    stop();
                    return false;
                });
    }

    private void stop() {
        catchAll.close();
        endAll();
        CompletableFuture<?> unused = driver.shutdown(Duration.ZERO);
    }

    /** The driver has ended: we have stopped it, or somebody else, or it has failed. */
    private void ended() {
        try {
            endAll();
        } catch (RuntimeException e) {
            LOG.error("the gateway could not end everything", e);
        } finally {
            stopped.complete(left);
        }
    }

    private void endAll() {
        if (allEnded) {
            return;
        }
        allEnded = true;
        left = passages.size() + attempts.size();
        List.copyOf(attempts).forEach(Attempt::drop);
        List.copyOf(passages).forEach(Passage::abort);
        datagrams.close();
        sockets.close();
        lateResets.close();
    }

    /**
     * {@link #shutdown} with {@link #DRAIN_TIME}, and waits until that is done.
     *
     * @throws IllegalStateException on the driver's thread, in a {@link Router} for instance, which
     *     can't wait for itself
     */
    @Override
    public void close() {
        if (isDriversThread()) {
            throw new IllegalStateException(
                    "the gateway's thread can't wait for itself; call shutdown() there");
        }
        int unused = shutdown(DRAIN_TIME).join();
    }

    /** Begins a gateway over a transport, which it closes in the end. */
    public static Builder over(Transport transport) {
        return new Builder(transport);
    }

    /** Collects the settings of a {@link Gateway}. */
    public static final class Builder {

        private final Transport transport;
        private final List<IpAddress> addresses = new ArrayList<>();
        private Router router = Policy.standard();
        private CatchAllLimits limits = CatchAllLimits.DEFAULT;
        private UnaryOperator<EndpointConfig.Builder> endpoint = config -> config;
        private Duration keepAlive = Duration.ofSeconds(75);
        private Duration userTimeout = Duration.ZERO;
        private int maxDatagramFlows = 1024;

        private Builder(Transport transport) {
            this.transport = Objects.requireNonNull(transport, "transport");
        }

        /**
         * Adds an address of the gateway's own: errors come from it, and it answers pings. Without
         * one it is 10.0.2.2, as slirp has it.
         */
        public Builder address(IpAddress address) {
            addresses.add(Objects.requireNonNull(address, "address"));
            return this;
        }

        /** Sets who says where calls go; {@link Policy#standard()} by default. */
        public Builder router(Router who) {
            router = Objects.requireNonNull(who, "router");
            return this;
        }

        /** Sets how many calls may wait for their destinations, and for how long. */
        public Builder limits(CatchAllLimits newLimits) {
            limits = Objects.requireNonNull(newLimits, "limits");
            return this;
        }

        /** Changes the endpoint's configuration; its addresses and prefixes are set already. */
        public Builder endpoint(UnaryOperator<EndpointConfig.Builder> change) {
            endpoint = Objects.requireNonNull(change, "change");
            return this;
        }

        /**
         * Sets after which silence each end is probed; one that does not answer is lost, and the
         * other one is reset. 75 s by default, zero for never. The kernel, which probes servers,
         * counts in whole seconds up to 32,767; less than one is never.
         */
        public Builder keepAlive(Duration idle) {
            keepAlive = requireNotNegative(idle);
            return this;
        }

        /**
         * Sets for how long a client may acknowledge nothing, in the handshake as well, before it
         * is given up and its server is reset; and for how long a server may take nothing of what
         * waits for it before both ends are reset. Zero, the default, for the rules of the endpoint
         * and of the kernel.
         */
        public Builder userTimeout(Duration timeout) {
            userTimeout = requireNotNegative(timeout);
            return this;
        }

        /** Sets between how many pairs of sockets datagrams may go; 1,024 by default. */
        public Builder maxDatagramFlows(int flows) {
            if (flows < 0) {
                throw new IllegalArgumentException(
                        "maxDatagramFlows " + flows + " is negative; choose 0 for no datagrams");
            }
            maxDatagramFlows = flows;
            return this;
        }

        private static Duration requireNotNegative(Duration time) {
            if (time.isNegative()) {
                throw new IllegalArgumentException(time + " is negative; choose zero or more");
            }
            return time;
        }

        private EndpointConfig config() {
            EndpointConfig.Builder config =
                    EndpointConfig.builder().prefix(IpPrefix.ALL_V4).prefix(IpPrefix.ALL_V6);
            // What is held of a connection is bounded by these; a path of its own is short.
            config.sendBufferOctets(256 * 1024).largestSendBufferOctets(4 << 20);
            config.receiveBufferOctets(256 * 1024).largestReceiveBufferOctets(4 << 20);
            // A RST behind a FIN is passed on as that, and so does the FIN come first.
            config.closePolicy(ClosePolicy.DEFAULT.withEndOfStreamAfterReset(true));
            config.userTimeout(userTimeout);
            if (addresses.isEmpty()) {
                config.address("10.0.2.2");
            }
            addresses.forEach(config::address);
            return endpoint.apply(config).build();
        }

        /**
         * Opens it. Whatever is thrown, the transport is closed then.
         *
         * @throws IOException when the kernel has no selector left
         * @throws IllegalArgumentException when the transport carries frames, or is a host of an
         *     Ethernet; or when the endpoint's configuration contradicts itself
         */
        public Gateway open() throws IOException {
            if (transport instanceof EthernetTransport
                    || transport.capabilities().medium() != Medium.IP) {
                transport.close();
                throw new IllegalArgumentException(
                        "a gateway answers from every address, and a host of an Ethernet only from"
                                + " its own; choose a transport of IP packets, such as tun:, or"
                                + " udp: and unix: without medium=ethernet");
            }
            return new Gateway(this);
        }
    }
}
