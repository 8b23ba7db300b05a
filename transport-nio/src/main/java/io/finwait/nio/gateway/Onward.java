package io.finwait.nio.gateway;

import io.finwait.wire.Unreachable;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Where a call goes, or why it goes nowhere. */
public sealed interface Onward {

    /**
     * To an address.
     *
     * @param to resolved
     */
    record Direct(InetSocketAddress to) implements Onward {

        public Direct {
            requireResolved(to);
        }
    }

    /**
     * Through a SOCKS5 proxy (RFC 1928, RFC 1929); connections only.
     *
     * @param proxy resolved
     * @param host an address or a name, which the proxy then looks up; at most 255 octets
     * @param port 1 to 65,535
     * @param user at most 255 octets, empty for no authentication
     * @param password at most 255 octets
     */
    record Socks5(InetSocketAddress proxy, String host, int port, String user, String password)
            implements Onward {

        public Socks5 {
            requireResolved(proxy);
            requireShort(host);
            requireShort(user);
            requireShort(password);
        }

        @Override
        public String toString() {
            return "Socks5[" + proxy + " > " + host + ":" + port + "]";
        }
    }

    /**
     * Through an HTTP proxy by CONNECT (RFC 9110 §9.3.6); connections only.
     *
     * @param proxy resolved
     * @param host an address or a name, which the proxy then looks up
     * @param port 1 to 65,535
     */
    record HttpConnect(InetSocketAddress proxy, String host, int port) implements Onward {

        public HttpConnect {
            requireResolved(proxy);
            requireShort(host);
            if (host.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new IllegalArgumentException("'" + host + "' is no host of a request");
            }
        }
    }

    /** Nowhere: RST, or ICMP "port unreachable" for datagrams. */
    record Refused() implements Onward {}

    /**
     * Nowhere: ICMP "destination unreachable".
     *
     * @param why its code
     */
    record Forbidden(Unreachable why) implements Onward {

        public Forbidden {
            Objects.requireNonNull(why, "why");
        }
    }

    /** Nowhere, and nothing is said. */
    record Ignored() implements Onward {}

    private static void requireResolved(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    address + " is not resolved; look the name up before, or give it to a proxy");
        }
    }

    private static void requireShort(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > 255) {
            throw new IllegalArgumentException("more than 255 octets: '" + text + "'");
        }
    }
}
