package io.finwait.examples.stage;

import java.time.Duration;

/**
 * One end of a connection in the hands of an application. Calls block in the time of the scene, and are
 * written on its ladder.
 */
public interface Peer {

    /** Hands text over for sending; it fits into the buffer. */
    Outcome write(String text);

    /** Waits for text, end-of-stream or an error. */
    Outcome read(Duration deadline);

    /** Says that no more will be sent, and goes on reading. */
    void shutdownOutput();

    /** Gives both directions up. */
    void close();

    /** Gives the connection up at once, by reset. */
    void abort();

    /** Makes {@link #close()} throw away what is not sent, and reset. */
    void lingerZero();

    /** The port of this end. */
    int localPort();
}
