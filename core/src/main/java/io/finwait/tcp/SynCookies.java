package io.finwait.tcp;

/** When a listener answers a SYN without keeping anything of it (RFC 4987 §3.6). */
public enum SynCookies {

    /**
     * Each SYN, except one that reopens a pair of sockets in TIME-WAIT. Without timestamps the
     * connection has then no window scale and no selective acknowledgments.
     */
    ALWAYS,

    /** A SYN that finds the backlog full of handshakes. */
    WHEN_FULL,

    /** No SYN: where the backlog is full of handshakes, the oldest one makes place. */
    NEVER
}
