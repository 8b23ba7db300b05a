package io.finwait.tcp.internal.tcb;

/** A listener with its two queues, as the rooms below {@code endpoint} see it. */
public interface Backlog {

    /** True when the accept queue has room, so that a handshake may begin or complete. */
    boolean takesConnection();

    /** True when the SYN queue is full. */
    boolean isFullOfHandshakes();

    /** The handshake that began first, or null. */
    Tcb oldestHandshake();

    /**
     * Until when an ACK without text does not complete the handshake, in nanoseconds ({@link
     * io.finwait.tcp.Listener#deferAccept}); in the past when it does.
     */
    long deferredUntilNs(Tcb tcb);

    /** Adds a handshake to the SYN queue; the TCB belongs to this listener from now on. */
    void handshakeBegins(Tcb tcb);

    /** Gives a TCB its handle when the handshake completes. */
    void open(Tcb tcb);

    /** Moves a connection from the SYN queue to the accept queue. */
    void established(Tcb tcb);

    /** A connection has ended before it was accepted; removes it from the SYN queue. */
    void gone(Tcb tcb);
}
