package io.finwait.nio;

import java.net.InetSocketAddress;

/** Reads {@code HOST:PORT}, with an IPv6 address in brackets. */
public final class HostPort {

    private HostPort() {}

    /**
     * Reads and resolves an address.
     *
     * @param text {@code 127.0.0.1:7000}, {@code [::1]:7000} or {@code name:7000}
     * @param where what the text is part of, for the message
     * @param leastPort 0 where any free port will do, else 1
     * @throws IllegalArgumentException when it is none, or the name is unknown
     */
    public static InetSocketAddress parse(String text, Object where, int leastPort) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || (host.indexOf(':') >= 0 && !bracketed)) {
            throw wrong(text, where, leastPort);
        }
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw wrong(text, where, leastPort);
        }
        if (port < leastPort || port > 65_535) {
            throw wrong(text, where, leastPort);
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    "the host '" + host + "' in " + where + " is unknown; write its IP address");
        }
        return address;
    }

    private static IllegalArgumentException wrong(String text, Object where, int leastPort) {
        return new IllegalArgumentException(
                "'"
                        + text
                        + "' in "
                        + where
                        + " is not an address; write HOST:PORT with a port from "
                        + leastPort
                        + " to 65535, such as 127.0.0.1:7000 or [::1]:7000");
    }
}
