package io.finwait.tcp;

/**
 * Takes connections to every local address and port for which no {@link Listener} is open, after
 * asking its {@link IncomingHandler}. All methods are called on the endpoint's thread.
 */
public interface CatchAll extends AutoCloseable {

    /** How many SYNs wait for an answer, those that are ignored included. */
    int waiting();

    /** How many handshakes of accepted ones are under way. */
    int handshakes();

    /**
     * Ends it: what waits is forgotten, as are handshakes under way, and nobody is told.
     * Connections that were handed over are not touched. A second call does nothing.
     */
    @Override
    void close();

    /** True after {@link #close()}, or that of the endpoint. */
    boolean isClosed();
}
