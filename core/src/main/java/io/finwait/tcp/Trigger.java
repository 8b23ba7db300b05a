package io.finwait.tcp;

/** What can move a connection from one {@link State} to another. */
public enum Trigger {
    /** The user opens a listener (passive OPEN). */
    PASSIVE_OPEN,
    /** The user connects (active OPEN). */
    ACTIVE_OPEN,
    /** A SYN without an acceptable ACK arrived. */
    SYN,
    /** In SYN-SENT: a SYN with an acceptable ACK arrived. */
    SYN_ACK,
    /** In SYN-RECEIVED: our SYN was acknowledged. */
    ACK_OF_SYN,
    /** The user will send no more: CLOSE, or the half-close {@code shutdownOutput}. */
    CLOSE,
    /** The peer's FIN was taken, all octets before it having arrived. */
    FIN,
    /** Our FIN, which had been sent, was acknowledged. */
    ACK_OF_FIN,
    /** An acceptable RST arrived. */
    RESET,
    /**
     * The user or a rule gives the connection up: ABORT, linger 0, unread data, data after CLOSE.
     */
    ABORT,
    /** A timer gave the connection up. */
    TIMEOUT,
    /** A handshake that a listener began is forgotten without an answer. */
    FORGET,
    /**
     * The SYN that was to reopen a pair of sockets proved to be an old one (RFC 9293 §3.6.1 (2)).
     */
    OLD_DUPLICATE,
    /** 2MSL passed in TIME-WAIT. */
    TWO_MSL
}
