package io.finwait.tcp.internal;

import io.finwait.tcp.ConnectionObserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.function.BiConsumer;

/**
 * What observers are to be told, kept until the packets at hand are processed: so a callback that
 * closes, aborts or connects never meets a TCB in the middle of a segment.
 */
final class Notifications {

    static final int ESTABLISHED = 1;
    static final int SOFT_ERROR = 1 << 1;
    static final int READABLE = 1 << 2;
    static final int WRITABLE = 1 << 3;
    static final int PEER_CLOSED = 1 << 4;
    static final int CLOSE_ACKNOWLEDGED = 1 << 5;
    static final int LINGER_EXPIRED = 1 << 6;
    static final int ENDED = 1 << 7;

    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);

    private final ArrayDeque<TcpConnection> connections = new ArrayDeque<>();
    private TcpListener firstListener;

    boolean isEmpty() {
        return connections.isEmpty() && firstListener == null;
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

    /** Tells everything, also what the callbacks cause; returns how many were told. */
    int dispatch() {
        int told = 0;
        while (!isEmpty()) {
            told++;
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
        tell(connection, events, ESTABLISHED, ConnectionObserver::onEstablished);
        if ((events & SOFT_ERROR) != 0) {
            tell(connection, events, SOFT_ERROR, (o, c) -> o.onSoftError(c, connection.softError));
        }
        if (connection.draining) {
            connection.drain();
        } else if (!connection.givenUp) {
            tell(connection, events, READABLE, ConnectionObserver::onReadable);
            tell(connection, events, WRITABLE, ConnectionObserver::onWritable);
            tell(connection, events, PEER_CLOSED, ConnectionObserver::onPeerClosed);
        }
        tell(connection, events, CLOSE_ACKNOWLEDGED, ConnectionObserver::onCloseAcknowledged);
        tell(connection, events, LINGER_EXPIRED, ConnectionObserver::onLingerExpired);
        tell(connection, events, ENDED, ConnectionObserver::onEnded);
    }

    private static void tell(
            TcpConnection connection,
            int events,
            int event,
            BiConsumer<ConnectionObserver, TcpConnection> call) {
        if ((events & event) == 0) {
            return;
        }
        try {
            call.accept(connection.observer, connection);
        } catch (RuntimeException e) {
            LOG.warn("an observer threw; its connection {} is aborted", connection, e);
            connection.abort();
        }
    }
}
