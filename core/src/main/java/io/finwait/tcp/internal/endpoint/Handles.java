package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;

/** A pool of handles that users have released. */
final class Handles {

    private final TcpEndpoint endpoint;
    private final ArrayDeque<TcpConnection> free = new ArrayDeque<>();

    Handles(TcpEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** Gives a TCB a handle. */
    TcpConnection take(Tcb tcb) {
        TcpConnection handle = free.poll();
        return (handle != null ? handle : new TcpConnection(endpoint)).bind(tcb);
    }

    /** Takes back a released handle. */
    void give(TcpConnection handle) {
        free.push(handle);
    }
}
