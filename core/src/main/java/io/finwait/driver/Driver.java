package io.finwait.driver;

import io.finwait.Finwait;
import io.finwait.spi.Transport;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs an endpoint over a transport on its own platform or virtual thread, so that every thread can
 * use it.
 *
 * <p>The thread works while there is work, then spins for a moment, then waits in {@link
 * Transport#await}: an idle driver costs no CPU. Calls from other threads wake it.
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
 * caller's again when that method has returned or the future has timed out. Calls that end an
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
    private static final int COMMANDS = 1024;
    private static final long SPIN_NS = 20_000;
    private static final long FULL_PAUSE_NS = 50_000;
    private static final int MOST_AT_ONCE = 64;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Transport transport;
    private final Endpoint endpoint;
    private final Timekeeper time;
    private final WakeUp wakeUp;
    private final long spinNs;
    private final MpscAtomicArrayQueue<Command<?>> commands = new MpscAtomicArrayQueue<>(COMMANDS);
    private final Signals signals = new Signals();
    private final Alarms alarms = new Alarms();
    private final Bindings bindings;
    private final Set<AsyncConnection> connections = new LinkedHashSet<>();
    private final Set<AsyncListener> listeners = new LinkedHashSet<>();
    private final CompletableFuture<DrainReport> stopped = new CompletableFuture<>();
    private final InterruptBell bell;

    /**
     * Calls made by callbacks, which wait for the next cycle. Otherwise a callback that reads and
     * chains itself to the answer would deepen the stack with each read.
     */
    private final Queue<Command<?>> putOff = new ArrayDeque<>();

    private int atOnce;
    private boolean draining;
    private long drainDeadlineNs;
    private boolean drainTimeIsOver;
    private Consumer<AsyncConnection> newcomers = connection -> {};
    private volatile boolean ended;

    /** Its own thread, or the one that gives it turns; null before the first turn. */
    private volatile Thread thread;

    private Driver(
            EndpointConfig config,
            Transport transport,
            Timekeeper time,
            Runnable rouse,
            long spinNs) {
        this.transport = transport;
        this.time = time;
        wakeUp = new WakeUp(rouse, this::hasNothingToDo);
        this.spinNs = spinNs;
        bell = new InterruptBell(rouse);
        endpoint = Finwait.open(config, transport);
        endpoint.handOver();
        bindings = new Bindings(this, endpoint);
    }

    /** For {@link SteeredDriver}: it always waits, for the next turn. */
    static Driver withoutThread(EndpointConfig config, Transport transport, Timekeeper time) {
        Driver driver = new Driver(config, transport, time, time::driverHasWork, 0);
        boolean unused = driver.wakeUp.mayWait();
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
        Thread own = threads.newThread(driver::run);
        driver.thread = own;
        own.start();
        return driver;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "finwait");
        thread.setDaemon(true);
        return thread;
    }

    // What the user calls.

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
                    refuseWhileDraining();
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
                    AsyncListener listener = listenNow(port, backlog);
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
                    refuseWhileDraining();
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
                    AsyncListener listener = listenNow(binding.port(), backlog);
                    listener.onlyAt(binding.address());
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
                            drain(drainNs);
                            answer.complete(null);
                        });
        return begun.handle((nothing, hasStopped) -> true).thenCompose(either -> stopped);
    }

    /** Completed when the driver has stopped, whoever or whatever made it stop. */
    public CompletableFuture<DrainReport> stopped() {
        return stopped.copy();
    }

    /**
     * Stops and waits until that is done, see {@link #shutdown}; the time is {@link #DRAIN_TIME}.
     * What had not ended is logged. A second call does nothing.
     *
     * @throws IllegalStateException on the driver's thread, which can't wait for itself
     */
    @Override
    public void close() {
        if (isDriverThread()) {
            throw new IllegalStateException(
                    "the driver's thread can't wait for itself; call shutdown() there");
        }
        if (stopped.isDone()) {
            return;
        }
        DrainReport report = shutdown(DRAIN_TIME).join();
        if (!report.notEnded().isEmpty()) {
            LOG.warn("these connections had not ended and were reset: {}", report.notEnded());
        }
    }

    // The way in from other threads.

    /** Runs an action on the driver's thread: at once when this is it. */
    <T> CompletableFuture<T> submit(Consumer<Answer<T>> action) {
        Answer<T> answer = new Answer<>();
        Command<T> command = new Command<>(action, answer);
        if (isDriverThread()) {
            runOrPutOff(command);
            return answer;
        }
        while (!ended && !commands.offer(command)) {
            wakeUp.now();
            time.park(this, FULL_PAUSE_NS);
        }
        // Either the driver sees the command after it has set this, or it is seen here.
        if (ended) {
            command.refuse();
        } else {
            wakeUp.brought();
        }
        return answer;
    }

    /** A connection's user has done something; from any thread. */
    void signal(RingConnection connection) {
        signals.add(connection);
        wakeUp.brought();
    }

    private void runOrPutOff(Command<?> command) {
        if (ended) {
            command.refuse();
        } else if (atOnce == MOST_AT_ONCE || !putOff.isEmpty()) {
            putOff.add(command);
        } else {
            atOnce++;
            command.run();
        }
    }

    private boolean isDriverThread() {
        return Thread.currentThread() == thread;
    }

    // The driver's thread.

    private void run() {
        Throwable failure = null;
        try {
            work();
        } catch (Throwable e) {
            failure = e;
            log("the driver stops because its endpoint or transport failed", e);
        }
        stop(failure);
    }

    /** Logs if memory allows; those who wait for answers must get them in any case. */
    private static void log(String what, Throwable failure) {
        try {
            LOG.error(what, failure);
        } catch (Throwable nothingLeftToSayItWith) {
            // DrainReport.failure() tells it as well.
        }
    }

    private void work() {
        boolean idle = false;
        boolean hasWaited = true;
        long idleSinceNs = 0;
        while (!isDrained()) {
            if (Thread.interrupted()) {
                drain(DRAIN_TIME.toNanos());
                continue;
            }
            long now = time.nowNs();
            // After a wait the endpoint learns the time first, because some calls depend on it.
            int work = hasWaited ? endpoint.doWork(now) : 0;
            int called = runCommands() + signals.take() + alarms.ring(now);
            if (called > 0 || !hasWaited) {
                work += called + endpoint.doWork(now);
            }
            hasWaited = false;
            if (work > 0) {
                idle = false;
                continue;
            }
            if (!idle) {
                idle = true;
                idleSinceNs = now;
            }
            if (now - idleSinceNs < spinNs) {
                letOthersRun();
            } else {
                await(now);
                hasWaited = true;
                idle = false;
            }
        }
    }

    /** Receives each connection before its user can do anything with it. */
    void newcomers(Consumer<AsyncConnection> listener) {
        newcomers = listener;
    }

    void closeListeners() {
        List.copyOf(listeners).forEach(AsyncListener::closeNow);
    }

    /** One round of {@link #work}, at a time that somebody else says. */
    int turn(long nowNs) {
        if (ended) {
            return 0;
        }
        thread = Thread.currentThread();
        Throwable failure = null;
        try {
            if (!isDrained()) {
                int work = endpoint.doWork(nowNs);
                int called = runCommands() + signals.take() + alarms.ring(nowNs);
                return called == 0 ? work : work + called + endpoint.doWork(nowNs);
            }
        } catch (Throwable e) {
            failure = e;
            log("the driver stops because its endpoint or transport failed", e);
        }
        stop(failure);
        return 1;
    }

    long nextDeadlineNs() {
        return ended ? Long.MAX_VALUE : earlier(endpoint.nextDeadlineNs(), alarms.nextNs());
    }

    /** The thread that is to give us work may be waiting for the processor on which we spin. */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it: it is a courtesy.
    private static void letOthersRun() {
        Thread.yield();
    }

    private int runCommands() {
        atOnce = 0;
        int ran = 0;
        for (int i = putOff.size(); i > 0; i--) {
            putOff.remove().run();
            ran++;
        }
        Command<?> command;
        while (ran < COMMANDS && (command = commands.poll()) != null) {
            command.run();
            ran++;
        }
        return ran;
    }

    private void await(long nowNs) {
        if (wakeUp.mayWait()) {
            long deadline = nextDeadlineNs();
            long timeout = deadline == Long.MAX_VALUE ? deadline : deadline - nowNs;
            if (timeout > 0) {
                bell.waitBegins();
                try {
                    transport.await(timeout);
                } finally {
                    bell.waitEnds();
                }
            }
        }
        wakeUp.waitIsOver();
    }

    private boolean hasNothingToDo() {
        return commands.isEmpty() && putOff.isEmpty() && signals.isEmpty();
    }

    private static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b <= 0 ? a : b;
    }

    ClosePolicy closePolicy() {
        return endpoint.config().closePolicy();
    }

    private AsyncListener listenNow(int port, int backlog) {
        refuseWhileDraining();
        AsyncListener listener = new AsyncListener(this, endpoint.listen(port, backlog));
        listeners.add(listener);
        return listener;
    }

    /** Opens a connection, from any or a certain address and port; on the driver's thread. */
    Connection open(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        refuseWhileDraining();
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
        putOff.add(
                new Command<>(
                        answer -> {
                            action.run();
                            answer.complete(null);
                        },
                        new Answer<>()));
    }

    /** Does something on the driver's thread at a time of the endpoint's clock. */
    void at(long timeNs, Runnable action) {
        alarms.at(timeNs, action);
    }

    void add(AsyncConnection connection) {
        connections.add(connection);
        newcomers.accept(connection);
        if (draining) {
            connection.endGracefully(drainDeadlineNs);
        }
    }

    void remove(AsyncConnection connection) {
        connections.remove(connection);
    }

    void remove(AsyncListener listener) {
        listeners.remove(listener);
    }

    private void refuseWhileDraining() {
        if (draining) {
            throw new IllegalStateException("the driver is stopping; start another one");
        }
    }

    private void drain(long drainNs) {
        long now = time.nowNs();
        if (drainNs <= 0) {
            drainTimeIsOver = true;
        } else {
            alarms.at(now + drainNs, () -> drainTimeIsOver = true);
        }
        if (!draining) {
            draining = true;
            drainDeadlineNs = now + drainNs;
            List.copyOf(listeners).forEach(AsyncListener::closeNow);
            List.copyOf(connections).forEach(each -> each.endGracefully(drainDeadlineNs));
        }
    }

    private boolean isDrained() {
        return draining && (drainTimeIsOver || endpoint.connectionCount() == 0);
    }

    /** Whatever fails here, every waiting caller gets an answer. */
    private void stop(Throwable failure) {
        Ending ending = new Ending(failure);
        ending.step("its connections can't be listed", () -> listLeftovers(ending));
        ending.step("the endpoint can't be closed", endpoint::close);
        // Orphans in FIN-WAIT-2 had records there as well; now they are among the leftovers only.
        ending.step(
                "TIME-WAIT can't be counted", () -> ending.timeWait = endpoint.timeWait().size());
        ended = true;
        for (AsyncListener each : listeners.toArray(AsyncListener[]::new)) {
            ending.step("a listener can't be told", each::driverStopped);
        }
        for (AsyncConnection each : connections.toArray(AsyncConnection[]::new)) {
            ending.step("a connection can't be told", each::driverStopped);
        }
        putOff.forEach(Command::refuse);
        for (Command<?> each = commands.poll(); each != null; each = commands.poll()) {
            each.refuse();
        }
        ending.step("its transport can't be closed", transport::close);
        stopped.complete(new DrainReport(ending.leftovers, ending.timeWait, ending.failure));
    }

    private void listLeftovers(Ending ending) {
        endpoint.forEachConnection(each -> ending.leftovers.add(DrainReport.Leftover.of(each)));
    }

    /** Why the driver ended; the first failure counts. */
    private static final class Ending {

        private final List<DrainReport.Leftover> leftovers = new ArrayList<>();
        private int timeWait;
        private Throwable failure;

        Ending(Throwable failure) {
            this.failure = failure;
        }

        void step(String inVain, Runnable action) {
            try {
                action.run();
            } catch (Throwable e) {
                if (failure == null) {
                    failure = e;
                }
                log("the driver stops: " + inVain, e);
            }
        }
    }

    /** A time to wait, 0 to a hundred years. */
    static long nanos(Duration time) {
        if (time.isNegative()) {
            return 0;
        }
        return time.compareTo(LONGEST) < 0 ? time.toNanos() : LONGEST.toNanos();
    }
}
