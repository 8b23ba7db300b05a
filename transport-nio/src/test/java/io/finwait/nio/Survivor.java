package io.finwait.nio;

import io.finwait.Finwait;
import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An endpoint over a real transport whose clock is the test's: it stands still while another
 * process does what it was told to, and runs from deadline to deadline when nobody is there any
 * more.
 */
final class Survivor implements AutoCloseable {

    private static final long SLICE_NS = 100_000_000;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private final Ear ear;
    private final Endpoint endpoint;
    private final List<State> path = new ArrayList<>();
    private long nowNs;

    Survivor(Transport transport, EndpointConfig.Builder config) {
        ear = new Ear(transport);
        endpoint = Finwait.open(config.observer(new Path()).build(), ear);
    }

    Ear ear() {
        return ear;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    long nowNs() {
        return nowNs;
    }

    /** The state entered last, by any connection. */
    State state() {
        return path.isEmpty() ? State.CLOSED : path.get(path.size() - 1);
    }

    /** Works without time passing on its clock until the other process has done something. */
    void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            if (endpoint.doWork(nowNs) == 0 && !condition.getAsBoolean()) {
                ear.await(SLICE_NS);
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not seen in time: " + what + "; states: " + path);
            }
        }
        settle();
    }

    void untilIn(State state) {
        until(state.name(), () -> state() == state);
    }

    void settle() {
        while (endpoint.doWork(nowNs) > 0) {
            // Until nothing is left to do.
        }
    }

    /**
     * Lets time pass, from deadline to deadline, until a condition holds or nothing is left to wait
     * for.
     */
    boolean passUntil(BooleanSupplier condition, long limitNs) {
        long end = nowNs + limitNs;
        while (true) {
            settle();
            if (condition.getAsBoolean()) {
                return true;
            }
            long next = endpoint.nextDeadlineNs();
            if (nowNs == end) {
                return false;
            }
            nowNs = next == Long.MAX_VALUE ? end : Math.min(end, Math.max(next, nowNs + 1));
        }
    }

    /** Lets the connection end by itself; how long that took. */
    long timeToTheEndOf(Connection connection, long limitNs) {
        long began = nowNs;
        if (!passUntil(connection::hasEnded, limitNs)) {
            throw new AssertionError("has not ended after " + limitNs + " ns, is in " + state());
        }
        return nowNs - began;
    }

    @Override
    public void close() {
        endpoint.close();
        ear.close();
    }

    private final class Path implements EndpointObserver {
        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long timeNs) {
            path.add(to);
        }
    }
}
