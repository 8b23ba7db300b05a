package io.finwait.tcp.internal.tcb;

/**
 * The kinds of {@link io.finwait.tcp.CloseReason}. A handle stores the kind and makes the object
 * only when the user asks for it.
 */
public enum EndKind {
    NOT_ENDED,
    ORDERLY,
    RESET_BY_PEER,
    REFUSED,
    ABORTED,
    TIMED_OUT,
    CLOSED_EARLY
}
