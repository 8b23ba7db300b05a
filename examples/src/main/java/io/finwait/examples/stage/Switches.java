package io.finwait.examples.stage;

/** Rules of a host's TCP that a story breaks to show why they exist. */
public interface Switches {

    /** Without TIME-WAIT a connection that would enter it is forgotten at once. */
    void timeWait(boolean on);

    /** Whether an ACK field that is too old makes a segment a fake (RFC 5961 §5). */
    void acknowledgmentRange(boolean on);

    /** Whether a SYN for an open connection is answered with a challenge ACK (RFC 5961 §4). */
    void challengesSyn(boolean on);

    /** Gives every connection this number to begin with. */
    void initialSequence(int number);
}
