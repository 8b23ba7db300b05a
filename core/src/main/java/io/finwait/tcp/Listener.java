package io.finwait.tcp;

/** A port that takes connections. All methods are called on the endpoint's thread. */
public interface Listener {

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
     * Is told when a connection waits to be accepted.
     *
     * @param onAcceptable run on the endpoint's thread
     */
    void onAcceptable(Runnable onAcceptable);

    /**
     * Closes the port: connections that nobody has accepted are reset, handshakes forgotten. Accepted
     * connections are not touched. A second call does nothing.
     */
    void close();

    /** True after {@link #close()}. */
    boolean isClosed();
}
