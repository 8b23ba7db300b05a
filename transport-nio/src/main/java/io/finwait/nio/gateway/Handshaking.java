package io.finwait.nio.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What is said to a proxy before it passes octets on. It is asked for octets to send and given
 * those that come, and takes none that belong to the connection.
 */
interface Handshaking {

    /** The octets to send first. */
    ByteBuffer begins();

    /**
     * How many octets may be read next, so that none behind the answer are; 0 when it is complete.
     */
    int wants();

    /**
     * Takes octets of the answer, at most as many as {@link #wants}.
     *
     * @return what to send next, mostly nothing
     * @throws NotConnected when the proxy says that it has no connection
     */
    ByteBuffer takes(ByteBuffer octets) throws IOException;
}
