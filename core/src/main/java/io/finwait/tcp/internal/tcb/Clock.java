package io.finwait.tcp.internal.tcb;

import java.util.ArrayDeque;

/**
 * The time of the duty cycle. Between two cycles nobody knows what time it is: a user's call
 * happens at the time of the next cycle, however long that is in coming. What such a call begins is
 * noted here and dated when that cycle begins, before a timer can fire: timers ({@link
 * Timers#start}), the age of a new connection with its initial sequence number, what was read in a
 * round trip, and steps on the way to a connection's end.
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

    /** True when nothing waits to be dated. */
    public boolean owesNothing() {
        return undatedTcbs.isEmpty() && undatedHandles.isEmpty();
    }

    /** A user's call between two cycles has begun something with a connection. */
    public void owe(Tcb tcb) {
        if (!tcb.undated) {
            tcb.undated = true;
            undatedTcbs.addLast(tcb);
        }
    }

    /** The same for a step in the life of a handle. */
    public void owe(Handle handle) {
        undatedHandles.addLast(handle);
    }

    /** A duty cycle begins. */
    public void begin(long nowNs) {
        lastNs = nowNs;
        running = true;
    }

    /** The next TCB that a user's call between two cycles began something with, or null. */
    public Tcb nextUndated() {
        Tcb tcb = undatedTcbs.pollFirst();
        if (tcb != null) {
            tcb.undated = false;
        }
        return tcb;
    }

    /** Steps that users' calls made between two cycles happen now. */
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
