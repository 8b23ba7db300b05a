package io.finwait.timewait;

import io.finwait.wire.FourTuple;

/**
 * A TIME-WAIT table to look at, not to change. What it shows belongs to the table's thread, on
 * which all of this is called.
 */
public interface TimeWaitView {

    /** True when the table has the tuple, parked or not. */
    boolean contains(FourTuple tuple);

    /** The entry of a tuple, or null; it holds until the table is asked or changed again. */
    TimeWaitEntry find(FourTuple tuple);

    /** When the next entry expires, in ns; {@link Long#MAX_VALUE} when none does. */
    long nextDeadlineNs();

    /** Entries in the table, parked ones and orphans in FIN-WAIT-2 included. */
    int size();

    /** Octets of memory that the table has allocated for its entries, index and timers. */
    long octets();

    /** What has happened so far; ask anew for what happened since. */
    TimeWaitCounters counters();

    /** What the table was made with. */
    TimeWaitPolicy policy();

    /**
     * Shows entries, some at a time. An entry that is there from the first call to the last is seen
     * once; one that comes or goes meanwhile is seen or not.
     *
     * @param cursor 0 to begin, then what the last call gave
     * @param limit the most entries to show
     * @return where to go on, or -1 when all have been seen
     */
    long list(long cursor, int limit, TimeWaitVisitor visitor);

    /**
     * Shows the entries that pass a filter. The limit is for those looked at, so that the time of a
     * call is bounded however few pass.
     *
     * @param cursor 0 to begin, then what the last call gave
     * @param limit the most entries to look at
     * @param nowNs the time to which ages are taken
     * @return where to go on, or -1 when all have been looked at
     */
    long list(long cursor, int limit, TimeWaitFilter filter, long nowNs, TimeWaitVisitor visitor);
}
