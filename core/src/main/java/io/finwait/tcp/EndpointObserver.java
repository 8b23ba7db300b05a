package io.finwait.tcp;

/** Is told what an endpoint does, on its thread; for traces and statistics. */
public interface EndpointObserver {

    /** An observer that does nothing. */
    EndpointObserver NONE = new EndpointObserver() {};

    /**
     * A connection changed its state; also told of connections that no user has yet, and of the way
     * from TIME-WAIT to CLOSED.
     *
     * @param connection valid only during the call
     */
    default void onTransition(
            ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {}

    /** A retransmission timer fired: something is sent again. */
    default void onRetransmission(ConnectionInfo connection, int times, long nowNs) {}
}
