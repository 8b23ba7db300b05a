package io.finwait.tcp.internal.endpoint;

import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The listening ports of an endpoint. A port has one listener for all addresses, or a chain of
 * listeners with an address each. A lookup takes two steps to the port, however many ports are
 * open, and then one for each listener there; a listing follows the order of opening.
 */
final class Listeners {

    private static final int PAGE_SHIFT = 8;
    private static final int PAGE = 1 << PAGE_SHIFT;

    private final TcpListener[][] pages = new TcpListener[PAGE][];
    private final Set<TcpListener> inOrder = new LinkedHashSet<>();

    /** The listener of an address, given in two halves, and a port, 0 to 65,535, or null. */
    TcpListener of(int port, long high, long low) {
        TcpListener each = first(port);
        while (each != null && !each.isAt(high, low)) {
            each = each.nextOfPort;
        }
        return each;
    }

    private TcpListener first(int port) {
        TcpListener[] page = pages[port >>> PAGE_SHIFT];
        return page == null ? null : page[port & (PAGE - 1)];
    }

    /** Refuses an address, null for all, at which somebody listens on the port. */
    void requireFree(IpAddress address, int port) {
        for (TcpListener each = first(port); each != null; each = each.nextOfPort) {
            IpAddress taken = each.address();
            if (address == null || taken == null || address.equals(taken)) {
                throw new IllegalStateException(
                        "port " + port + " is already listening; close it first");
            }
        }
    }

    void add(TcpListener listener) {
        int number = listener.port() >>> PAGE_SHIFT;
        if (pages[number] == null) {
            pages[number] = new TcpListener[PAGE];
        }
        int place = listener.port() & (PAGE - 1);
        listener.nextOfPort = pages[number][place];
        pages[number][place] = listener;
        inOrder.add(listener);
    }

    void remove(TcpListener listener) {
        TcpListener[] page = pages[listener.port() >>> PAGE_SHIFT];
        int place = listener.port() & (PAGE - 1);
        TcpListener before = page[place];
        if (before == listener) {
            page[place] = listener.nextOfPort;
        } else {
            while (before.nextOfPort != listener) {
                before = before.nextOfPort;
            }
            before.nextOfPort = listener.nextOfPort;
        }
        inOrder.remove(listener);
    }

    /** A copy of all listeners, for loops that may close some. */
    List<TcpListener> snapshot() {
        return new ArrayList<>(inOrder);
    }
}
