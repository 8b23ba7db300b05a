package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * The fields of a {@link TcpConnection} that a callback about arrived text needs. They have a class
 * of their own for the same reason as {@code PerSegment}.
 */
abstract sealed class Notified permits TcpConnection {

    final TcpEndpoint endpoint;
    final Context context;

    /** Null when the connection has ended. */
    public Tcb tcb;

    /** Octets received and not read; null after {@link TcpConnection#release}. */
    ReceiveBuffer input;

    ConnectionObserver observer = ConnectionObserver.NONE;

    /** The events that the observer is to be told, see {@link Notifications}. */
    public int events;

    boolean toBeNotified;

    /**
     * Counts the connections that this handle has served: a callback may release it and open
     * another one.
     */
    int incarnation;

    /** The user has called CLOSE or ABORT and can't read any more. */
    boolean givenUp;

    boolean draining;

    Notified(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
        context = endpoint.context;
    }
}
