package io.finwait.timewait;

/** Learns how each entry ended, and when an orphan was joined by its peer. Called on the table's thread; it must not call the table. */
@FunctionalInterface
public interface TimeWaitObserver {

    /** Looks away. */
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
}
