package io.finwait.link;

/**
 * How often something may be done: so many times at once, and as many again each second. What
 * strangers can provoke must cost neither them nor us without bound.
 */
final class Allowance {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int most;
    private final long costNs;
    private boolean begun;
    private long creditNs;
    private long lastNs;

    Allowance(int perSecond) {
        most = perSecond;
        costNs = NANOS_PER_SECOND / perSecond;
    }

    /** True when it may be done now; counts it. */
    boolean take(long nowNs) {
        long full = most * costNs;
        if (!begun) {
            begun = true;
            creditNs = full;
        } else {
            long passed = nowNs - lastNs;
            // A clock that goes back, or jumps by more than a second, gives no more than a second.
            creditNs = passed < 0 ? creditNs : Math.min(full, creditNs + Math.min(passed, full));
        }
        lastNs = nowNs;
        if (creditNs < costNs) {
            return false;
        }
        creditNs -= costNs;
        return true;
    }
}
