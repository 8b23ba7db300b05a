package io.finwait.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Waiting as the JDK's sockets do: an interrupt of a platform thread changes nothing. */
final class Locks {

    private Locks() {}

    /**
     * Takes a lock.
     *
     * @param timeoutMs 0 for as long as it takes
     * @return how much of the time is left, in nanoseconds; 0 when there is no limit
     * @throws SocketTimeoutException when it was not free in time
     */
    static long lock(ReentrantLock lock, int timeoutMs, String timedOut)
            throws SocketTimeoutException {
        if (timeoutMs == 0) {
            lock.lock();
            return 0;
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        long begin = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                long left = nanos - (System.nanoTime() - begin);
                try {
                    if (left > 0 && lock.tryLock(left, TimeUnit.NANOSECONDS)) {
                        return Math.max(left, 1);
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

    /** Waits until a future is completed, anyhow, or the time is over. */
    static void awaitUninterruptibly(CompletableFuture<?> future, long nanos) {
        SocketGate done = new SocketGate();
        CompletableFuture<?> unused = future.whenComplete((result, failure) -> done.look());
        boolean interrupted = false;
        long begin = System.nanoTime();
        while (true) {
            try {
                done.await(future::isDone, Math.max(nanos - (System.nanoTime() - begin), 1));
                break;
            } catch (InterruptedIOException e) {
                interrupted = Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits for an answer of the driver.
     *
     * @throws SocketException "Socket closed" when nobody will give it
     */
    static <T> T answer(CompletableFuture<T> future) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (CancellationException e) {
                    throw SocketFailures.because(SocketFailures.closed(), e);
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException known) {
                        throw known;
                    }
                    throw SocketFailures.because(new SocketException(e.getCause().getMessage()), e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
