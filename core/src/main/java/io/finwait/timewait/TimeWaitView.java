package io.finwait.timewait;

import io.finwait.wire.FourTuple;

/** A read-only view of a TIME-WAIT table. All methods are called on the table's thread. */
public interface TimeWaitView {

    /** True when the table has the tuple, parked or not. */
    boolean contains(FourTuple tuple);

    /** The entry of a tuple, or null; valid until the next call of the table. */
    TimeWaitEntry find(FourTuple tuple);

    /** When the next entry expires, in ns; {@link Long#MAX_VALUE} when none does. */
    long nextDeadlineNs();

    /** How many entries the table has, including parked ones and orphans in FIN-WAIT-2. */
    int size();

    /** Octets of memory that the table has allocated for its entries, index and timers. */
    long octets();

    /** The counters at this moment; they do not change afterwards. */
    TimeWaitCounters counters();

    /** The policy of the table. */
    TimeWaitPolicy policy();

    /**
     * Lists entries, some in each call. An entry that is there from the first call to the last is
     * visited once; one that comes or goes meanwhile may be visited or not.
     *
     * @param cursor 0 to begin, then the result of the last call
     * @param limit the most entries to visit
     * @return the cursor of the next call, or -1 when all have been visited
     */
    long list(long cursor, int limit, TimeWaitVisitor visitor);

    /**
     * Shows the entries that pass a filter. The limit is for those looked at, so that the time of a
     * call is bounded however few pass.
     *
     * @param cursor 0 to begin, then the result of the last call
     * @param limit the most entries to look at
     * @param nowNs the time at which ages are taken, in ns
     * @return the cursor of the next call, or -1 when all have been looked at
     */
    long list(long cursor, int limit, TimeWaitFilter filter, long nowNs, TimeWaitVisitor visitor);
}
