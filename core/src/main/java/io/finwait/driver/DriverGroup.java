package io.finwait.driver;

import io.finwait.spi.RandomSource;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.FlowShare;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.wire.IpAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Several drivers with the same addresses, each with an endpoint, a thread and a queue of the
 * device of its own: what one processor can't do, several do. They share no connection and no
 * lock. Every connection belongs to one of them ({@link FlowShare}), and a packet that comes in at
 * the queue of another one is handed over.
 *
 * <p>Limits of the configuration, such as {@link EndpointConfig#maxConnections()} and the budget of
 * the buffers, count for each driver. Its observers are called by all their threads.
 *
 * <p>All methods may be called from any thread. When one driver stops by itself, the others are
 * shut down as well: half of the connections would have nobody.
 */
public final class DriverGroup implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DriverGroup.class);

    private final List<Driver> drivers;
    private final List<SharedQueue> queues;
    private final AtomicInteger turn = new AtomicInteger();
    private final CompletableFuture<DrainReport> stopped;
    private volatile boolean asked;

    private DriverGroup(List<Driver> drivers, List<SharedQueue> queues) {
        this.drivers = List.copyOf(drivers);
        this.queues = queues;
        stopped = whenAll(each(Driver::stopped)).thenApply(DrainReport::merged);
        drivers.forEach(
                driver -> {
                    CompletableFuture<DrainReport> unused =
                            driver.stopped().whenComplete((report, never) -> othersStop(report));
                });
    }

    private void othersStop(DrainReport report) {
        if (asked) {
            return;
        }
        LOG.warn("a driver of several has stopped; the others are shut down", report.failure());
        CompletableFuture<DrainReport> unused = shutdown(Driver.DRAIN_TIME);
    }

    /**
     * Opens queues of a device and starts a driver on each.
     *
     * @param config the addresses and rules of all
     * @param uri of a device with several queues: {@code tun:}, {@code tap:} or {@code packet:}
     * @param count how many drivers, 1 to {@link FlowShare#MOST}
     * @throws IllegalArgumentException when the URI is wrong, or it has one queue only
     * @throws java.io.UncheckedIOException when the device can't be opened
     */
    public static DriverGroup open(EndpointConfig config, String uri, int count) {
        List<EndpointConfig> configs = configs(config, count);
        List<SharedQueue> joined = new ArrayList<>();
        UnaryOperator<List<Transport>> join =
                queues -> {
                    if (count == 1) {
                        return queues;
                    }
                    joined.addAll(SharedQueue.join(queues, configs.get(0).share()));
                    return List.copyOf(joined);
                };
        return start(configs, Transports.openQueues(uri, count, join), joined);
    }

    /**
     * Starts a driver on each of several transports.
     *
     * @param config the addresses and rules of all
     * @param queues carry IP packets of these addresses, each packet on any of them; the group's
     *     from now on, which closes them
     * @throws IllegalArgumentException when there are none, or more than {@link FlowShare#MOST}
     */
    public static DriverGroup start(EndpointConfig config, List<? extends Transport> queues) {
        List<EndpointConfig> configs = configs(config, queues.size());
        if (queues.size() == 1) {
            return start(configs, queues, List.of());
        }
        List<SharedQueue> joined = SharedQueue.join(queues, configs.get(0).share());
        return start(configs, joined, joined);
    }

    private static DriverGroup start(
            List<EndpointConfig> configs,
            List<? extends Transport> transports,
            List<SharedQueue> queues) {
        List<Driver> drivers = new ArrayList<>();
        try {
            for (int i = 0; i < configs.size(); i++) {
                drivers.add(Driver.start(configs.get(i), transports.get(i)));
            }
        } catch (RuntimeException e) {
            drivers.forEach(each -> each.shutdown(Duration.ZERO).join());
            transports.forEach(Transport::close);
            throw e;
        }
        return new DriverGroup(drivers, List.copyOf(queues));
    }

    /** A source of randomness need not be safe for several threads. */
    private static List<EndpointConfig> configs(EndpointConfig config, int count) {
        RandomSource source = config.random();
        RandomSource random =
                () -> {
                    synchronized (source) {
                        return source.nextLong();
                    }
                };
        long key = random.nextLong();
        List<EndpointConfig> configs = new ArrayList<>();
        for (int i = 0; i < Math.max(1, count); i++) {
            configs.add(config.toBuilder().random(random).share(i, count, key).build());
        }
        return configs;
    }

    /** How many drivers there are. */
    public int size() {
        return drivers.size();
    }

    /**
     * One of the drivers, for what the group can't do: each may connect from a port of its choice,
     * and listen on an ephemeral one. A driver that listens alone on another port gets only its
     * share of the clients; the rest is refused.
     *
     * @param index 0 to {@link #size()} - 1
     */
    public Driver driver(int index) {
        return drivers.get(index);
    }

    /** Opens a connection, of each driver in turn, as {@link Driver#connect} does. */
    public CompletableFuture<AsyncConnection> connect(IpAddress remote, int port) {
        int index = Math.floorMod(turn.getAndIncrement(), drivers.size());
        return drivers.get(index).connect(remote, port);
    }

    /**
     * Opens a port on all addresses, at every driver.
     *
     * @param port 1 to 65,535; an ephemeral one belongs to one driver alone
     * @param backlog connections that may wait to be accepted, at each driver, at least 1
     * @return exceptionally as {@link Driver#listen}; then it is open at none
     */
    public CompletableFuture<GroupListener> listen(int port, int backlog) {
        List<CompletableFuture<AsyncListener>> asked = each(driver -> driver.listen(port, backlog));
        return whenAll(asked)
                .thenApply(GroupListener::new)
                .exceptionallyCompose(
                        failure -> closed(asked).thenCompose(none -> failed(failure)));
    }

    /** Closes those that were opened; all are answered by now. */
    private static CompletableFuture<Void> closed(List<CompletableFuture<AsyncListener>> asked) {
        return CompletableFuture.allOf(
                asked.stream()
                        .filter(each -> !each.isCompletedExceptionally())
                        .map(each -> each.thenCompose(AsyncListener::close))
                        .toArray(CompletableFuture<?>[]::new));
    }

    private static <T> CompletableFuture<T> failed(Throwable failure) {
        return CompletableFuture.failedFuture(
                failure.getCause() == null ? failure : failure.getCause());
    }

    /**
     * Runs a function on the thread of every driver.
     *
     * @param function is given each endpoint, several at the same time; as in {@link Driver#call}
     * @return the answers, in the order of the drivers
     */
    public <T> CompletableFuture<List<T>> callAll(
            Function<? super Endpoint, ? extends T> function) {
        return whenAll(each(driver -> driver.<T>call(function)));
    }

    /** What all endpoints have counted together. */
    public CompletableFuture<Counters> counters() {
        return callAll(Endpoint::counters)
                .thenApply(
                        all -> counter -> all.stream().mapToLong(each -> each.get(counter)).sum());
    }

    /** How many connections of all endpoints are in each state; TIME-WAIT is one of them. */
    public CompletableFuture<StateCounts> states() {
        return callAll(Endpoint::states).thenApply(DriverGroup::sum);
    }

    private static StateCounts sum(List<StateCounts> all) {
        StateCounts sum = new StateCounts();
        for (State state : State.values()) {
            for (StateCounts each : all) {
                sum.add(state, each.get(state));
            }
        }
        return sum;
    }

    /** How many packets came in at another queue than their driver's, and were handed over. */
    public long handedOver() {
        return queues.stream().mapToLong(SharedQueue::handedOver).sum();
    }

    /** How many were to be handed over and were dropped, because too many waited already. */
    public long dropped() {
        return queues.stream().mapToLong(SharedQueue::dropped).sum();
    }

    /**
     * Stops all drivers, with one deadline; see {@link Driver#shutdown}.
     *
     * @return completed when all have stopped, with what had not ended at any of them
     */
    public CompletableFuture<DrainReport> shutdown(Duration drainTime) {
        asked = true;
        drivers.forEach(
                each -> {
                    CompletableFuture<DrainReport> unused = each.shutdown(drainTime);
                });
        return stopped.copy();
    }

    /** Completed when all drivers have stopped. */
    public CompletableFuture<DrainReport> stopped() {
        return stopped.copy();
    }

    /**
     * Stops and waits until that is done; the time is {@link Driver#DRAIN_TIME}. What had not ended
     * is logged.
     */
    @Override
    public void close() {
        DrainReport report = shutdown(Driver.DRAIN_TIME).join();
        if (!report.notEnded().isEmpty()) {
            LOG.warn("these connections had not ended and were reset: {}", report.notEnded());
        }
    }

    private <T> List<CompletableFuture<T>> each(Function<Driver, CompletableFuture<T>> call) {
        return drivers.stream().map(call).toList();
    }

    /** All answers in their order, or the first failure when all have come. */
    static <T> CompletableFuture<List<T>> whenAll(List<CompletableFuture<T>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(nothing -> answers.stream().map(CompletableFuture::join).toList());
    }
}
