package io.finwait.driver;

import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;

import java.util.function.Consumer;
import java.util.function.IntBinaryOperator;

/**
 * A {@link Driver} without a thread of its own: it works when it is given a turn, at the time it is
 * told. With it many endpoints, their network and their time can belong to one thread, as in a
 * simulation.
 *
 * <p>The same thread must give all turns; it is the driver's thread in the sense of {@link Driver}.
 */
public final class SteeredDriver {

    private final Driver driver;

    private SteeredDriver(Driver driver) {
        this.driver = driver;
    }

    /**
     * Makes a driver; it does nothing before its first turn.
     *
     * @param config the endpoint's addresses and rules
     * @param transport carries its packets; the driver's from now on, which closes it
     * @param time is told when there is work, and lets the threads wait that use the driver's
     *     sockets
     */
    public static SteeredDriver over(EndpointConfig config, Transport transport, Timekeeper time) {
        return new SteeredDriver(Driver.withoutThread(config, transport, time));
    }

    /** The driver, for connections, listeners and sockets. */
    public Driver driver() {
        return driver;
    }

    /**
     * Does what can be done now: packets, timers, calls of other threads.
     *
     * @param nowNs the time, never earlier than before
     * @return how much was done; 0 when nothing is left to do at this time
     */
    public int turn(long nowNs) {
        return driver.loop().turn(nowNs);
    }

    /**
     * Is told, in a turn, of each connection that was opened or accepted, before its user can do
     * anything with it. Set before the first turn.
     */
    public void onConnection(Consumer<AsyncConnection> listener) {
        driver.drain().newcomers(listener);
    }

    /**
     * Decides, in a turn, how many connections may wait at a port that is opened. Set before the
     * first turn.
     *
     * @param backlogs takes a port and what its program asks for, and returns 1 or more
     */
    public void onListen(IntBinaryOperator backlogs) {
        driver.backlogs(backlogs);
    }

    /** Closes all ports, in the thread that gives the turns. */
    public void closeListeners() {
        driver.drain().closeListeners();
    }

    /**
     * When it needs the next turn, even without a call, in nanoseconds; {@link Long#MAX_VALUE} for
     * never.
     */
    public long nextDeadlineNs() {
        return driver.loop().nextDeadlineNs();
    }
}
