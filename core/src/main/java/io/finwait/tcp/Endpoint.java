package io.finwait.tcp;

import io.finwait.timewait.TimeWaitView;
import io.finwait.wire.IpAddress;

import java.util.function.Consumer;

/**
 * A TCP over one transport: it holds the connections and listeners of its addresses.
 *
 * <p>It belongs to one thread and never waits for I/O. Its driver calls {@link #doWork} with the
 * time, and again when a packet may have come, when {@link #nextDeadlineNs()} is reached, or after
 * other calls to the endpoint:
 *
 * <pre>{@code
 * while (running) {
 *     long now = System.nanoTime();
 *     if (endpoint.doWork(now) == 0) {
 *         transport.await(endpoint.nextDeadlineNs() - now);
 *     }
 * }
 * }</pre>
 *
 * <p>Spurious calls of {@code doWork} are safe; calls inside a callback are refused. Times are
 * nanoseconds of one monotonic clock.
 *
 * <p>A call between two duty cycles, such as connect or close, takes effect at the time of the next
 * cycle, however long ago the last one was: its timeouts are counted from there, and {@link
 * #nextDeadlineNs()} says that the next cycle is due. So the endpoint need not be told the time
 * before a call.
 */
public interface Endpoint extends AutoCloseable {

    /** With so many connections {@link #warmUp} takes about 0.6 seconds of one processor. */
    int WARM_UP_CONNECTIONS = 4_000;

    /**
     * One duty cycle: runs commands, takes a batch of packets, fires timers, sends what is owed.
     *
     * @param nowNs the time, in nanoseconds, never less than in an earlier call
     * @return how much was done; 0 when there was nothing to do
     */
    int doWork(long nowNs);

    /** When {@link #doWork} has something to do even if no packet comes; MAX_VALUE for never. */
    long nextDeadlineNs();

    /** The time of the present or last duty cycle, in nanoseconds. */
    long nowNs();

    /**
     * Opens a connection actively, from the first local address of the peer's family and a free
     * port.
     *
     * @param remotePort 1 to 65,535
     * @throws IllegalArgumentException when no connection to that address is possible @throws
     *     IllegalStateException when all ports are in use, or the endpoint is closed or closing
     */
    Connection connect(IpAddress remote, int remotePort);

    /**
     * Opens a connection actively.
     *
     * @param local one of the endpoint's addresses
     * @param localPort 1 to 65,535, or 0 for a free one (RFC 6056)
     * @throws IllegalArgumentException when no connection can go there
     * @throws IllegalStateException when the pair of sockets is in use, or is in TIME-WAIT and may
     *     not be reused (judged by the time of the present or last duty cycle), or when the
     *     endpoint is closed or closing
     */
    Connection connect(IpAddress local, int localPort, IpAddress remote, int remotePort);

    /**
     * Opens a port on all addresses (passive OPEN).
     *
     * @param port 1 to 65,535
     * @param backlog how many connections may wait to be accepted, and how many handshakes may be
     *     under way, at least 1
     * @throws IllegalStateException when the port is already listening, on whatever address
     */
    Listener listen(int port, int backlog);

    /**
     * Opens a port on one address; several listeners of one port may each have an address of their
     * own.
     *
     * @param local one of the endpoint's, or null for all of them
     * @param port 1 to 65,535
     * @param backlog as in {@link #listen(int, int)}
     * @throws IllegalArgumentException when the address is none of the endpoint's
     * @throws IllegalStateException when somebody listens on that port of that address, or of all
     */
    Listener listen(IpAddress local, int port, int backlog);

    /**
     * Takes connections to all other ports, at every address of the endpoint ({@link
     * EndpointConfig#addresses()}, {@link EndpointConfig#prefixes()}): the user is asked before a
     * SYN is answered.
     *
     * @param limits what strangers may make it hold
     * @param handler is asked, and given the connections
     * @throws IllegalStateException when there is one already, or the endpoint is closed
     */
    CatchAll catchAll(CatchAllLimits limits, IncomingHandler handler);

    /** {@link #warmUp(int)} with {@link #WARM_UP_CONNECTIONS}. */
    default void warmUp() {
        warmUp(WARM_UP_CONNECTIONS);
    }

    /**
     * Rehearses, so that the first connections of a fresh JVM find classes loaded and methods
     * compiled: two private endpoints of the same configuration open connections to each other,
     * exchange text, close from either end, reset, and let TIME-WAIT pass, in virtual time, over
     * {@link io.finwait.spi.Transport#rehearsalPair()}.
     *
     * <p>The rehearsal touches nothing of this endpoint: no counter, table, observer or tap, no
     * packet of its transport, no number from its source of randomness. Call it before the endpoint
     * listens or connects,
     * on the thread that opens it or that will run it ({@code driver.call(...)}): it returns when
     * it is done, and packets that arrive meanwhile wait in the transport. What the application
     * does with its connections is not rehearsed. See docs/performance.md for costs and benefits.
     *
     * @param connections how many connections to open and end, at least 1
     */
    void warmUp(int connections);

    /**
     * Runs a command on the endpoint's thread, in its next duty cycle; from any thread. Whatever it
     * throws is logged and counted, and goes no further.
     *
     * @return false when the queue of commands is full: try again later
     */
    boolean execute(Runnable command);

    /**
     * Gives the endpoint to another thread: the next one that calls it owns it. The two threads
     * must have synchronized, by starting or joining for instance.
     */
    void handOver();

    /** Every connection that is not yet in TIME-WAIT or CLOSED, handshakes included. */
    void forEachConnection(Consumer<? super ConnectionInfo> action);

    /**
     * The inner state of every connection: first those of {@link #forEachConnection}, then those in
     * TIME-WAIT.
     */
    void forEachTcpInfo(Consumer<? super TcpInfo> action);

    /** Every listener. */
    void forEachListener(Consumer<? super Listener> action);

    /**
     * The connections in TIME-WAIT, and the orphans in FIN-WAIT-2 that are only records in that
     * table.
     */
    TimeWaitView timeWait();

    /** What was counted so far. */
    Counters counters();

    /** How many connections are in each state; any thread may read it. */
    StateCounts states();

    /** The configuration. */
    EndpointConfig config();

    /** How many connections are not yet in TIME-WAIT or CLOSED. */
    int connectionCount();

    /**
     * How many connections no longer have a user. Those in FIN-WAIT-2 are records of the TIME-WAIT
     * table: they are included here, but do not count against {@link ClosePolicy#maxOrphans}.
     */
    int orphanCount();

    /**
     * Ends everything at once: connections are reset, listeners are closed, and TIME-WAIT is cut
     * short. The observers are told before it returns; calls that they make then are refused. The
     * transport belongs to the caller and stays open.
     */
    @Override
    void close();
}
