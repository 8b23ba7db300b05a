package io.finwait.trace;

import io.finwait.tcp.Endpoint;
import io.finwait.timewait.TimeWaitEntry;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints connections as {@code netstat -tan} does on Linux:
 *
 * <pre>
 * Proto Recv-Q Send-Q Local Address           Foreign Address         State
 * tcp        0      0 0.0.0.0:12345           0.0.0.0:*               LISTEN
 * tcp        0      0 10.0.0.1:40000          10.0.0.2:12345          FIN_WAIT_2
 * </pre>
 *
 * <p>States have the RFC's names with underscores, as BSD and macOS print them: {@code FIN_WAIT_1},
 * {@code FIN_WAIT_2}, {@code SYN_RECEIVED}, {@code CLOSE_WAIT}, {@code TIME_WAIT}. Linux' netstat
 * writes three of them differently, {@code FIN_WAIT1}, {@code FIN_WAIT2} and {@code SYN_RECV}:
 * {@link #state} brings those, the spelling of {@code ss} and the RFC's hyphens to one form.
 */
public final class Netstat {

    private static final String HEAD =
            "Proto Recv-Q Send-Q Local Address           Foreign Address         State";

    /** Width of an address column; netstat cuts addresses that are longer. */
    private static final int ADDRESS_WIDTH = 23;

    private Netstat() {}

    /**
     * What there is to show of an endpoint: listeners, connections, TIME-WAIT entries, in this
     * order. On the endpoint's thread.
     */
    public static List<NetstatRow> rows(Endpoint endpoint) {
        List<NetstatRow> rows = listeners(endpoint);
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
        endpoint.timeWait().list(0, Integer.MAX_VALUE, entry -> addTimeWait(entry, rows));
        return rows;
    }

    /**
     * The rows of several endpoints that share their addresses as those of one: a port that all
     * listen on stands there once, with the connections that wait at any of them.
     *
     * @param each the rows of each endpoint
     */
    public static List<NetstatRow> merged(List<List<NetstatRow>> each) {
        Map<List<Object>, NetstatRow> listeners = new LinkedHashMap<>();
        List<NetstatRow> open = new ArrayList<>();
        List<NetstatRow> waiting = new ArrayList<>();
        for (List<NetstatRow> rows : each) {
            for (NetstatRow row : rows) {
                switch (row.state()) {
                    case "LISTEN" ->
                            listeners.merge(
                                    List.of(row.local(), row.localPort()), row, Netstat::both);
                    case "TIME_WAIT" -> waiting.add(row);
                    default -> open.add(row);
                }
            }
        }
        List<NetstatRow> all = new ArrayList<>(listeners.values());
        all.addAll(open);
        all.addAll(waiting);
        return all;
    }

    private static NetstatRow both(NetstatRow a, NetstatRow b) {
        return NetstatRow.listener(
                a.local(),
                a.localPort(),
                a.receiveQueue() + b.receiveQueue(),
                a.sendQueue() + b.sendQueue());
    }

    static List<NetstatRow> listeners(Endpoint endpoint) {
        List<NetstatRow> rows = new ArrayList<>();
        IpAddress first = endpoint.config().addresses().get(0);
        endpoint.forEachListener(
                listener ->
                        rows.add(
                                NetstatRow.listener(
                                        listener.address() == null ? first : listener.address(),
                                        listener.port(),
                                        listener.acceptQueueLength(),
                                        0)));
        return rows;
    }

    /** A record of FIN-WAIT-2 has its row already: it is a connection of the endpoint. */
    private static void addTimeWait(TimeWaitEntry entry, List<NetstatRow> rows) {
        if (!entry.isFinWait2()) {
            rows.add(
                    new NetstatRow(
                            0,
                            0,
                            new IpAddress(entry.localHigh, entry.localLow),
                            entry.localPort(),
                            new IpAddress(entry.remoteHigh, entry.remoteLow),
                            entry.remotePort(),
                            "TIME_WAIT"));
        }
    }

    /**
     * The lines, the heading first, none longer than 80 columns. A long address is cut, as netstat
     * does, so that its port stays readable.
     */
    public static List<String> lines(List<NetstatRow> rows) {
        List<String> lines = new ArrayList<>(rows.size() + 1);
        lines.add(HEAD);
        for (NetstatRow row : rows) {
            String local = endpoint(row.local(), row.localPort());
            String foreign = endpoint(row.foreign(), row.foreignPort());
            lines.add(line(row, cut(local), cut(foreign)));
        }
        return lines;
    }

    /** The lines with whole addresses, as {@code netstat -W} prints them; they may be long. */
    public static List<String> wideLines(List<NetstatRow> rows) {
        List<String> lines = new ArrayList<>(rows.size() + 1);
        lines.add(HEAD);
        for (NetstatRow row : rows) {
            String local = endpoint(row.local(), row.localPort());
            lines.add(line(row, local, endpoint(row.foreign(), row.foreignPort())));
        }
        return lines;
    }

    /** The lines as one text, each ended by a newline. */
    public static String render(List<NetstatRow> rows) {
        return String.join("\n", lines(rows)) + "\n";
    }

    /**
     * The one spelling of a state that is used here: the names of RFC 9293 §3.3.2 with underscores.
     *
     * @param name as the RFC, netstat or ss write it: {@code FIN-WAIT-2}, {@code FIN_WAIT2}, {@code
     *     fin-wait-2}; an unknown name comes back in capitals
     */
    public static String state(String name) {
        String upper = name.toUpperCase(Locale.ROOT).replace('-', '_');
        return switch (upper) {
            case "ESTAB" -> "ESTABLISHED";
            case "FIN_WAIT1" -> "FIN_WAIT_1";
            case "FIN_WAIT2" -> "FIN_WAIT_2";
            case "SYN_RECV", "SYN_RCVD" -> "SYN_RECEIVED";
            case "CLOSE", "UNCONN" -> "CLOSED";
            default -> upper;
        };
    }

    private static String line(NetstatRow row, String local, String foreign) {
        StringBuilder line = new StringBuilder(80);
        padRight(line, row.protocol(), 5);
        padLeft(line, queue(row.receiveQueue()), 7);
        padLeft(line, queue(row.sendQueue()), 7);
        line.append(' ');
        padRight(line, local, ADDRESS_WIDTH);
        line.append(' ');
        padRight(line, foreign, ADDRESS_WIDTH);
        return line.append(' ').append(row.state()).toString();
    }

    /** Six columns are room for 999,999; more is given in thousands, rounded down, with a K. */
    private static String queue(long octets) {
        if (octets <= 999_999) {
            return Long.toString(octets);
        }
        long thousands = octets / 1_000;
        return thousands <= 99_999 ? thousands + "K" : thousands / 1_000 + "M";
    }

    private static String endpoint(IpAddress address, int port) {
        return address + ":" + (port == 0 ? "*" : Integer.toString(port));
    }

    private static String cut(String endpoint) {
        if (endpoint.length() <= ADDRESS_WIDTH) {
            return endpoint;
        }
        String port = endpoint.substring(endpoint.lastIndexOf(':'));
        return endpoint.substring(0, ADDRESS_WIDTH - port.length()) + port;
    }

    private static void padRight(StringBuilder line, String text, int width) {
        line.append(text).append(" ".repeat(Math.max(0, width - text.length())));
    }

    private static void padLeft(StringBuilder line, String text, int width) {
        line.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
    }
}
