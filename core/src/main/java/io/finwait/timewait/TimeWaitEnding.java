package io.finwait.timewait;

/** How an entry of the table ended. */
public enum TimeWaitEnding {
    /** It expired. */
    EXPIRED,
    /** It was evicted to make room for a new entry ({@link TimeWaitPolicy.Overflow}). */
    EVICTED,
    /** A SYN from the peer made a new connection, now established (RFC 6191). */
    REOPENED,
    /** A connection opened from here took the tuple and is established. */
    REUSED,
    /** The peer sent an acceptable RST. */
    RESET,
    /** In FIN-WAIT-2, text came after the application had closed; it is answered with RST. */
    TEXT_AFTER_CLOSE,
    /** It was removed by {@link TimeWaitTable#remove}, or the same tuple entered again. */
    REMOVED
}
