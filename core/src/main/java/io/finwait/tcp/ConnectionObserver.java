package io.finwait.tcp;

/**
 * Is told what happens to a connection, by the contract of {@link EndpointObserver}: on the
 * endpoint's thread, inside {@link Endpoint#doWork} or {@link Endpoint#close}, never in the middle
 * of a segment. It may call every method except {@code doWork}. Whatever it throws, even an {@link
 * Error}, is logged, and ends that connection with a reset and {@link
 * CloseReason.AbortCause#OBSERVER_FAILED}; a connection that has already ended does not change.
 *
 * <p>Events that came together are told in the order of the methods here; whoever has closed the
 * connection, perhaps in one of them, is told nothing more of its text. After it calls {@link
 * Connection#release} it is told nothing more, and a later connection with the same handle is told
 * nothing about the earlier one.
 */
public interface ConnectionObserver {

    /** An observer that does nothing. */
    ConnectionObserver NONE = new ConnectionObserver() {};

    /** The handshake is complete. */
    default void onEstablished(Connection connection) {}

    /** A soft error, such as an ICMP message, or R1 retransmissions without an answer. */
    default void onSoftError(Connection connection, String message) {}

    /**
     * Octets have arrived, or end-of-stream, or an error: {@link Connection#receive} has an answer.
     * Told once for what has arrived: whoever leaves octets unread is told again when more arrive,
     * and has to come back to them without that when the peer has sent all.
     */
    default void onReadable(Connection connection) {}

    /** There is room in the send buffer again. */
    default void onWritable(Connection connection) {}

    /** The peer closed its direction. This is told even when nobody reads (RFC 9293 §3.6). */
    default void onPeerClosed(Connection connection) {}

    /** Our FIN was acknowledged: everything we sent was accepted by the peer's TCP. */
    default void onCloseAcknowledged(Connection connection) {}

    /**
     * The linger time passed before our FIN was acknowledged; the close goes on in the background.
     */
    default void onLingerExpired(Connection connection) {}

    /** The connection has ended; {@link Connection#closeReason()} says how. */
    default void onEnded(Connection connection) {}
}
