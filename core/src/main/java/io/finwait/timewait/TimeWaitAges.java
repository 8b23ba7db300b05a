package io.finwait.timewait;

/**
 * A histogram of the entries' ages. Pass it to {@link TimeWaitTable#list}, which may list some
 * entries at a time; ages are taken at the time given to the constructor.
 */
public final class TimeWaitAges implements TimeWaitVisitor {

    private final long widthNs;
    private final long nowNs;
    private final long[] counts;
    private long total;
    private long oldestNs;
    private long finWait2;

    /**
     * An empty histogram.
     *
     * @param widthNs the range of ages of each count, in ns, above 0
     * @param counts how many counts there are, above 0; the last one also holds everything older
     * @param nowNs the time at which ages are taken, in ns
     */
    public TimeWaitAges(long widthNs, int counts, long nowNs) {
        if (widthNs < 1 || counts < 1) {
            throw new IllegalArgumentException(
                    counts + " counts of " + widthNs + " ns; both must be above 0");
        }
        this.widthNs = widthNs;
        this.nowNs = nowNs;
        this.counts = new long[counts];
    }

    @Override
    public void visit(TimeWaitEntry entry) {
        total++;
        if (entry.isFinWait2()) {
            finWait2++;
            return;
        }
        long age = entry.ageNs(nowNs);
        oldestNs = Math.max(oldestNs, age);
        counts[(int) Math.min(age / widthNs, counts.length - 1)]++;
    }

    /** Entries in TIME-WAIT with an age from {@code i} times the width to {@code i + 1} times. */
    public long count(int i) {
        return counts[i];
    }

    /** How many counts there are. */
    public int counts() {
        return counts.length;
    }

    /** All entries visited, including orphans in FIN-WAIT-2. */
    public long total() {
        return total;
    }

    /** Orphans in FIN-WAIT-2, whose wait has not begun. */
    public long finWait2() {
        return finWait2;
    }

    /** The greatest age visited, in ns. */
    public long oldestNs() {
        return oldestNs;
    }
}
