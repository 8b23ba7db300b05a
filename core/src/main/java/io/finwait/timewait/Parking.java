package io.finwait.timewait;

/**
 * Parks an entry while a new connection of the same tuple is being opened. If that succeeds the
 * entry is removed; if it fails the entry returns to TIME-WAIT. A reference may be NIL.
 */
final class Parking {

    private static final int NIL = EntryStore.NIL;

    private final TimeWaitPolicy policy;
    private final TimeWaitCounters counters;
    private final Entries entries;
    private final TimeWaitEntry entry;

    /** Reads the entry that each call concerns into {@code entry}. */
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

    /** Parks the entry for a connection that an acceptable SYN has begun. */
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

    /** Parks the entry for an active open, if the policy allows it. */
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

    /** Removes the entry, because the new connection is established. */
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

    /** Returns the entry to TIME-WAIT, because the new connection has failed. */
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
