package io.finwait.nio.gateway;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a gateway has counted since it was opened.
 *
 * @param counts every count, zeros included
 * @param open connections at this moment, those that wait for their destination included
 * @param datagramFlows pairs of sockets between which datagrams go at this moment
 */
public record GatewayStatistics(Map<Count, Long> counts, int open, int datagramFlows) {

    /** What is counted. */
    public enum Count {
        /** Connections for which somebody called. */
        CALLS,
        /** Those that were opened at both ends. */
        OPENED,
        /** Those that the destination refused, or the router. */
        REFUSED,
        /** Those that were told unreachable. */
        UNREACHABLE,
        /** Those that the destination never answered, or the router ignores. */
        SILENT,
        /** Those whose client had gone before they were open. */
        CLIENT_GONE,
        /** Those for which no socket could be opened. */
        NO_SOCKET,
        /** Connections that both ends have closed. */
        CLOSED,
        /** Connections that the client has reset, or that it has left without a word. */
        RESET_BY_CLIENT,
        /** Connections that the server has reset, or that it has left without a word. */
        RESET_BY_SERVER,
        /** Octets from clients to servers. */
        OCTETS_UP,
        /** Octets from servers to clients. */
        OCTETS_DOWN,
        /** Datagrams from clients. */
        DATAGRAMS_UP,
        /** Datagrams to clients. */
        DATAGRAMS_DOWN,
        /** Datagrams that were dropped: malformed, too large, too many. */
        DATAGRAMS_DROPPED,
        /** Pings that were answered. */
        PINGS
    }

    public GatewayStatistics {
        counts = Map.copyOf(counts);
    }

    /** One of the counts. */
    public long get(Count what) {
        return counts.getOrDefault(what, 0L);
    }

    /** What is not zero, in words. */
    @Override
    public String toString() {
        Map<Count, Long> inOrder = new EnumMap<>(Count.class);
        counts.forEach(
                (count, value) -> {
                    if (value != 0) {
                        inOrder.put(count, value);
                    }
                });
        StringBuilder text = new StringBuilder("open " + open);
        if (datagramFlows > 0) {
            text.append(", datagram flows ").append(datagramFlows);
        }
        inOrder.forEach(
                (count, value) ->
                        text.append(", ")
                                .append(count.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                                .append(' ')
                                .append(value));
        return text.toString();
    }
}
