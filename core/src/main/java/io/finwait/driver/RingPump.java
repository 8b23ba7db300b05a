package io.finwait.driver;

import io.finwait.tcp.CloseReason;

import java.io.IOException;

/**
 * Carries the octets of an {@link AsyncConnection} instead of its futures; called on the driver's
 * thread.
 */
interface RingPump {

    /** The handshake is complete. */
    void established();

    /** A soft error, such as "No route to host", which does not end the connection. */
    void softError(String message);

    /** There is something to read, or the input has ended. */
    void readable();

    /**
     * Sends the waiting octets.
     *
     * @return true when all of them are sent
     */
    boolean flush() throws IOException;

    /** Octets that were received and not read. */
    int unread();

    /** The user has closed. */
    boolean isClosed();

    /** The user can write no more, as if he had ended his output. */
    void cutOff();

    /** True when octets wait that the connection has not yet taken. */
    boolean hasUnsent();

    /**
     * The connection has ended.
     *
     * @param reason how it ended; null when the driver has stopped without knowing
     */
    void ended(CloseReason reason);
}
