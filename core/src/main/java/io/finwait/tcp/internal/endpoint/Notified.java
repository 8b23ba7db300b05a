package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.context.Context;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * What a callback about arrived text needs of a {@link TcpConnection}; a class of its own for the
 * same reason as {@code PerSegment}.
 */
abstract sealed class Notified permits TcpConnection {

    final TcpEndpoint endpoint;
    final Context context;

    /** Null when the TCB has gone. */
    public Tcb tcb;

    /** What was received and not read; null after {@link TcpConnection#release}. */
    ReceiveBuffer input;

    ConnectionObserver observer = ConnectionObserver.NONE;

    /** What the observer is to be told, see {@link Notifications}. */
    public int events;

    boolean toBeNotified;

    /**
     * Counts the connections that this handle was for: a callback may release it and connect anew.
     */
    int incarnation;

    /** The user has called CLOSE or ABORT: the handle reads no more. */
    boolean givenUp;

    boolean draining;

    Notified(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
        context = endpoint.context;
    }
}
