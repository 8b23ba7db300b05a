package io.finwait.sim.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The threads of {@link NetHost#run}, and what they threw. */
final class HostThreads {

    private final Clockwork clockwork;
    private final List<Thread> running = new ArrayList<>();
    private final List<Thread> waiting = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    HostThreads(Clockwork clockwork) {
        this.clockwork = clockwork;
    }

    /**
     * Starts a thread.
     *
     * @param forgiven what it throws no longer fails the test, because its host has crashed
     */
    Thread start(String name, Body body, BooleanSupplier forgiven) {
        Worker[] mine = new Worker[1];
        Thread thread = clockwork.thread(() -> run(mine[0], body, forgiven), name);
        synchronized (this) {
            running.add(thread);
        }
        mine[0] = clockwork.workers().add(thread, clockwork.carrier() == null);
        clockwork.workers().enqueue(mine[0]);
        thread.start();
        return thread;
    }

    private void run(Worker me, Body body, BooleanSupplier forgiven) {
        clockwork.workers().begin(me);
        try {
            body.run();
        } catch (Throwable e) {
            synchronized (this) {
                if (!forgiven.getAsBoolean()) {
                    failures.add(e);
                }
            }
        } finally {
            hasEnded(me);
        }
    }

    private void hasEnded(Worker me) {
        List<Thread> told;
        synchronized (this) {
            running.remove(me.thread);
            told = running.isEmpty() ? List.copyOf(waiting) : List.of();
        }
        told.forEach(clockwork::unpark);
        clockwork.workers().end(me);
    }

    /** Waits until all have ended. */
    void finish() {
        List<Thread> unused = finish(Duration.ZERO);
    }

    /**
     * Waits until all have ended.
     *
     * @param longest on the network's clock; zero for as long as it takes
     * @return those that have not
     */
    List<Thread> finish(Duration longest) {
        Thread me = Thread.currentThread();
        synchronized (this) {
            waiting.add(me);
        }
        try {
            long begin = clockwork.nowNs();
            long left = longest.toNanos();
            while (stillRunning(me) && (longest.isZero() || left > 0)) {
                clockwork.park(this, left);
                left = longest.toNanos() - (clockwork.nowNs() - begin);
            }
        } finally {
            synchronized (this) {
                waiting.remove(me);
            }
        }
        List<Thread> left = new ArrayList<>(running());
        left.remove(me);
        return left;
    }

    private synchronized boolean stillRunning(Thread me) {
        return running.stream().anyMatch(each -> each != me);
    }

    /** Throws what the first failing thread threw, once; those of the others go along with it. */
    void throwFailure() {
        List<Throwable> thrown;
        synchronized (this) {
            thrown = List.copyOf(failures);
            failures.clear();
        }
        if (!thrown.isEmpty()) {
            AssertionError error =
                    new AssertionError("a thread of the network failed: " + thrown.get(0));
            error.initCause(thrown.get(0));
            thrown.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
    }

    synchronized List<Thread> running() {
        return List.copyOf(running);
    }
}
