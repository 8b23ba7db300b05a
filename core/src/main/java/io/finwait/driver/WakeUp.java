package io.finwait.driver;

import java.util.function.BooleanSupplier;

/**
 * Wakes a driver that waits, and costs little when it does not. Each side writes, and then reads
 * what the other writes: a thread that brings something puts it where the driver looks and then
 * asks whether the driver waits; the driver notes that it waits and then looks whether something is
 * there. All volatile accesses have one order (JLS §17.4.4), so at least one of them sees the
 * other.
 */
final class WakeUp {

    private final Runnable wakeup;
    private final BooleanSupplier nothingToDo;
    private volatile boolean waiting;

    /**
     * @param wakeup ends the driver's wait, now or when it begins
     * @param nothingToDo whether nothing is there of what others bring; asked on the driver's
     *     thread, by volatile reads
     */
    WakeUp(Runnable wakeup, BooleanSupplier nothingToDo) {
        this.wakeup = wakeup;
        this.nothingToDo = nothingToDo;
    }

    /** Something stands where the driver looks; from any thread. */
    void brought() {
        if (waiting) {
            wakeup.run();
        }
    }

    /** Ends the wait in any case, or the next one. */
    void now() {
        wakeup.run();
    }

    /** Whether the driver may wait: what is brought from now on wakes it. */
    boolean mayWait() {
        waiting = true;
        return nothingToDo.getAsBoolean();
    }

    /** The driver does not wait. A thread that has not seen this yet wakes it for nothing. */
    void waitIsOver() {
        waiting = false;
    }
}
