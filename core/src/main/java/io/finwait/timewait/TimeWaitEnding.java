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
    /** By a RST of the peer. */
    RESET,
    /** In FIN-WAIT-2, by text that came after the application had closed; a RST answers it. */
    TEXT_AFTER_CLOSE,
    /** By {@link TimeWaitTable#remove}, or because the same tuple entered again. */
    REMOVED
}
