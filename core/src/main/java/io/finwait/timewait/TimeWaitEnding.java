package io.finwait.timewait;

/** How an entry of the table ended. */
public enum TimeWaitEnding {
    /** Its time was over. */
    EXPIRED,
    /** It had to make room for a newcomer ({@link TimeWaitPolicy.Overflow}). */
    EVICTED,
    /** A SYN from the peer made a new connection, now established (RFC 6191). */
    REOPENED,
    /** A connection opened from here took the tuple and is established. */
    REUSED,
    /** By a RST, or by text that came after the application had closed. */
    RESET,
    /** By {@link TimeWaitTable#remove}, or because the same tuple entered again. */
    REMOVED
}
