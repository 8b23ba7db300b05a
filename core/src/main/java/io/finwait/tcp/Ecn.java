package io.finwait.tcp;

/**
 * Explicit congestion notification (RFC 3168): routers mark packets where they would otherwise drop
 * them, the receiver of a mark tells the sender, and that slows down as after a loss. Both ends
 * must agree in the handshake. Accurate ECN (RFC 9768) is not spoken.
 */
public enum Ecn {

    /** A SYN asks for it, and one that asks is told yes. */
    ALWAYS,

    /** A SYN that asks for it is told yes. */
    WHEN_ASKED,

    /** Neither. */
    NEVER
}
