package io.finwait.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The answer to a call. The caller may stop waiting for it at any time, by {@code cancel}, {@code
 * orTimeout} or {@code completeOnTimeout}; from then on the driver neither takes octets for it nor
 * touches its buffer.
 *
 * <p>The driver calls {@link #begin} before it touches the buffer, which fails when nobody waits
 * any more. A caller that gives up during a copy waits until it is done, for some microseconds.
 */
final class Answer<T> extends CompletableFuture<T> {

    private static final int OPEN = 0;
    private static final int BUSY = 1;
    private static final int SETTLED = 2;

    private final AtomicInteger phase = new AtomicInteger(OPEN);

    /** Begins to copy octets; false when the caller has stopped waiting. */
    boolean begin() {
        return phase.compareAndSet(OPEN, BUSY);
    }

    /** The copy is done, but the answer is not yet complete. */
    void pause() {
        phase.set(OPEN);
    }

    /** Completes what was begun. */
    void finish(T value) {
        phase.set(SETTLED);
        super.complete(value);
    }

    /** Completes what was begun, with an exception. */
    void fail(Throwable failure) {
        phase.set(SETTLED);
        super.completeExceptionally(failure);
    }

    @SuppressWarnings("ThreadPriorityCheck") // It waits for a copy that is under way, no longer.
    private boolean settle() {
        while (!phase.compareAndSet(OPEN, SETTLED)) {
            if (phase.get() == SETTLED) {
                return false;
            }
            Thread.yield();
        }
        return true;
    }

    @Override
    public boolean complete(T value) {
        return settle() && super.complete(value);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return settle() && super.completeExceptionally(failure);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return settle() ? super.cancel(mayInterruptIfRunning) : isCancelled();
    }
}
