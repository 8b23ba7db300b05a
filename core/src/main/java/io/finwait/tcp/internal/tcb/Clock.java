package io.finwait.tcp.internal.tcb;

import java.util.ArrayDeque;

/**
 * The time of the duty cycle. Between two cycles the time is not known: a user's call takes effect
 * at the time of the next cycle, however late that comes. What such a call starts is noted here and
 * gets its time when that cycle begins, before any timer can fire: timers ({@link Timers#start}), a
 * new connection's start and initial sequence number, the octets read in a round trip, and changes
 * of state.
 */
public final class Clock {

    /** One tick of the timestamps' clock (RFC 7323 §5.4): a millisecond. */
    public static final long TIMESTAMP_TICK_NS = 1_000_000L;

    private final ArrayDeque<Tcb> undatedTcbs = new ArrayDeque<>();
    private final ArrayDeque<Handle> undatedHandles = new ArrayDeque<>();
    private long lastNs;
    private boolean running;

    /** True inside a duty cycle. */
    public boolean isRunning() {
        return running;
    }

    /**
     * The time of this duty cycle, in nanoseconds.
     *
     * @throws IllegalStateException between two cycles, when the time is not known
     */
    public long nowNs() {
        if (!running) {
            throw new IllegalStateException("the time is known only inside a duty cycle");
        }
        return lastNs;
    }

    /** The time of this duty cycle, or else of the last one, which may be long ago. */
    public long lastNs() {
        return lastNs;
    }

    /** The same in ticks of the timestamps' clock. */
    public int lastTicks() {
        return (int) (lastNs / TIMESTAMP_TICK_NS);
    }

    /** True when nothing waits for the next cycle's time. */
    public boolean owesNothing() {
        return undatedTcbs.isEmpty() && undatedHandles.isEmpty();
    }

    /** Notes that a user's call between two cycles has started something on a connection. */
    public void owe(Tcb tcb) {
        if (!tcb.undated) {
            tcb.undated = true;
            undatedTcbs.addLast(tcb);
        }
    }

    /** The same for a change of state that a handle records. */
    public void owe(Handle handle) {
        undatedHandles.addLast(handle);
    }

    /** A duty cycle begins. */
    public void begin(long nowNs) {
        lastNs = nowNs;
        running = true;
    }

    /** The next TCB noted by {@link #owe(Tcb)}, or null. */
    public Tcb nextUndated() {
        Tcb tcb = undatedTcbs.pollFirst();
        if (tcb != null) {
            tcb.undated = false;
        }
        return tcb;
    }

    /** Dates the changes of state that users' calls made between two cycles. */
    public void dateHandles() {
        Handle handle;
        while ((handle = undatedHandles.pollFirst()) != null) {
            handle.dateSteps(lastNs);
        }
    }

    /** The duty cycle is over. */
    public void end() {
        running = false;
    }
}
