package io.finwait.nio.gateway;

import io.finwait.wire.IpAddress;

import java.util.Objects;

/**
 * Who calls whom, as a {@link Router} is asked.
 *
 * @param kind a connection or datagrams
 * @param source the client, behind the transport
 * @param sourcePort 0 to 65,535
 * @param destination whom it calls
 * @param port 0 to 65,535; 0 for pings
 */
public record Call(Kind kind, IpAddress source, int sourcePort, IpAddress destination, int port) {

    /** What is called by. */
    public enum Kind {
        /** A connection. */
        TCP,
        /** Datagrams between two pairs of address and port. */
        UDP,
        /** An echo request of ICMP. */
        PING
    }

    public Call {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(destination, "destination");
    }
}
