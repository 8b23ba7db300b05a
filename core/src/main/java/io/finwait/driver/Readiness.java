package io.finwait.driver;

/**
 * Is told that something about a connection or a listener may be worth another look. Called on the
 * driver's thread, which it must not keep waiting, and by {@link RingConnection#close} on the
 * caller's. Calls may come for no reason.
 */
@FunctionalInterface
public interface Readiness {

    /** There is something to read, or nothing will come any more. */
    int READABLE = 1;

    /**
     * There is room to write, or nothing will be taken any more; the connection is established, or
     * failed.
     */
    int WRITABLE = 1 << 1;

    /** A listener has something to accept, or is closed. */
    int ACCEPTABLE = 1 << 2;

    /** What may have changed, one or more of the constants here. */
    void changed(int what);
}
