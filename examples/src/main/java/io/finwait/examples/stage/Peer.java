package io.finwait.examples.stage;

import java.time.Duration;

/**
 * One end of a connection in the hands of an application. Calls block in the time of the scene, and
 * are written on its ladder.
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

    /**
     * Gives the own direction up, and reads and throws away until the other end has closed, too.
     */
    void closeGracefully(Duration deadline);

    /** Gives the connection up at once, by reset. */
    void abort();

    /** What {@link #close()} does with text that is not yet delivered; zero throws it away. */
    void linger(Duration time);

    /** Reads until the end of the stream, an error or the deadline; the text of all. */
    Outcome readAll(Duration deadline);

    /** The port of this end. */
    int localPort();
}
