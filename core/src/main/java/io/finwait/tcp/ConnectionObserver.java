package io.finwait.tcp;

/**
 * Is told what happens to a connection, by the contract of {@link EndpointObserver}: on the endpoint's
 * thread, inside {@link Endpoint#doWork} or {@link Endpoint#close}, never in the middle of a segment. It
 * may call every method but {@code doWork}. What it throws, an {@link Error} included, is logged, and
 * ends that connection with a reset and {@link CloseReason.AbortCause#OBSERVER_FAILED}; one that has
 * ended stays as it is.
 *
 * <p>Events that came together are told in the order of the methods here. Once it has called {@link
 * Connection#release} it is told nothing more, and a connection that is opened with the same handle
 * hears nothing of the one before.
 */
public interface ConnectionObserver {

    /** An observer that does nothing. */
    ConnectionObserver NONE = new ConnectionObserver() {};

    /** The handshake is complete. */
    default void onEstablished(Connection connection) {}

    /** Octets have arrived, or end-of-stream, or an error: {@link Connection#receive} has an answer. */
    default void onReadable(Connection connection) {}

    /** There is room in the send buffer again. */
    default void onWritable(Connection connection) {}

    /** The peer closed its direction (RFC 9293 §3.6: told even when nobody reads). */
    default void onPeerClosed(Connection connection) {}

    /** Our FIN was acknowledged: everything we sent was accepted by the peer's TCP. */
    default void onCloseAcknowledged(Connection connection) {}

    /** The linger time passed before our FIN was acknowledged; the close goes on in the background. */
    default void onLingerExpired(Connection connection) {}

    /** A soft error, such as an ICMP message, or R1 retransmissions without an answer. */
    default void onSoftError(Connection connection, String message) {}

    /** The connection has ended; {@link Connection#closeReason()} says how. */
    default void onEnded(Connection connection) {}
}
