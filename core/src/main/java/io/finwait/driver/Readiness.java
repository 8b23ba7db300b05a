package io.finwait.driver;

/**
 * Receives notice that the state of a connection or listener may have changed. Called on the
 * driver's thread, which it must not block, and by {@link RingConnection#close} on the caller's
 * thread. Spurious calls are possible.
 */
@FunctionalInterface
public interface Readiness {

    /** There is something to read, or the input has ended. */
    int READABLE = 1;

    /**
     * There is room to write, or the output has ended; the connection is established, or has
     * failed.
     */
    int WRITABLE = 1 << 1;

    /** A listener has something to accept, or is closed. */
    int ACCEPTABLE = 1 << 2;

    /** What may have changed, one or more of the constants here. */
    void changed(int what);
}
