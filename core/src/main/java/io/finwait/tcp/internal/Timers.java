package io.finwait.tcp.internal;

/**
 * One slot for each {@link Timer} of a TCB. A deadline is a time in nanoseconds; {@link #OFF} means
 * that the timer does not run. {@code nextDeadline} and {@code onTime} read the same slots, so they
 * can't disagree.
 */
public final class Timers {

    /** The timer does not run. */
    public static final long OFF = Long.MAX_VALUE;

    /** A bit for each timer that runs: most are stopped again and again without ever having run. */
    private int running;

    /** Means nothing where the timer does not run. */
    private final long[] deadlines = new long[Timer.values().length];

    /** No timer fires before this: the earliest deadline started since {@link #earliest} was asked. */
    private long notBefore;

    Timers() {
        stopAll();
    }

    /** Starts a timer, or moves it; a deadline of {@link #OFF} stops it. */
    void start(Timer timer, long deadlineNs) {
        if (deadlineNs == OFF) {
            stop(timer);
            return;
        }
        deadlines[timer.ordinal()] = deadlineNs;
        running |= bit(timer);
        if (notBefore == OFF || deadlineNs - notBefore < 0) {
            notBefore = deadlineNs;
        }
    }

    /** Starts a timer unless it runs. */
    void startIfOff(Timer timer, long deadlineNs) {
        if (!isRunning(timer)) {
            start(timer, deadlineNs);
        }
    }

    void stop(Timer timer) {
        running &= ~bit(timer);
    }

    private static int bit(Timer timer) {
        return 1 << timer.ordinal();
    }

    void stopAll() {
        running = 0;
        notBefore = OFF;
    }

    /**
     * A time before which no timer fires, or {@link #OFF} when none runs: cheap, and earlier than {@link
     * #earliest} where a timer was stopped or moved.
     */
    long notBefore() {
        return notBefore;
    }

    /** See {@link Tcb#touch}. */
    int touch() {
        return running + (int) deadlines[0];
    }

    /** True when the timer runs. */
    public boolean isRunning(Timer timer) {
        return (running & bit(timer)) != 0;
    }

    /** When the timer fires, or {@link #OFF}. */
    public long deadline(Timer timer) {
        return isRunning(timer) ? deadlines[timer.ordinal()] : OFF;
    }

    /** True when the timer runs and its time has come. */
    boolean isDue(Timer timer, long nowNs) {
        return isRunning(timer) && deadlines[timer.ordinal()] - nowNs <= 0;
    }

    /** The earliest deadline of all timers, or {@link #OFF}. */
    long earliest() {
        long earliest = OFF;
        for (int left = running; left != 0; left &= left - 1) {
            long deadline = deadlines[Integer.numberOfTrailingZeros(left)];
            if (earliest == OFF || deadline - earliest < 0) {
                earliest = deadline;
            }
        }
        notBefore = earliest;
        return earliest;
    }
}
