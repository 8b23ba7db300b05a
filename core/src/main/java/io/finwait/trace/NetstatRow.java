package io.finwait.trace;

import io.finwait.wire.IpAddress;

import java.util.Objects;

/**
 * One line of {@link Netstat}: a connection or a listener as one end sees it.
 *
 * @param receiveQueue octets that have arrived and were not read; of a listener the connections
 *     that nobody has accepted yet
 * @param sendQueue octets that the peer has not acknowledged, unsent ones included; of a listener
 *     its backlog
 * @param local the end's own address; the unspecified address ({@code 0.0.0.0}, {@code ::}) stands
 *     for all of them
 * @param localPort 1 to 65,535
 * @param foreign the peer's address; unspecified for a listener
 * @param foreignPort 0 for a listener
 * @param state the state's name, such as {@code FIN_WAIT_2}; see {@link Netstat} for the spelling
 */
public record NetstatRow(
        long receiveQueue,
        long sendQueue,
        IpAddress local,
        int localPort,
        IpAddress foreign,
        int foreignPort,
        String state) {

    public NetstatRow {
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(foreign, "foreign");
        Objects.requireNonNull(state, "state");
    }

    /** A listener at an address and port. */
    public static NetstatRow listener(IpAddress local, int port, long waiting, long backlog) {
        IpAddress any = local.isV4() ? IpAddress.v4(0) : new IpAddress(0, 0);
        return new NetstatRow(waiting, backlog, local, port, any, 0, "LISTEN");
    }

    /** {@code tcp} over IPv4, {@code tcp6} over IPv6. */
    public String protocol() {
        return local.isV4() ? "tcp" : "tcp6";
    }
}
