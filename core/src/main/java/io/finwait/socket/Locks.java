package io.finwait.socket;

import io.finwait.driver.Timekeeper;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Waiting as the JDK's sockets do: an interrupt of a platform thread changes nothing. */
final class Locks {

    private Locks() {}

    /**
     * Takes a lock.
     *
     * @param timeoutMs 0 for as long as it takes
     * @param time the clock that the wait goes by
     * @return how much of the time is left, in nanoseconds: all of it where the lock was free; 0
     *     when there is no limit
     * @throws SocketTimeoutException when it was not free in time
     */
    static long lock(ReentrantLock lock, int timeoutMs, String timedOut, Timekeeper time)
            throws SocketTimeoutException {
        if (timeoutMs == 0) {
            lock.lock();
            return 0;
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        if (lock.tryLock()) {
            return nanos;
        }
        long begin = time.nowNs();
        boolean interrupted = false;
        try {
            while (true) {
                long left = nanos - (time.nowNs() - begin);
                try {
                    if (left > 0 && lock.tryLock(left, TimeUnit.NANOSECONDS)) {
                        return Math.max(nanos - (time.nowNs() - begin), 1);
                    }
                    throw new SocketTimeoutException(timedOut);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until a future is completed or the time is over; 0 for as long as it takes. */
    static void awaitUninterruptibly(CompletableFuture<?> future, Timekeeper time, long nanos) {
        SocketGate done = new SocketGate(time);
        CompletableFuture<?> unused = future.whenComplete((result, failure) -> done.look());
        boolean interrupted = false;
        long begin = time.nowNs();
        try {
            while (!future.isDone()) {
                long left = nanos == 0 ? 0 : Math.max(nanos - (time.nowNs() - begin), 1);
                try {
                    done.await(future::isDone, left);
                    return;
                } catch (InterruptedIOException e) {
                    interrupted = Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Waits for an answer of the driver.
     *
     * @throws SocketException "Socket closed" when nobody will give it
     */
    static <T> T answer(CompletableFuture<T> future, Timekeeper time) throws IOException {
        awaitUninterruptibly(future, time, 0);
        try {
            return future.join();
        } catch (CancellationException e) {
            throw SocketFailures.because(SocketFailures.closed(), e);
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException known) {
                throw known;
            }
            throw SocketFailures.because(new SocketException(e.getCause().getMessage()), e);
        }
    }
}
