package io.finwait.tcp.internal.profile;

/**
 * What keeps old and foreign segments out of a connection. Each can be switched off, at any time,
 * to show what it is for; only stories need this, so it is no part of the configuration. As made,
 * all hold.
 */
public final class Defences {

    private boolean timeWait = true;
    private boolean acknowledgmentRange = true;
    private boolean challengesSyn = true;

    public Defences() {}

    /** Without TIME-WAIT a connection that would enter it is CLOSED at once. */
    public void timeWait(boolean on) {
        timeWait = on;
    }

    /**
     * Whether an ACK field that is too old to be a duplicate makes a segment a fake (RFC 5961 §5).
     * Without, it is ignored and the segment's text is taken (RFC 793 page 72).
     */
    public void acknowledgmentRange(boolean on) {
        acknowledgmentRange = on;
    }

    /**
     * Whether a SYN for an open connection is answered with a challenge ACK (RFC 5961 §4). Without,
     * one inside the window is answered with RST and ends the connection (RFC 793 page 71).
     */
    public void challengesSyn(boolean on) {
        challengesSyn = on;
    }

    /** Whether TIME-WAIT is entered. */
    public boolean hasTimeWait() {
        return timeWait;
    }

    public boolean checksAcknowledgmentRange() {
        return acknowledgmentRange;
    }

    public boolean challengesSyn() {
        return challengesSyn;
    }
}
