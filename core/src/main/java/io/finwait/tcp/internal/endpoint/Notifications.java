package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.internal.context.Observations;
import io.finwait.tcp.internal.tcb.Events;
import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;

/**
 * Events for connections' observers and listeners. They are kept until the batch of packets is
 * processed, so that a callback that closes, aborts or connects never does so in the middle of a
 * segment.
 */
public final class Notifications {

    private static final int BEFORE_TEXT = Events.ESTABLISHED | Events.SOFT_ERROR;
    private static final int OF_TEXT = Events.READABLE | Events.WRITABLE | Events.PEER_CLOSED;

    private final ArrayDeque<TcpConnection> connections = new ArrayDeque<>();
    private final Observations observations;
    private final IncomingNotices incomings;
    private TcpListener firstListener;
    private boolean dispatching;

    Notifications(Observations observations, IncomingNotices incomings) {
        this.observations = observations;
        this.incomings = incomings;
    }

    boolean isEmpty() {
        return connections.isEmpty()
                && firstListener == null
                && observations.isEmpty()
                && incomings.isEmpty();
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
     * Calls the observers for all events, including those that the callbacks cause; returns how
     * many. Inside a callback it does nothing, since the outer call goes on.
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
            if (!incomings.isEmpty()) {
                incomings.tellNext();
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

    private static void tell(TcpConnection connection, int events) {
        int incarnation = connection.incarnation;
        tellEach(connection, incarnation, events & BEFORE_TEXT);
        if (connection.incarnation != incarnation) {
            return;
        }
        if (connection.draining) {
            drain(connection);
        }
        tellEach(connection, incarnation, events & ~BEFORE_TEXT);
    }

    private static void drain(TcpConnection connection) {
        Tcb tcb = connection.tcb;
        try {
            connection.drain();
        } catch (Throwable e) {
            connection.endpoint.containment.end(tcb, e);
        }
    }

    /**
     * Tells events in the order of their bits. An event noted for one incarnation is never told of
     * the next one of the same handle.
     */
    private static void tellEach(TcpConnection connection, int incarnation, int events) {
        int left = events;
        while (left != 0 && connection.incarnation == incarnation) {
            int event = Integer.lowestOneBit(left);
            left -= event;
            // A callback may have closed.
            boolean toNobody = connection.draining || connection.givenUp;
            if (toNobody && (event & OF_TEXT) != 0) {
                continue;
            }
            try {
                tell(connection.observer, connection, event);
            } catch (Throwable e) {
                connection.endpoint.containment.observerThrew(connection, incarnation, e);
            }
        }
    }

    private static void tell(ConnectionObserver observer, TcpConnection connection, int event) {
        switch (event) {
            case Events.ESTABLISHED -> observer.onEstablished(connection);
            case Events.SOFT_ERROR -> observer.onSoftError(connection, connection.softError);
            case Events.READABLE -> observer.onReadable(connection);
            case Events.WRITABLE -> observer.onWritable(connection);
            case Events.PEER_CLOSED -> observer.onPeerClosed(connection);
            case Events.CLOSE_ACKNOWLEDGED -> observer.onCloseAcknowledged(connection);
            case Events.LINGER_EXPIRED -> observer.onLingerExpired(connection);
            case Events.ENDED -> observer.onEnded(connection);
            default -> throw new IllegalArgumentException("not one event: " + event);
        }
    }
}
