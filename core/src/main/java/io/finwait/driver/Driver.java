package io.finwait.driver;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.finwait.Finwait;
import io.finwait.spi.Transport;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntSupplier;

/**
 * Runs an endpoint over a transport on its own platform or virtual thread, so that every thread can
 * use it.
 *
 * <p>The thread works while there is work, then spins for a moment, then waits in {@link
 * Transport#await}: an idle driver costs no CPU. Inbox from other threads wake it.
 *
 * <h2>Threads</h2>
 *
 * <p>Every method here, of {@link AsyncConnection} and of {@link AsyncListener} may be called from
 * any thread. The answers are futures; they are completed on the driver's thread, and so run what
 * is chained to them without {@code Async}. Such callbacks may call everything, and must not wait
 * for an answer ({@code join}, {@code get}): nobody would give it. {@link #call} runs a function on
 * the driver's thread with the endpoint itself, whose own interface is made of callbacks.
 *
 * <p>A caller may stop waiting by {@code cancel}, {@code orTimeout} or {@code completeOnTimeout} on
 * the future itself. A call that had not begun is then not executed; a connect is ended at once, an
 * accept accepts no client, a read takes no octets and a write takes no more. The buffer is the
 * caller's again when that method has returned or the future has timed out. Inbox that end an
 * output, a connection, a listener or the driver are executed all the same.
 *
 * <p>What a function given to {@link #call} throws, an {@link Error} included, is the answer to
 * that call; the driver goes on. A driver ends by {@link #shutdown} or {@link #close}, by an
 * interrupt of its thread, or when its endpoint or transport fails; in each case every future is
 * completed and the transport closed.
 *
 * <p>At most 1,024 calls can be under way; the next caller waits until there is room.
 */
public final class Driver implements AutoCloseable {

