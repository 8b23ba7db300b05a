package io.finwait.tcp;

import io.finwait.wire.IpAddress;

/** What a connection can report at any time: the STATUS call (RFC 9293 §3.10.6). */
public interface ConnectionInfo {

    /** Address of this end. */
    IpAddress localAddress();

    /** Port of this end, 1 to 65,535. */
    int localPort();

    /** Address of the peer. */
    IpAddress remoteAddress();

    /** Port of the peer, 1 to 65,535. */
    int remotePort();

    /** The state. */
    State state();

    /** Octets received in order that the user has not read; netstat's Recv-Q. */
    long unread();

    /** Octets queued by the user and not yet acknowledged; netstat's Send-Q. */
    long unacknowledged();
}
