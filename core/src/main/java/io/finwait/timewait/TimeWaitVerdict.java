package io.finwait.timewait;

/**
 * What to do with a segment, as {@link TimeWaitTable#segment} decides. {@link
 * TimeWaitTable#entry()} has the numbers that an answer needs.
 */
public enum TimeWaitVerdict {
    /** The table has no entry of this tuple. */
    NOT_FOUND,
    /** The entry is parked: pass the segment to the new connection. */
    PASS,
    /** Drop the segment. */
    DROP,
    /** Send {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>} at once. */
    ACK,
    /**
     * Send the same segment as for {@link #ACK}; the limit on challenge ACKs allows it (RFC 5961
     * §7).
     */
    CHALLENGE_ACK,
    /**
     * The segment is an acceptable SYN (RFC 6191 §2). To begin a connection, call {@link
     * TimeWaitTable#park} and choose the initial sequence number with {@link
     * TimeWaitTable#reopeningIss}. If the backlog is full, drop the segment; the entry is
     * unchanged.
     */
    REOPEN,
    /**
     * The segment has text that nobody will read (RFC 2525 §2.16): the entry is removed; send
     * {@code <SEQ=SEG.ACK><CTL=RST>}.
     */
    RESET,
    /** The segment is an acceptable RST: the entry is removed; send nothing. */
    CLOSED
}
