package io.finwait.sim.net;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Grip;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import java.util.ArrayList;
import java.util.List;

/** Waits for connections of a host to come into a state. On the network's thread. */
final class StateWatch implements EndpointObserver {

    private record Awaited(AsyncConnection connection, State state, Runnable act) {

        boolean isAbout(ConnectionInfo other, State to) {
            return state == to
                    && connection.localPort() == other.localPort()
                    && connection.remotePort() == other.remotePort()
                    && connection.localAddress().equals(other.localAddress())
                    && connection.remoteAddress().equals(other.remoteAddress());
        }
    }

    /** Is told of each state that a connection comes into. */
    @FunctionalInterface
    interface Witness {

        /** A connection has come from one state into another. */
        void cameInto(ConnectionSockets pair, State from, State to, long nowNs);
    }

    private final EndpointObserver behind;
    private final Witness witness;
    private final List<Awaited> awaited = new ArrayList<>();

    /**
     * Looks on in the place of another observer.
     *
     * @param behind the one that was there, which is told everything too
     */
    StateWatch(EndpointObserver behind, Witness witness) {
        this.behind = behind;
        this.witness = witness;
    }

    /** Runs something once, now or when the connection comes into a state. */
    void when(Grip grip, State state, Runnable act) {
        if (grip.state() == state) {
            act.run();
        } else {
            awaited.add(new Awaited(grip.connection(), state, act));
        }
    }

    @Override
    public void onTransition(
            ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
        witness.cameInto(ConnectionSockets.of(connection), from, to, nowNs);
        List<Awaited> due = awaited.stream().filter(each -> each.isAbout(connection, to)).toList();
        awaited.removeAll(due);
        due.forEach(each -> each.act().run());
        behind.onTransition(connection, from, trigger, to, nowNs);
    }

    @Override
    public void onRetransmission(
            ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {
        behind.onRetransmission(connection, cause, timeouts, nowNs);
    }
}
