package io.finwait.timewait;

/**
 * Is told how each entry ends, and when an orphan enters TIME-WAIT. Called on the table's thread;
 * it must not call the table.
 */
@FunctionalInterface
public interface TimeWaitObserver {

    /** An observer that does nothing. */
    TimeWaitObserver NONE = (entry, ending, nowNs) -> {};

    /**
     * An entry has left the table. If the same tuple has entered again, this may be told up to
     * fifteen new entries later, but always before anything else about the tuple is told or
     * answered.
     *
     * @param entry the entry as it was; valid only during the call
     * @param ending how it ended
     * @param nowNs the time given to the call that ended it
     */
    void ended(TimeWaitEntry entry, TimeWaitEnding ending, long nowNs);

    /**
     * The peer's FIN has arrived for an orphan in FIN-WAIT-2, which is now in TIME-WAIT.
     *
     * @param entry the entry as it is now; valid only during the call
     * @param nowNs the time given to the call with the FIN
     */
    default void timeWaitBegan(TimeWaitEntry entry, long nowNs) {}

    /**
     * How far below SND.NXT the ACK of a segment for an orphan in FIN-WAIT-2 may lie: the smaller
     * of the largest window that the peer has offered and the octets that it has acknowledged (RFC
     * 5961 §5.2). An entry does not hold this number, so the table asks its owner.
     *
     * @param entry the orphan; valid only during the call
     * @return octets, 0 to 2^30; by default 2^30, the largest window (RFC 7323 §2.3)
     */
    default int oldestAck(TimeWaitEntry entry) {
        return 1 << 30;
    }
}
