package io.finwait.tcp.internal.endpoint;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The listening ports of an endpoint. A lookup by port takes two steps, however many listeners
 * there are; a listing follows the order of opening.
 */
final class Listeners {

    private static final int PAGE_SHIFT = 8;
    private static final int PAGE = 1 << PAGE_SHIFT;

    private final TcpListener[][] pages = new TcpListener[PAGE][];
    private final Set<TcpListener> inOrder = new LinkedHashSet<>();

    /** The listener of a port, 0 to 65,535, or null. */
    TcpListener of(int port) {
        TcpListener[] page = pages[port >>> PAGE_SHIFT];
        return page == null ? null : page[port & (PAGE - 1)];
    }

    void add(TcpListener listener) {
        int number = listener.port() >>> PAGE_SHIFT;
        if (pages[number] == null) {
            pages[number] = new TcpListener[PAGE];
        }
        pages[number][listener.port() & (PAGE - 1)] = listener;
        inOrder.add(listener);
    }

    void remove(TcpListener listener) {
        pages[listener.port() >>> PAGE_SHIFT][listener.port() & (PAGE - 1)] = null;
        inOrder.remove(listener);
    }

    /** A copy of all listeners, for loops that may close some. */
    List<TcpListener> snapshot() {
        return new ArrayList<>(inOrder);
    }
}