    /** How long {@link #close()} lets connections come to their end. */
    public static final Duration DRAIN_TIME = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);
    private static final long SPIN_NS = 20_000;
    private static final long LONGEST_NS = Duration.ofDays(36_500).toNanos();

    private final Endpoint endpoint;
    private final Timekeeper time;
    private final Inbox inbox;
    private final Alarms alarms = new Alarms();
    private final Bindings bindings;
    private final Drain drain;
    private IntBinaryOperator backlogs = (port, asked) -> asked;
    private final WorkLoop loop;

    private Driver(
            EndpointConfig config,
            Transport transport,
            Timekeeper time,
            Runnable rouse,
            long spinNs) {
        this.time = time;
        inbox = new Inbox(time, rouse);
        endpoint = Finwait.open(config, transport);
        endpoint.handOver();
        bindings = new Bindings(this, endpoint);
        drain = new Drain(endpoint, transport, time, inbox, alarms);
        loop = new WorkLoop(endpoint, transport, time, inbox, alarms, drain, rouse, spinNs);
    }

    /** For {@link SteeredDriver}: it always waits, for the next turn. */
    static Driver withoutThread(EndpointConfig config, Transport transport, Timekeeper time) {
        Driver driver = new Driver(config, transport, time, time::driverHasWork, 0);
        boolean unused = driver.inbox.mayWait();
        return driver;
    }

    /**
     * Starts a driver on a daemon thread.
     *
     * @param config the endpoint's addresses and rules
     * @param transport carries its packets; the driver's from now on, which closes it
     */
    public static Driver start(EndpointConfig config, Transport transport) {
        return start(config, transport, Driver::daemon, SPIN_NS);
    }

    /**
     * Starts a driver.
     *
     * @param config the endpoint's addresses and rules
     * @param transport carries its packets; the driver closes it
     * @param threads makes the thread, {@code Thread.ofVirtual().factory()} for instance, where the
     *     JVM has it
     * @param spinNs how long to spin without work before waiting, in nanoseconds; 0 for virtual
     *     threads, whose carrier others need
     */
    public static Driver start(
            EndpointConfig config, Transport transport, ThreadFactory threads, long spinNs) {
        Driver driver = new Driver(config, transport, Timekeeper.SYSTEM, transport::wakeup, spinNs);
        Thread own = threads.newThread(driver.loop::run);
        driver.inbox.servedBy(own);
        own.start();
        return driver;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "finwait");
        thread.setDaemon(true);
        return thread;
    }

    // What the user inbox.

    /**
     * Opens a connection.
     *
     * @param remote the peer's address
     * @param port 1 to 65,535
     * @return completed when the connection is established; cancelled or timed out before, it ends
     *     the attempt at once; exceptionally with {@link java.net.ConnectException} when it is
     *     refused or times out, with the exceptions of {@link Endpoint#connect} when it can't be
     *     tried
     */
    public CompletableFuture<AsyncConnection> connect(IpAddress remote, int port) {
        return submit(
                answer -> {
                    drain.requireNotBegun();
                    AsyncConnection.connecting(this, endpoint.connect(remote, port), answer);
                });
    }

    /**
     * Opens a connection, as {@link #connect(IpAddress, int)} does.
     *
     * @param remote a resolved address; {@link java.nio.channels.UnresolvedAddressException} when
     *     it is not
     */
    public CompletableFuture<AsyncConnection> connect(InetSocketAddress remote) {
        if (remote.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return connect(IpAddress.of(remote.getAddress()), remote.getPort());
    }

    /**
     * Opens a port on all addresses of the endpoint.
     *
     * @param port 1 to 65,535
     * @param backlog connections that may wait to be accepted, at least 1
     * @return exceptionally with {@link IllegalStateException} when the port is already listening
     */
    public CompletableFuture<AsyncListener> listen(int port, int backlog) {
        return submit(
                answer -> {
                    AsyncListener listener = listenNow(null, port, backlog);
                    if (!answer.complete(listener)) {
                        listener.closeNow();
                    }
                });
    }

    /**
     * Binds a socket to a port, before it listens or connects.
     *
     * @param address one of the endpoint's, or null for all of them
     * @param port 1 to 65,535, or 0 for a free one
     * @param reuse the port may be that of connections, or of one in TIME-WAIT (SO_REUSEADDR)
     * @return exceptionally with {@link java.net.BindException}, "Address already in use" or
     *     "Cannot assign requested address"
     */
    public CompletableFuture<Binding> bind(IpAddress address, int port, boolean reuse) {
        return submit(
                answer -> {
                    drain.requireNotBegun();
                    Binding bound;
                    try {
                        bound = bindings.bind(address, port, reuse);
                    } catch (BindException e) {
                        answer.completeExceptionally(e);
                        return;
                    }
                    if (!answer.complete(bound)) {
                        bindings.remove(bound);
                    }
                });
    }

    CompletableFuture<AsyncListener> listen(Binding binding, int backlog) {
        return submit(
                answer -> {
                    try {
                        bindings.checkMayListen(binding);
                    } catch (BindException e) {
                        answer.completeExceptionally(e);
                        return;
                    }
                    AsyncListener listener = listenNow(binding.address(), binding.port(), backlog);
                    binding.listensWith(listener);
                    if (!answer.complete(listener)) {
                        listener.closeNow();
                    }
                });
    }

    Bindings bindings() {
        return bindings;
    }

    /** The time by which it works; whoever blocks on its connections waits there. */
    public Timekeeper time() {
        return time;
    }

    /** The configuration of its endpoint. */
    public EndpointConfig config() {
        return endpoint.config();
    }

    /**
     * Runs a function on the driver's thread.
     *
     * @param function is given the endpoint; must not block, nor keep the endpoint for other
     *     threads
     */
    public <T> CompletableFuture<T> call(Function<? super Endpoint, ? extends T> function) {
        return submit(answer -> answer.complete(function.apply(endpoint)));
    }

    /**
     * Has a function called on the driver's thread in every turn: work that comes neither with
     * packets nor with calls, such as sockets of the kernel that are ready. The driver waits only
     * when a call of it, too, found nothing to do; whoever brings it something then ends the wait
     * by {@link Transport#wakeup}. To be called on the driver's thread, in a function given to
     * {@link #call}; a second one takes the place of the first.
     *
     * @param work returns how much it did, 0 for nothing; must not block. What it throws ends the
     *     driver
     */
    public void eachTurn(IntSupplier work) {
        loop.alongside(Objects.requireNonNull(work, "work"));
    }

    /**
     * Stops: closes the listeners, ends every connection gracefully ({@link
     * Connection#closeGracefully}), and when all have ended, or the time is over, resets what is
     * left and closes the transport. TIME-WAIT is not waited for. A second call may only make the
     * time shorter.
     *
     * @param drainTime how long connections may take, zero or less for not at all
     * @return completed when the driver has stopped, with what had not ended
     */
    public CompletableFuture<DrainReport> shutdown(Duration drainTime) {
        long drainNs = nanos(drainTime);
        CompletableFuture<Void> begun =
                submit(
                        answer -> {
                            drain.begin(drainNs);
                            answer.complete(null);
                        });
        return begun.handle((nothing, hasStopped) -> true).thenCompose(either -> drain.stopped());
    }

    /** Completed when the driver has stopped, whoever or whatever made it stop. */
    public CompletableFuture<DrainReport> stopped() {
        return drain.stopped().copy();
    }

    /**
     * Stops and waits until that is done, see {@link #shutdown}; the time is {@link #DRAIN_TIME}.
     * What had not ended is logged. A second call does nothing.
     *
     * @throws IllegalStateException on the driver's thread, which can't wait for itself
     */
    @Override
    public void close() {
        if (inbox.isDriverThread()) {
            throw new IllegalStateException(
                    "the driver's thread can't wait for itself; call shutdown() there");
        }
        if (drain.stopped().isDone()) {
            return;
        }
        DrainReport report = shutdown(DRAIN_TIME).join();
        if (!report.notEnded().isEmpty()) {
            LOG.warn("these connections had not ended and were reset: {}", report.notEnded());
        }
    }

    // For this package.

    /** Runs an action on the driver's thread: at once when this is it. */
    <T> CompletableFuture<T> submit(Consumer<Answer<T>> action) {
        return inbox.submit(action);
    }

    /** A connection's user has done something; from any thread. */
    void signal(RingConnection connection) {
        inbox.signal(connection);
    }

    // On the driver's thread.

    /** What {@link SteeredDriver} needs: turns instead of a thread. */
    WorkLoop loop() {
        return loop;
    }

    /** The driver's connections and listeners, and its end. */
    Drain drain() {
        return drain;
    }

    ClosePolicy closePolicy() {
        return endpoint.config().closePolicy();
    }

    /** What becomes of a port and the backlog that its program asks for. */
    void backlogs(IntBinaryOperator newBacklogs) {
        backlogs = newBacklogs;
    }

    private AsyncListener listenNow(IpAddress address, int port, int backlog) {
        drain.requireNotBegun();
        int granted = backlogs.applyAsInt(port, backlog);
        AsyncListener listener = new AsyncListener(this, endpoint.listen(address, port, granted));
        drain.add(listener);
        return listener;
    }

    /** Opens a connection, from any or a certain address and port; on the driver's thread. */
    Connection open(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        drain.requireNotBegun();
        return local == null && localPort == 0
                ? endpoint.connect(remote, remotePort)
                : endpoint.connect(
                        local == null ? addressFor(remote) : local, localPort, remote, remotePort);
    }

    private IpAddress addressFor(IpAddress remote) {
        for (IpAddress each : endpoint.config().addresses()) {
            if (each.isV4() == remote.isV4()) {
                return each;
            }
        }
        return remote;
    }

    /**
     * Does something on the driver's thread in its next cycle, when what is owed now has been sent.
     */
    void nextCycle(Runnable action) {
        inbox.nextCycle(action);
    }

    /** Does something on the driver's thread at a time of the endpoint's clock. */
    void at(long timeNs, Runnable action) {
        alarms.at(timeNs, action);
    }

    /** A time to wait, 0 to a hundred years. */
    static long nanos(Duration time) {
        return Math.min(Math.max(NANOSECONDS.convert(time), 0), LONGEST_NS);
    }
}
