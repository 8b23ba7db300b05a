package io.finwait.tcp;

import io.finwait.wire.IpAddress;

/** A port that takes connections. All methods are called on the endpoint's thread. */
public interface Listener extends AutoCloseable {

    /** The port, 1 to 65,535. */
    int port();

    /**
     * Takes the next connection whose handshake is complete.
     *
     * @return null when there is none
     */
    Connection accept();

    /** How many connections wait to be accepted. */
    int acceptQueueLength();

    /** How many handshakes are under way. */
    int synQueueLength();

    /**
     * Sets the action that is run when a connection waits to be accepted.
     *
     * @param onAcceptable run on the endpoint's thread
     */
    void onAcceptable(Runnable onAcceptable);

    /**
     * Hands connections over only when there is something to read. Until then an ACK that completes
     * a handshake is ignored, and the handshake keeps its place in the SYN queue. When the time is
     * over, the SYN,ACK is retransmitted, and its acknowledgment alone completes the handshake.
     *
     * @param timeoutNs how long to wait for the first octet after the SYN, in nanoseconds; 0, the
     *     default, for not at all
     * @throws IllegalArgumentException when it is negative
     */
    void deferAccept(long timeoutNs);

    /** The only address that it takes connections to, or null for all of the endpoint's. */
    IpAddress address();

    /**
     * Closes the port: connections that nobody has accepted are reset, handshakes forgotten.
     * Accepted connections are not touched. A second call does nothing.
     */
    @Override
    void close();

    /** True after {@link #close()}. */
    boolean isClosed();
}
