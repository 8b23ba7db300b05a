package io.finwait.tcp.internal.tcb;

import io.finwait.wire.Segment;

/** A listener with its two queues, as the rooms below {@code endpoint} see it. */
public interface Backlog {

    /** True when its user is asked before a SYN is answered: {@link #hold} takes all of them. */
    default boolean asksFirst() {
        return false;
    }

    /**
     * Keeps a SYN until the user has answered; only where {@link #asksFirst}.
     *
     * @return false when there is no room, and a cookie is to answer
     */
    default boolean hold(Segment syn) {
        throw new IllegalStateException("this listener asks nobody: " + syn);
    }

    /** True when the accept queue has room, so that a handshake may begin or complete. */
    boolean takesConnection();

    /** True when a SYN may reopen a pair of sockets in TIME-WAIT. */
    default boolean takesReopening() {
        return takesConnection();
    }

    /**
     * True when the oldest handshake must go before another one begins. With SYN cookies there is a
     * second backlog for those that can't have a cookie, since the peer of a handshake that is
     * given up may already have our answer.
     */
    default boolean mustMakePlace() {
        return isFullOfHandshakes();
    }

    /** True when the SYN queue is full. */
    boolean isFullOfHandshakes();

    /** True when more than half of the SYN queue, and of eight places, is taken. */
    default boolean isHalfFullOfHandshakes() {
        return false;
    }

    /** The handshake that began first, or null. */
    Tcb oldestHandshake();

    /** The oldest handshake is given up for another one: {@link #gone} is called next. */
    default void crowdedOut(Tcb tcb) {}

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
