package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.internal.endpoint.TcpIncoming.Phase;

import java.util.ArrayDeque;
import java.util.List;

/** What the user of a {@link CatchAllPort} is to be told of the SYNs that wait for it. */
final class IncomingNotices {

    private final Containment containment;
    private final ArrayDeque<TcpIncoming> untold = new ArrayDeque<>();
    private IncomingHandler handler;

    IncomingNotices(Containment containment) {
        this.containment = containment;
    }

    /** From now on this one is told. */
    void begin(IncomingHandler newHandler) {
        handler = newHandler;
    }

    /** Nobody is told any more; returns those of which something was left to tell. */
    List<TcpIncoming> end() {
        List<TcpIncoming> left = List.copyOf(untold);
        untold.clear();
        handler = null;
        return left;
    }

    int size() {
        return untold.size();
    }

    boolean isEmpty() {
        return untold.isEmpty();
    }

    void add(TcpIncoming incoming) {
        untold.add(incoming);
    }

    void tellNext() {
        TcpIncoming incoming = untold.remove();
        try {
            tell(incoming);
        } catch (Throwable failure) {
            containment.drop("what a handler was told of " + incoming, failure);
            // An answer that the handler has given before it failed stands.
            incoming.refuse();
        }
    }

    private void tell(TcpIncoming incoming) {
        if (incoming.gone != null) {
            handler.onGone(incoming, incoming.gone);
        } else if (incoming.phase == Phase.WAITING) {
            incoming.told = true;
            handler.onIncoming(incoming);
        } else if (incoming.connection != null && incoming.phase == Phase.OVER) {
            TcpConnection connection = incoming.connection;
            incoming.connection = null;
            int incarnation = connection.incarnation;
            try {
                handler.onEstablished(incoming, connection);
            } catch (Throwable failure) {
                containment.observerThrew(connection, incarnation, failure);
            }
        }
    }
}
