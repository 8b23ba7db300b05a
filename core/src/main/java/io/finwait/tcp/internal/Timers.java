package io.finwait.tcp.internal;

import java.util.Arrays;

/**
 * One slot for each {@link Timer} of a TCB. A deadline is a time in nanoseconds; {@link #OFF} means
 * that the timer does not run. {@code nextDeadline} and {@code onTime} read the same slots, so they
 * can't disagree.
 */
public final class Timers {

    /** The timer does not run. */
    public static final long OFF = Long.MAX_VALUE;

    private static final int COUNT = Timer.values().length;

    private final long[] deadlines = new long[COUNT];

    /** No timer fires before this: the earliest deadline started since {@link #earliest} was asked. */
    private long notBefore;

    Timers() {
        stopAll();
    }

    /** Starts a timer, or moves it. */
    void start(Timer timer, long deadlineNs) {
        deadlines[timer.ordinal()] = deadlineNs;
        if (notBefore == OFF || deadlineNs - notBefore < 0) {
            notBefore = deadlineNs;
        }
    }

    /** Starts a timer unless it runs. */
    void startIfOff(Timer timer, long deadlineNs) {
        if (deadlines[timer.ordinal()] == OFF) {
            start(timer, deadlineNs);
        }
    }

    void stop(Timer timer) {
        deadlines[timer.ordinal()] = OFF;
    }

    void stopAll() {
        Arrays.fill(deadlines, OFF);
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
        return (int) (deadlines[0] + deadlines[COUNT - 1]);
    }

    /** True when the timer runs. */
    public boolean isRunning(Timer timer) {
        return deadlines[timer.ordinal()] != OFF;
    }

    /** When the timer fires, or {@link #OFF}. */
    public long deadline(Timer timer) {
        return deadlines[timer.ordinal()];
    }

    /** True when the timer runs and its time has come. */
    boolean isDue(Timer timer, long nowNs) {
        long deadline = deadlines[timer.ordinal()];
        return deadline != OFF && deadline - nowNs <= 0;
    }

    /** The earliest deadline of all timers, or {@link #OFF}. */
    long earliest() {
        long earliest = OFF;
        for (long deadline : deadlines) {
            if (deadline != OFF && (earliest == OFF || deadline - earliest < 0)) {
                earliest = deadline;
            }
        }
        notBefore = earliest;
        return earliest;
    }
}
