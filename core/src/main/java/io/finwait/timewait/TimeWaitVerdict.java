package io.finwait.timewait;

/**
 * What has to be done with a segment that {@link TimeWaitTable#segment} was asked about. Numbers
 * that an answer needs stand in {@link TimeWaitTable#entry()}.
 */
public enum TimeWaitVerdict {
    /** The table has no entry of this tuple: look further. */
    NOT_FOUND,
    /** Not for the table: the entry is parked, give the segment to the new connection. */
    PASS,
    /** Say nothing. */
    DROP,
    /** Send {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>} at once. */
    ACK,
    /**
     * The same octets as {@link #ACK}; it was allowed by the limit on such answers (RFC 5961 §7).
     */
    CHALLENGE_ACK,
    /**
     * An acceptable SYN (RFC 6191 §2). When a connection is made of it, call {@link
     * TimeWaitTable#park} and choose the initial sequence number with {@link
     * TimeWaitTable#reopeningIss}; when the backlog is full, drop the segment: the entry is
     * untouched.
     */
    REOPEN,
    /**
     * New text for a connection that nobody reads any more (RFC 2525 §2.16): the entry is gone;
     * send {@code <SEQ=SEG.ACK><CTL=RST>}.
     */
    RESET,
    /** An acceptable RST: the entry is gone; send nothing. */
    CLOSED
}
