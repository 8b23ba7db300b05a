package io.finwait.tcp.internal.tcb;

/** The kinds of {@link io.finwait.tcp.CloseReason}, as a handle keeps them until somebody asks. */
public enum EndKind {
    NOT_ENDED,
    ORDERLY,
    RESET_BY_PEER,
    REFUSED,
    ABORTED,
    TIMED_OUT,
    CLOSED_EARLY
}
