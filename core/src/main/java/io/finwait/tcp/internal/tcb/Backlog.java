package io.finwait.tcp.internal.tcb;

/** The queues of a listener, as far as the machinery needs them. */
public interface Backlog {

    /** True when a connection more can wait to be accepted: a handshake may begin or complete. */
    boolean takesConnection();

    /** True when there are as many handshakes as there may be. */
    boolean isFullOfHandshakes();

    /** The handshake that began first, or null. */
    Tcb oldestHandshake();

    /** Until when a handshake without text is not completed, in ns; in the past when it may be. */
    long deferredUntilNs(Tcb tcb);

    /** A handshake begins; the TCB is this listener's from now on. */
    void handshakeBegins(Tcb tcb);

    /** Gives a TCB whose handshake is complete its handle. */
    void open(Tcb tcb);

    /** The connection waits to be accepted. */
    void established(Tcb tcb);

    /** A child has gone before it was established. */
    void gone(Tcb tcb);
}
