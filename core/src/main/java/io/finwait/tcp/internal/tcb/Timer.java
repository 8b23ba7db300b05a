package io.finwait.tcp.internal.tcb;

/** The timers of a TCB; each has one slot in {@link Timers}. */
public enum Timer {
    /**
     * The last segments were not acknowledged for two round trips (RFC 8985 §7). Fires before
     * RETRANSMISSION.
     */
    TAIL_LOSS_PROBE,
    /** What may only have been overtaken counts as lost (RFC 8985 §6.3). */
    REORDERING,
    /** Something with sequence space is unacknowledged (RFC 6298 §5). */
    RETRANSMISSION,
    /** Text or a FIN waits for a closed window to open (RFC 9293 §3.8.6.1). */
    WINDOW_PROBE,
    /** An ACK is delayed (RFC 9293 §3.8.6.3). */
    DELAYED_ACK,
    /** Text is held back until its turn comes, see {@code Pacing}. */
    PACING,
    /** Text is held back because the segment would be too small (RFC 9293 §3.8.6.2.1). */
    SILLY_WINDOW,
    /** The peer has been silent (RFC 9293 §3.8.4). */
    KEEPALIVE,
    /** The oldest octet has been unacknowledged for too long (RFC 9293 §3.10.8). */
    USER_TIMEOUT,
    /** An orphan waits for the peer's FIN. */
    FIN_WAIT_2,
    /** The user is to be told whether the FIN was acknowledged in time. */
    LINGER,
    /** The deadline of a graceful close. */
    GRACEFUL_CLOSE,
    /** The deadline of an orphan, even if its peer still makes progress. */
    ORPHAN
}
