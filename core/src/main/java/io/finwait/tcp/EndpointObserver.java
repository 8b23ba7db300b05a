package io.finwait.tcp;

/**
 * Is told what an endpoint does; for traces and statistics.
 *
 * <p>The contract is that of {@link ConnectionObserver}, which says the same of one connection:
 *
 * <ol>
 *   <li>On the endpoint's thread, inside {@link Endpoint#doWork} or {@link Endpoint#close}.
 *   <li>Never in the middle of a segment. It is called when the batch of packets is processed,
 *       before the answers are sent, and again when the timers have fired.
 *   <li>In the order in which things happened; this observer is told before those of connections.
 *   <li>It may call every method of the endpoint and its connections, {@link Connection#abort()}
 *       included, but not {@code doWork}. The events that this causes are told after those that
 *       already wait.
 *   <li>What it throws, an {@link Error} included, is logged. The endpoint and its connections go
 *       on. When a {@link ConnectionObserver} throws, its connection is aborted.
 * </ol>
 */
public interface EndpointObserver {

    /** An observer that does nothing. */
    EndpointObserver NONE = new EndpointObserver() {};

    /**
     * A connection changed its state. This is also told of connections that no user has yet, and of
     * the transition from TIME-WAIT to CLOSED.
     *
     * @param connection as it was just after the change, in the state {@code to}; valid only during
     *     the call
     * @param nowNs when it changed, a time of {@link Endpoint#doWork}
     */
    default void onTransition(
            ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {}

    /**
     * A segment was sent again, wholly or in part. Told right after the duty cycle has sent its
     * segments.
     *
     * @param connection as it was then; valid only during the call
     * @param cause why it was sent again
     * @param timeouts how often the retransmission timer has fired in a row, 0 when only a loss was
     *     reported
     * @param nowNs when it was sent
     */
    default void onRetransmission(
            ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {}
}
