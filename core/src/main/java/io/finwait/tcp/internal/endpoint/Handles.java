package io.finwait.tcp.internal.endpoint;

import io.finwait.tcp.internal.tcb.Tcb;

import java.util.ArrayDeque;

/** A pool of handles that users have released. */
final class Handles {

    /** So many are kept for later even if there are much fewer connections. */
    private static final int ALWAYS_KEPT = 1024;

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

    /** Takes back a released handle. As many are kept as there are connections. */
    void give(TcpConnection handle) {
        int kept = Math.max(ALWAYS_KEPT, endpoint.connectionCount());
        if (free.size() < kept) {
            free.push(handle);
        } else if (free.size() > kept) {
            free.poll();
        }
    }
}
