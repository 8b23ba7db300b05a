package io.finwait.tcp.internal.profile;

/**
 * The defences that keep old and forged segments out of a connection. All are on at first. Stories
 * switch them off, at any time, to show what each is for; nothing else needs this, so it is not
 * part of the configuration.
 */
public final class Defences {

    private boolean timeWait = true;
    private boolean acknowledgmentRange = true;
    private boolean challengesSyn = true;

    public Defences() {}

    /** Whether connections enter TIME-WAIT. Without it they are CLOSED at once. */
    public void timeWait(boolean on) {
        timeWait = on;
    }

    /**
     * Whether a segment is refused when its ACK field is too old (RFC 5961 §5). Without this check
     * the ACK is ignored and the segment's text is accepted (RFC 793 page 72).
     */
    public void acknowledgmentRange(boolean on) {
        acknowledgmentRange = on;
    }

    /**
     * Whether a SYN for an open connection is answered with a challenge ACK (RFC 5961 §4). Without
     * this defence a SYN inside the window is answered with RST and ends the connection (RFC 793
     * page 71).
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
