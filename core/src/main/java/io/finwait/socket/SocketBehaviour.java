package io.finwait.socket;

import io.finwait.driver.RingConnection.Unread;

/**
 * What sockets do where systems differ. None of it is on the wire but {@link #unread}: the
 * endpoint's own rules are those of its configuration.
 */
public enum SocketBehaviour {

    /**
     * As the JDK's {@code java.net} sockets on Linux: a close shuts the output down first, so that
     * unread octets reset only behind a FIN; a reset is told to each read; behind a FIN it is
     * end-of-stream.
     */
    JAVA_ON_LINUX(Unread.FIN_THEN_RESET),

    /**
     * As a program that calls Linux itself: unread octets reset at once; a reset is told once, as
     * "Connection reset by peer", to whoever reads or writes first; behind a FIN it is
     * end-of-stream, and "Broken pipe".
     */
    LINUX(Unread.RESET),

    /**
     * As on BSD and macOS: unread octets are thrown away by a close, which sends FIN; a reset is
     * told to the next read, behind a FIN as well, and is "Broken pipe" to all writes; a shut input
     * takes octets and throws them away.
     */
    BSD(Unread.DISCARD);

    private final Unread unread;

    SocketBehaviour(Unread unread) {
        this.unread = unread;
    }

    Unread unread() {
        return unread;
    }

    /**
     * The JDK's channels close as a program does that calls Linux itself; those that are registered
     * with a selector shut down first, as its sockets do.
     */
    Unread unreadInChannel(boolean registered) {
        return this == JAVA_ON_LINUX && !registered ? Unread.RESET : unread;
    }

    /** A FIN that was not read yet hides a reset behind it. */
    boolean finHidesReset() {
        return this != BSD;
    }

    /** A reset is told to each read; otherwise the next one is at the end of the stream. */
    boolean repeatsReset() {
        return this == JAVA_ON_LINUX;
    }

    String resetWhileReading() {
        return this == JAVA_ON_LINUX ? "Connection reset" : "Connection reset by peer";
    }

    /** The first write after a reset is told of it. */
    boolean tellsResetToWriters() {
        return this != BSD;
    }

    /** Octets that came before the input was shut down can still be read. */
    boolean readsAfterShutdownInput() {
        return this == LINUX;
    }

    /** What comes after the input was shut down is taken and thrown away. */
    boolean discardsAfterShutdownInput() {
        return this == BSD;
    }
}
