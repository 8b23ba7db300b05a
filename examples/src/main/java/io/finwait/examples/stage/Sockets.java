package io.finwait.examples.stage;

import io.finwait.tcp.Endpoint;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;

/** What netstat shows of an endpoint: listeners, connections, TIME-WAIT. */
public final class Sockets {

    private Sockets() {}

    /** One row for each, TIME-WAIT entries last. */
    public static List<NetstatRow> of(Endpoint endpoint) {
        List<NetstatRow> rows = new ArrayList<>();
        IpAddress address = endpoint.config().addresses().getFirst();
        endpoint.forEachListener(
                listener ->
                        rows.add(
                                NetstatRow.listener(
                                        address,
                                        listener.port(),
                                        listener.acceptQueueLength(),
                                        0)));
        endpoint.forEachConnection(
                each ->
                        rows.add(
                                new NetstatRow(
                                        each.unread(),
                                        each.unacknowledged(),
                                        each.localAddress(),
                                        each.localPort(),
                                        each.remoteAddress(),
                                        each.remotePort(),
                                        each.state().name())));
        endpoint.timeWait()
                .list(
                        0,
                        Integer.MAX_VALUE,
                        entry ->
                                rows.add(
                                        new NetstatRow(
                                                0,
                                                0,
                                                new IpAddress(entry.localHigh(), entry.localLow()),
                                                entry.localPort(),
                                                new IpAddress(
                                                        entry.remoteHigh(), entry.remoteLow()),
                                                entry.remotePort(),
                                                "TIME_WAIT")));
        return rows;
    }
}
