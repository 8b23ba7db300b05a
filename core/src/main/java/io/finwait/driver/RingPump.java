package io.finwait.driver;

import io.finwait.tcp.CloseReason;

import java.io.IOException;

/**
 * Octets of an {@link AsyncConnection} that go another way than by futures; on the driver's thread.
 */
interface RingPump {

    /** The handshake is complete. */
    void established();

    /** The network says something that does not end a connection, such as "No route to host". */
    void softError(String message);

    /** There is something to read, an end of it included. */
    void readable();

    /**
     * Sends what waits.
     *
     * @return true when nothing waits any more
     */
    boolean flush() throws IOException;

    /** Octets that were received and not read. */
    int unread();

    /** The user has closed. */
    boolean isClosed();

    /** The user can write no more, as if he had ended his output. */
    void cutOff();

    /** Octets wait that were not handed over. */
    boolean hasUnsent();

    /**
     * The connection is over.
     *
     * @param reason how it ended; null when the driver has stopped without knowing
     */
    void ended(CloseReason reason);
}
