package io.finwait.socket;

import io.finwait.driver.Timekeeper;

import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.BooleanSupplier;

/**
 * Where one thread waits for something that others bring about. As in the sockets of the JDK an
 * interrupt does nothing to a platform thread, and ends the wait of a virtual one.
 */
final class SocketGate {

    /** {@code Thread.isVirtual}, or null on a JVM without virtual threads. */
    private static final MethodHandle IS_VIRTUAL = isVirtual();

    private final Timekeeper time;
    private volatile Thread waiting;

    SocketGate(Timekeeper time) {
        this.time = time;
    }

    private static MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    static boolean isVirtual(Thread thread) {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new AssertionError("Thread.isVirtual throws nothing", e);
        }
    }

    /** Lets the waiting thread look again. */
    void look() {
        Thread thread = waiting;
        if (thread != null) {
            time.unpark(thread);
        }
    }

    /**
     * Waits.
     *
     * @param ready what is waited for; becomes true before {@link #look} is called
     * @param nanos how long at most, 0 for as long as it takes
     * @return false when the time is over
     * @throws InterruptedIOException when a virtual thread is interrupted; its status stays set
     */
    boolean await(BooleanSupplier ready, long nanos) throws InterruptedIOException {
        Thread thread = Thread.currentThread();
        boolean virtual = isVirtual(thread);
        boolean interrupted = false;
        long begin = nanos == 0 ? 0 : time.nowNs();
        waiting = thread;
        try {
            while (!ready.getAsBoolean()) {
                if (virtual && thread.isInterrupted()) {
                    throw new InterruptedIOException("interrupted while waiting");
                }
                if (nanos == 0) {
                    time.park(this, 0);
                } else {
                    long left = nanos - (time.nowNs() - begin);
                    if (left <= 0) {
                        return false;
                    }
                    time.park(this, left);
                }
                if (!virtual && Thread.interrupted()) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            waiting = null;
            if (interrupted) {
                thread.interrupt();
            }
        }
    }

    /**
     * Waits in a channel, which an interrupt closes; the status stays set.
     *
     * @param ready what is waited for; true as well when the channel is closed
     * @param nanos how long at most, 0 for as long as it takes
     * @return false when the time is over
     */
    boolean awaitInChannel(BooleanSupplier ready, long nanos) {
        long begin = nanos == 0 ? 0 : time.nowNs();
        waiting = Thread.currentThread();
        try {
            while (!ready.getAsBoolean()) {
                if (nanos == 0) {
                    time.park(this, 0);
                } else {
                    long left = nanos - (time.nowNs() - begin);
                    if (left <= 0) {
                        return false;
                    }
                    time.park(this, left);
                }
            }
            return true;
        } finally {
            waiting = null;
        }
    }
}
