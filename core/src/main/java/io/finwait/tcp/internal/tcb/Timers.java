package io.finwait.tcp.internal.tcb;

import java.util.Arrays;

/**
 * The timers of a TCB, one slot for each {@link Timer}. A deadline is a time of the endpoint's
 * clock in nanoseconds; {@link #OFF} means that the timer does not run. What is due and when the
 * next deadline comes are read from the same slots, so they can't disagree.
 */
public final class Timers {

    private static final Timer[] TIMERS = Timer.values();

    /** The timer does not run. */
    public static final long OFF = Long.MAX_VALUE;

    private static final int FIRST_PLACES = Timer.DELAYED_ACK.ordinal() + 1;
    private static final long LONGEST_NS = Long.MAX_VALUE / 2;

    private Clock clock;
    private Tcb owner;

    /**
     * A bit for each timer that was started between two duty cycles. Its slot holds a delay, which
     * counts from the beginning of the next cycle.
     */
    private int undated;

    /**
     * A bit for each timer that runs. Stopping a timer clears its bit, which is cheap: most are
     * stopped far more often than they run.
     */
    private int running;

    /**
     * The deadlines; undefined for a timer that does not run. As long as none of the others was
     * started there is room for those that a segment can start.
     */
    private long[] deadlines = new long[FIRST_PLACES];

    /**
     * No timer fires before this time. It may be earlier than the next deadline, until {@link
     * #earliest} looks again.
     */
    private long notBefore;

    Timers() {
        stopAll();
    }

    /** Sets the owner and the clock, once, before the first use. */
    public void belongTo(Tcb newOwner, Clock newClock) {
        owner = newOwner;
        clock = newClock;
    }

    /**
     * Starts a timer, or restarts it. The delay counts from this duty cycle or, for a user's call
     * between two cycles, from the beginning of the next one; so no timer starts in the past.
     *
     * @param delayNs 0 or more; more than 146 years is reduced to that, so that no sum overflows
     */
    public void start(Timer timer, long delayNs) {
        long delay = Math.min(delayNs, LONGEST_NS);
        if (clock.isRunning()) {
            startAt(timer, clock.nowNs() + delay);
            return;
        }
        set(timer, delay);
        undated |= bit(timer);
        running |= bit(timer);
        clock.owe(owner);
    }

    /** Starts a timer, or restarts it, with a deadline; {@link #OFF} stops it. */
    public void startAt(Timer timer, long deadlineNs) {
        if (deadlineNs == OFF) {
            stop(timer);
            return;
        }
        undated &= ~bit(timer);
        set(timer, deadlineNs);
        running |= bit(timer);
        if (notBefore == OFF || deadlineNs - notBefore < 0) {
            notBefore = deadlineNs;
        }
    }

    private void set(Timer timer, long value) {
        int place = timer.ordinal();
        if (place >= deadlines.length) {
            deadlines = Arrays.copyOf(deadlines, TIMERS.length);
        }
        deadlines[place] = value;
    }

    /** Starts a timer unless it runs. */
    public void startIfOff(Timer timer, long delayNs) {
        if (!isRunning(timer)) {
            start(timer, delayNs);
        }
    }

    public void stop(Timer timer) {
        running &= ~bit(timer);
        undated &= ~bit(timer);
    }

    /** A duty cycle begins: the timers that were started since the last one run from now on. */
    public void date(long nowNs) {
        for (int left = undated; left != 0; left &= left - 1) {
            int place = Integer.numberOfTrailingZeros(left);
            startAt(TIMERS[place], nowNs + deadlines[place]);
        }
    }

    private static int bit(Timer timer) {
        return 1 << timer.ordinal();
    }

    public void stopAll() {
        running = 0;
        undated = 0;
        notBefore = OFF;
    }

    /**
     * A time before which no timer fires, or {@link #OFF} when none runs. Cheaper than {@link
     * #earliest}, and possibly earlier, since it ignores timers that were stopped or restarted.
     */
    public long notBefore() {
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

    /**
     * When the timer fires, or {@link #OFF}. Between two cycles, when the time is not known, a
     * delay counts from the last cycle.
     */
    public long deadline(Timer timer) {
        if (!isRunning(timer)) {
            return OFF;
        }
        long deadline = deadlines[timer.ordinal()];
        return (undated & bit(timer)) == 0 ? deadline : clock.lastNs() + deadline;
    }

    /** True when the timer runs and its time has come. */
    public boolean isDue(Timer timer, long nowNs) {
        return (running & ~undated & bit(timer)) != 0 && deadlines[timer.ordinal()] - nowNs <= 0;
    }

    /** The earliest deadline of all timers, or {@link #OFF}. */
    public long earliest() {
        long earliest = OFF;
        for (int left = running & ~undated; left != 0; left &= left - 1) {
            long deadline = deadlines[Integer.numberOfTrailingZeros(left)];
            if (earliest == OFF || deadline - earliest < 0) {
                earliest = deadline;
            }
        }
        notBefore = earliest;
        return earliest;
    }
}
