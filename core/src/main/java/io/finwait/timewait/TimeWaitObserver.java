package io.finwait.timewait;

/**
 * Learns how each entry ended, and when an orphan was joined by its peer. Called on the table's
 * thread; it must not call the table.
 */
@FunctionalInterface
public interface TimeWaitObserver {

    /** An observer that does nothing. */
    TimeWaitObserver NONE = (entry, ending, nowNs) -> {};

    /**
     * An entry has left the table. Where a newcomer took its tuple, this may be told up to fifteen
     * newcomers later, but before anything else about the tuple is told or answered.
     *
     * @param entry what it was; valid only during the call
     * @param ending why it left
     * @param nowNs the time given to the call that ended it
     */
    void ended(TimeWaitEntry entry, TimeWaitEnding ending, long nowNs);

    /**
     * The peer's FIN came to an orphan in FIN-WAIT-2, which is in TIME-WAIT now.
     *
     * @param entry what it is; valid only during the call
     * @param nowNs the time given to the call that brought the FIN
     */
    default void timeWaitBegan(TimeWaitEntry entry, long nowNs) {}

    /**
     * How far below SND.NXT the ACK of a segment for an orphan in FIN-WAIT-2 may lie: the smaller
     * one of the largest window that its peer has offered and of what the peer has acknowledged
     * (RFC 5961 §5.2). An entry has no room for that, so its owner is asked.
     *
     * @param entry the orphan; valid only during the call
     * @return octets, 0 to 2^30; at first the largest window there is (RFC 7323 §2.3)
     */
    default int oldestAck(TimeWaitEntry entry) {
        return 1 << 30;
    }
}
