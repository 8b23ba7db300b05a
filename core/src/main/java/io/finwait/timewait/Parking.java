package io.finwait.timewait;

/**
 * What becomes of an entry whose tuple a new connection wants: it is parked while that one is
 * tried, and goes or returns. An entry is given by its reference, which may be none.
 */
final class Parking {

    private static final int NIL = EntryStore.NIL;

    private final TimeWaitPolicy policy;
    private final TimeWaitCounters counters;
    private final Entries entries;
    private final TimeWaitEntry entry;

    /** Leaves what it has to do with in {@code entry}. */
    Parking(
            TimeWaitPolicy policy,
            TimeWaitCounters counters,
            Entries entries,
            TimeWaitEntry entry) {
        this.policy = policy;
        this.counters = counters;
        this.entries = entries;
        this.entry = entry;
    }

    /** For a SYN that may reopen the tuple. */
    boolean park(int ref) {
        if (ref == NIL) {
            return false;
        }
        entries.load(ref, entry);
        if (entry.isFinWait2()) {
            return false;
        }
        entry.phase = TimeWaitEntry.PARKED_BY_SYN;
        entries.update(ref, entry);
        return true;
    }

    /** For a connection opened from here. */
    boolean reuse(int ref, boolean timestamps, long nowNs) {
        if (ref == NIL) {
            return false;
        }
        long now = entries.clock(nowNs);
        entries.load(ref, entry);
        if (entry.phase != TimeWaitEntry.WAITING
                || !timestamps
                || !entry.timestamps
                || now - entry.sinceNs < policy.reuseDelayNs()
                || !policyAllowsReuse()) {
            return false;
        }
        entry.phase = TimeWaitEntry.PARKED_BY_REUSE;
        entries.update(ref, entry);
        return true;
    }

    private boolean policyAllowsReuse() {
        return switch (policy.reuse()) {
            case OFF -> false;
            case LOOPBACK ->
                    AddressPredicate.LOOPBACK.test(entry.remoteHigh, entry.remoteLow)
                            || (entry.localHigh == entry.remoteHigh
                                    && entry.localLow == entry.remoteLow);
            case ALL -> true;
        };
    }

    /** The new connection is established. */
    boolean established(int ref, long nowNs) {
        if (!isParked(ref)) {
            return false;
        }
        boolean bySyn = entry.phase == TimeWaitEntry.PARKED_BY_SYN;
        if (bySyn) {
            counters.reopened++;
        } else {
            counters.reused++;
        }
        entries.end(
                ref, bySyn ? TimeWaitEnding.REOPENED : TimeWaitEnding.REUSED, entries.clock(nowNs));
        return true;
    }

    /** The new connection came to nothing. */
    boolean returned(int ref) {
        if (!isParked(ref)) {
            return false;
        }
        entry.phase = TimeWaitEntry.WAITING;
        entries.update(ref, entry);
        counters.returned++;
        return true;
    }

    private boolean isParked(int ref) {
        if (ref == NIL) {
            return false;
        }
        entries.load(ref, entry);
        return entry.isParked();
    }
}
