package io.finwait.sim.net;

import java.util.ArrayList;
import java.util.List;

/** The threads of {@link NetHost#run}, and what they threw. */
final class HostThreads {

    private final Clockwork clockwork;
    private final List<Thread> running = new ArrayList<>();
    private final List<Thread> waiting = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    HostThreads(Clockwork clockwork) {
        this.clockwork = clockwork;
    }

    Thread start(String name, Body body) {
        Worker[] mine = new Worker[1];
        Thread thread = new Thread(() -> run(mine[0], body), name);
        thread.setDaemon(true);
        synchronized (this) {
            running.add(thread);
        }
        mine[0] = clockwork.workers().add(thread, true);
        clockwork.workers().enqueue(mine[0]);
        thread.start();
        return thread;
    }

    private void run(Worker me, Body body) {
        clockwork.workers().begin(me);
        try {
            body.run();
        } catch (Throwable e) {
            synchronized (this) {
                failures.add(e);
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

    /** Waits until all have ended; then throws what the first failing one threw. */
    void finish() {
        Thread me = Thread.currentThread();
        synchronized (this) {
            waiting.add(me);
        }
        try {
            while (stillRunning(me)) {
                clockwork.park(this, 0);
            }
        } finally {
            synchronized (this) {
                waiting.remove(me);
            }
        }
        throwFailure();
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
