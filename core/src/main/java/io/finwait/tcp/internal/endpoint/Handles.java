package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;

/** Handles that users have given back, for reuse by later connections. */
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

    /** The user has released a handle. */
    void give(TcpConnection handle) {
        free.push(handle);
    }
}
