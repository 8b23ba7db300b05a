package io.finwait.sim.net;

/** What a thread of a host does; what it throws fails the test. */
@FunctionalInterface
public interface Body {

    /** Runs to its end. */
    void run() throws Exception;
}
