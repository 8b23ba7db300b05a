package io.finwait.tcp;

/** Why a segment is sent again. */
public enum Retransmission {
    /**
     * A SYN, or SYN,ACK, once more: its answer did not come in time, or the peer's SYN came again.
     */
    HANDSHAKE,
    /**
     * The retransmission timer has fired (RFC 6298 §5.4), or text sent before that timeout is sent
     * again.
     */
    TIMEOUT,
    /** Duplicate ACKs or SACK show that it was lost (RFC 5681 §3.2, RFC 6675 §5). */
    FAST,
    /** The tail may be lost, and is sent again to find out (RFC 8985 §7). */
    TAIL_LOSS_PROBE,
    /** The peer's window is closed, and an octet or FIN that was sent before probes it. */
    WINDOW_PROBE,
    /** The peer's window is open again; what was outstanding when it closed is sent again. */
    WINDOW_OPENED,
    /** A link on the path carries less than was sent (RFC 1191, RFC 8201). */
    PATH_MTU
}
