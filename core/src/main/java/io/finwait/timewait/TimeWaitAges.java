package io.finwait.timewait;

/**
 * How many entries are how old: counts of equal width. Give it to {@link TimeWaitTable#list}, some
 * entries at a time; the ages are those at the time given here.
 */
public final class TimeWaitAges implements TimeWaitVisitor {

    private final long widthNs;
    private final long nowNs;
    private final long[] counts;
    private long total;
    private long oldestNs;
    private long finWait2;

    /**
     * Nothing counted yet.
     *
     * @param widthNs ages that are counted together, in ns, above 0
     * @param counts how many such counts; what is older is in the last one
     * @param nowNs the time to which ages are taken
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

    /** Entries of TIME-WAIT whose age is at least {@code i} times the width, and below the next. */
    public long count(int i) {
        return counts[i];
    }

    /** How many counts there are. */
    public int counts() {
        return counts.length;
    }

    /** All entries seen, orphans in FIN-WAIT-2 included. */
    public long total() {
        return total;
    }

    /** Orphans in FIN-WAIT-2, whose wait has not begun. */
    public long finWait2() {
        return finWait2;
    }

    /** The greatest age seen, in ns. */
    public long oldestNs() {
        return oldestNs;
    }
}
