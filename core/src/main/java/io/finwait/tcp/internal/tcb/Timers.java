package io.finwait.tcp.internal.tcb;

/**
 * One slot for each {@link Timer} of a TCB. A deadline is a time in nanoseconds; {@link #OFF} means
 * that the timer does not run. {@code nextDeadline} and {@code onTime} read the same slots, so they
 * can't disagree.
 */
public final class Timers {

    private static final Timer[] TIMERS = Timer.values();

    /** The timer does not run. */
    public static final long OFF = Long.MAX_VALUE;

    private static final long LONGEST_NS = Long.MAX_VALUE / 2;

    private Clock clock;
    private Tcb owner;

    /**
     * A bit for each timer that was started between two duty cycles: its slot holds the nanoseconds
     * from the beginning of the next one.
     */
    private int undated;

    /** A bit for each timer that runs: most are stopped again and again without ever having run. */
    private int running;

    /** Means nothing where the timer does not run. */
    private final long[] deadlines = new long[Timer.values().length];

    /**
     * No timer fires before this: the earliest deadline started since {@link #earliest} was asked.
     */
    private long notBefore;

    Timers() {
        stopAll();
    }

    /** Before the first use. */
    public void belongTo(Tcb newOwner, Clock newClock) {
        owner = newOwner;
        clock = newClock;
    }

    /**
     * Starts a timer, or moves it: it fires after some nanoseconds, counted from this duty cycle
     * or, when a user calls between two, from the beginning of the next one. So none can start in
     * the past.
     *
     * @param delayNs 0 or more; what is longer than 146 years is cut to that, so that no sum
     *     overflows
     */
    public void start(Timer timer, long delayNs) {
        long delay = Math.min(delayNs, LONGEST_NS);
        if (clock.isRunning()) {
            startAt(timer, clock.nowNs() + delay);
            return;
        }
        deadlines[timer.ordinal()] = delay;
        undated |= bit(timer);
        running |= bit(timer);
        clock.owe(owner);
    }

    /** Starts a timer, or moves it, with a deadline; {@link #OFF} stops it. */
    public void startAt(Timer timer, long deadlineNs) {
        if (deadlineNs == OFF) {
            stop(timer);
            return;
        }
        undated &= ~bit(timer);
        deadlines[timer.ordinal()] = deadlineNs;
        running |= bit(timer);
        if (notBefore == OFF || deadlineNs - notBefore < 0) {
            notBefore = deadlineNs;
        }
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

    /** A duty cycle begins: what was started before it runs from now on. */
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
     * A time before which no timer fires, or {@link #OFF} when none runs: cheap, and earlier than
     * {@link #earliest} where a timer was stopped or moved.
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
     * When the timer fires, or {@link #OFF}; as if it were still the last cycle between two of
     * them.
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
