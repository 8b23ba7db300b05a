package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.internal.context.Observations;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * What observers will be told, kept until the batch of packets is processed, so that a callback
 * that closes, aborts or connects never meets a TCB in the middle of a segment.
 */
public final class Notifications {

    private final ArrayDeque<TcpConnection> connections = new ArrayDeque<>();
    private final Observations observations;
    private TcpListener firstListener;
    private boolean dispatching;

    Notifications(Observations observations) {
        this.observations = observations;
    }

    boolean isEmpty() {
        return connections.isEmpty() && firstListener == null && observations.isEmpty();
    }

    void add(TcpConnection connection) {
        if (!connection.toBeNotified) {
            connection.toBeNotified = true;
            connections.addLast(connection);
        }
    }

    void add(TcpListener listener) {
        if (!listener.toBeNotified) {
            listener.toBeNotified = true;
            listener.nextNotified = firstListener;
            firstListener = listener;
        }
    }

    /**
     * Tells everything, including what the callbacks cause; returns how many were told. Inside a
     * callback it does nothing, since the outer call goes on telling.
     */
    int dispatch() {
        if (dispatching || isEmpty()) {
            return 0;
        }
        dispatching = true;
        try {
            return tellAll();
        } finally {
            dispatching = false;
        }
    }

    private int tellAll() {
        int told = 0;
        while (!isEmpty()) {
            told++;
            if (!observations.isEmpty()) {
                observations.tellNext();
                continue;
            }
            if (firstListener != null) {
                TcpListener listener = firstListener;
                firstListener = listener.nextNotified;
                listener.toBeNotified = false;
                listener.tellAcceptable();
                continue;
            }
            TcpConnection connection = connections.removeFirst();
            connection.toBeNotified = false;
            int events = connection.events;
            connection.events = 0;
            tell(connection, events);
        }
        return told;
    }

    private void tell(TcpConnection connection, int events) {
        int incarnation = connection.incarnation;
        tell(
                connection,
                incarnation,
                events,
                Events.ESTABLISHED,
                ConnectionObserver::onEstablished);
        if ((events & Events.SOFT_ERROR) != 0) {
            tell(
                    connection,
                    incarnation,
                    events,
                    Events.SOFT_ERROR,
                    (o, c) -> o.onSoftError(c, connection.softError));
        }
        if (connection.incarnation != incarnation) {
            return;
        }
        if (connection.draining) {
            drain(connection);
        } else if (!connection.givenUp) {
            tell(connection, incarnation, events, Events.READABLE, ConnectionObserver::onReadable);
            tell(connection, incarnation, events, Events.WRITABLE, ConnectionObserver::onWritable);
            tell(
                    connection,
                    incarnation,
                    events,
                    Events.PEER_CLOSED,
                    ConnectionObserver::onPeerClosed);
        }
        tell(
                connection,
                incarnation,
                events,
                Events.CLOSE_ACKNOWLEDGED,
                ConnectionObserver::onCloseAcknowledged);
        tell(
                connection,
                incarnation,
                events,
                Events.LINGER_EXPIRED,
                ConnectionObserver::onLingerExpired);
        tell(connection, incarnation, events, Events.ENDED, ConnectionObserver::onEnded);
    }

    private static void drain(TcpConnection connection) {
        Tcb tcb = connection.tcb;
        try {
            connection.drain();
        } catch (Throwable e) {
            connection.endpoint.containment.end(tcb, e);
        }
    }

    /** An event noted for one incarnation is never told of the next one of the same handle. */
    private static void tell(
            TcpConnection connection,
            int incarnation,
            int events,
            int event,
            BiConsumer<ConnectionObserver, TcpConnection> call) {
        if ((events & event) == 0 || connection.incarnation != incarnation) {
            return;
        }
        try {
            call.accept(connection.observer, connection);
        } catch (Throwable e) {
            connection.endpoint.containment.observerThrew(connection, incarnation, e);
        }
    }
}
