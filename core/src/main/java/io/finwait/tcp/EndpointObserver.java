package io.finwait.tcp;

/**
 * Is told what an endpoint does; for traces and statistics.
 *
 * <p>The contract is that of {@link ConnectionObserver}, which says the same of one connection:
 *
 * <ol>
 *   <li>On the endpoint's thread, inside {@link Endpoint#doWork} or {@link Endpoint#close}.
 *   <li>Never in the middle of a segment: when the packets at hand are processed, and before what they
 *       cause is sent; and when the timers have fired.
 *   <li>In the order in which things happened; this observer before those of connections.
 *   <li>It may call every method of the endpoint and its connections, {@link Connection#abort()}
 *       included, but not {@code doWork}. What that causes is told behind what waits already.
 *   <li>What it throws, an {@link Error} included, is logged. The endpoint and its connections go on; of
 *       a {@link ConnectionObserver} that throws the connection is aborted.
 * </ol>
 */
public interface EndpointObserver {

    /** An observer that does nothing. */
    EndpointObserver NONE = new EndpointObserver() {};

    /**
     * A connection changed its state; also told of connections that no user has yet, and of the way
     * from TIME-WAIT to CLOSED.
     *
     * @param connection as it was right behind the change, in the state {@code to}; valid only during
     *     the call
     * @param nowNs when it changed, a time of {@link Endpoint#doWork}
     */
    default void onTransition(
            ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {}

    /**
     * A segment was sent again, wholly or in part. Told right behind what the duty cycle has sent.
     *
     * @param connection as it was then; valid only during the call
     * @param cause why it was
     * @param timeouts how often the retransmission timer has fired in a row, 0 when nothing but a loss
     *     was told
     * @param nowNs when it was sent
     */
    default void onRetransmission(
            ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {}
}
