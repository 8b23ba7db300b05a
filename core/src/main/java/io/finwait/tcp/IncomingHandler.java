package io.finwait.tcp;

/**
 * Is asked what becomes of SYNs, by a {@link CatchAll}; by the contract of {@link
 * EndpointObserver}: on the endpoint's thread, never in the middle of a segment. What it throws is
 * logged; an {@link Incoming} that has no answer then is refused, and a connection is reset.
 */
public interface IncomingHandler {

    /**
     * A peer wants a connection.
     *
     * @param incoming to be answered now or later
     */
    void onIncoming(Incoming incoming);

    /**
     * The handshake of an accepted one is complete. Text may have come with it: set an observer
     * here, and it is told.
     *
     * @param connection the user's from now on; it may have ended already
     */
    void onEstablished(Incoming incoming, Connection connection);

    /**
     * There will be no connection, although the user has not declined. Not told when the {@link
     * CatchAll} is closed.
     */
    default void onGone(Incoming incoming, Gone why) {}

    /** Why there will be no connection. */
    enum Gone {
        /** It has waited for its time without an answer ({@link CatchAllLimits#waitNs()}). */
        TIMED_OUT,
        /** Too many wait, or too many handshakes are under way, and this was the oldest. */
        CROWDED_OUT,
        /** It was accepted, and the peer has reset it or has never completed the handshake. */
        NOT_COMPLETED
    }
}
