package io.finwait.sim.net;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Duration;

/**
 * Watches whether a network still makes progress, and names the threads that hold it up. Times here
 * are real.
 */
final class Standstill {

    private static final long HOLDER_NS = 2_000_000_000L;

    private final Workers workers;
    private final Clockwork clock;
    private final long seed;
    private volatile long patienceNs = Duration.ofSeconds(20).toNanos();
    private long sinceNs = System.nanoTime();
    private Worker lastHolder;
    private long elsewhereSinceNs;

    Standstill(Workers workers, Clockwork clock, long seed) {
        this.workers = workers;
        this.clock = clock;
        this.seed = seed;
    }

    void patience(Duration newPatience) {
        patienceNs = NANOSECONDS.convert(newPatience);
    }

    void progress() {
        sinceNs = System.nanoTime();
        lastHolder = null;
    }

    /** There has been no progress for longer than anybody wants to wait. */
    boolean isOverdue() {
        return System.nanoTime() - sinceNs > patienceNs;
    }

    /** Nothing could be done. */
    void watch(Thread running) {
        long now = System.nanoTime();
        boolean waiting =
                workers.all().stream().anyMatch(each -> each.phase == Worker.Phase.WAITING);
        if (!waiting) {
            sinceNs = now;
        } else if (now - sinceNs > patienceNs) {
            declare(
                    running == null
                            ? nobodyRuns()
                            : "thread \"" + running.getName() + "\" holds the clock",
                    null);
        }
    }

    private String nobodyRuns() {
        return clock.isManual()
                ? "everybody waits, and nobody advances the clock, which goes by Time.MANUAL"
                : "everybody waits, no packet is on its way, and no timer runs";
    }

    /** A thread has the baton; whether it runs. */
    void watchHolder() {
        Worker holder = workers.holder();
        long now = System.nanoTime();
        if (holder == null || holder != lastHolder || !holder.waitsElsewhere()) {
            lastHolder = holder;
            elsewhereSinceNs = now;
        } else if (now - elsewhereSinceNs > HOLDER_NS) {
            declare(
                    "thread \""
                            + holder.thread.getName()
                            + "\" has the baton and waits elsewhere than in a call of a socket or"
                            + " of the network",
                    null);
        }
    }

    void declare(String what, Throwable cause) {
        if (workers.hasFailed()) {
            return;
        }
        StringBuilder text = new StringBuilder(1024);
        text.append("the network's time stands still at ")
                .append(clock.nowNs() / 1e9)
                .append(" s (seed ")
                .append(seed)
                .append("): ")
                .append(what);
        for (Worker each : workers.all()) {
            text.append("\n    ").append(each);
        }
        StandstillError error = new StandstillError(text.toString());
        error.initCause(cause);
        workers.fail(error);
    }
}
