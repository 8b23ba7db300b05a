package io.finwait.tcp.internal.tcb;

/** The queues of a listener, as far as the machinery needs them. */
public interface Backlog {

    /** True when another handshake may begin. */
    boolean takesSyn();

    /** True when a handshake may be completed. */
    boolean takesConnection();

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
