package io.finwait.tcp.internal.tcb;

/** The timers of a TCB; each has one slot in {@link Timers}. */
public enum Timer {
    /** No ACK of the last segments for two round trips (RFC 8985 §7); ahead of RETRANSMISSION. */
    TAIL_LOSS_PROBE,
    /** What may only have been overtaken counts as lost (RFC 8985 §6.3). */
    REORDERING,
    /** Something with sequence space is unacknowledged (RFC 6298 §5). */
    RETRANSMISSION,
    /** Text or FIN waits behind a closed window (RFC 9293 §3.8.6.1). */
    WINDOW_PROBE,
    /** An ACK waits for company (RFC 9293 §3.8.6.3). */
    DELAYED_ACK,
    /** Text too small to be sent waits for company (RFC 9293 §3.8.6.2.1). */
    SILLY_WINDOW,
    /** The connection was silent (RFC 9293 §3.8.4). */
    KEEPALIVE,
    /** The oldest unacknowledged octet is too old (RFC 9293 §3.10.8). */
    USER_TIMEOUT,
    /** An orphan waits for the peer's FIN. */
    FIN_WAIT_2,
    /** The user wants to know whether the FIN was acknowledged in time. */
    LINGER,
    /** A graceful close must end. */
    GRACEFUL_CLOSE,
    /** An orphan must be gone, however slowly its peer goes on. */
    ORPHAN
}
