package io.finwait.driver;

import io.finwait.tcp.Endpoint;
import io.finwait.tcp.FlowShare;
import io.finwait.timewait.TimeWaitView;
import io.finwait.wire.IpAddress;

import java.net.BindException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The ports that sockets are bound to; on the driver's thread. */
final class Bindings {

    private static final String IN_USE = "Address already in use";
    private static final int PORTS = 1 << 16;
    private static final int AT_ONCE = 4096;

    private final Driver driver;
    private final Endpoint endpoint;
    private final List<Binding> all = new ArrayList<>();

    Bindings(Driver driver, Endpoint endpoint) {
        this.driver = driver;
        this.endpoint = endpoint;
    }

    /**
     * Binds a socket.
     *
     * @param port 0 for a free one
     * @param reuse true to allow a port that a connection uses or that is in TIME-WAIT
     */
    Binding bind(IpAddress address, int port, boolean reuse) throws BindException {
        if (address != null && !endpoint.config().isLocal(address)) {
            throw new BindException("Cannot assign requested address");
        }
        Binding bound = new Binding(driver, address, port == 0 ? anyFreePort() : port, reuse);
        boolean taken = all.stream().anyMatch(bound::conflictsWith) || isListenedOn(bound);
        if (taken || (!reuse && port != 0 && isUsedByConnections(bound))) {
            throw new BindException(IN_USE);
        }
        all.add(bound);
        return bound;
    }

    /** Throws when another socket listens on the port of a binding, at its address. */
    void checkMayListen(Binding binding) throws BindException {
        if (isListenedOn(binding)) {
            throw new BindException(IN_USE);
        }
    }

    void remove(Binding binding) {
        all.remove(binding);
    }

    private boolean isListenedOn(Binding bound) {
        boolean[] found = new boolean[1];
        endpoint.forEachListener(
                each -> found[0] |= each.port() == bound.port() && bound.meets(each.address()));
        return found[0];
    }

    private boolean isUsedByConnections(Binding bound) {
        return portsOfConnections(bound).get(bound.port());
    }

    private BitSet listening() {
        BitSet ports = new BitSet(PORTS);
        endpoint.forEachListener(each -> ports.set(each.port()));
        return ports;
    }

    private int anyFreePort() throws BindException {
        BitSet taken = portsOfConnections(null);
        taken.or(listening());
        all.forEach(each -> taken.set(each.port()));
        FlowShare share = endpoint.config().share();
        int count = share.ephemeralPorts();
        int begin = count == 0 ? 0 : ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
            int port = share.ephemeralPort((begin + i) % count);
            if (!taken.get(port)) {
                return port;
            }
        }
        throw new BindException(IN_USE);
    }

    /**
     * Ports of connections, those in TIME-WAIT included.
     *
     * @param bound leaves out connections from other addresses than its own; null for none
     */
    private BitSet portsOfConnections(Binding bound) {
        BitSet ports = new BitSet(PORTS);
        endpoint.forEachConnection(
                each -> {
                    if (bound == null || bound.meets(each.localAddress())) {
                        ports.set(each.localPort());
                    }
                });
        TimeWaitView waiting = endpoint.timeWait();
        long cursor = 0;
        while (cursor >= 0) {
            cursor =
                    waiting.list(
                            cursor,
                            AT_ONCE,
                            each -> {
                                IpAddress local = new IpAddress(each.localHigh, each.localLow);
                                if (bound == null || bound.meets(local)) {
                                    ports.set(each.localPort());
                                }
                            });
        }
        return ports;
    }
}
