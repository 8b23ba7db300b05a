package io.finwait.driver;

import io.finwait.spi.Transport;
import io.finwait.tcp.Endpoint;

import java.util.function.IntSupplier;

/**
 * What a driver's thread does: it works while there is work, spins for a moment behind it, then
 * waits in {@link Transport#await}. Somebody else may give the turns instead.
 */
final class WorkLoop {

    /** How much too early the timer of a call may begin, in nanoseconds. */
    private static final long LATE_NS = 1_000_000;

    private final Endpoint endpoint;
    private final Transport transport;
    private final Timekeeper time;
    private final Inbox inbox;
    private final Alarms alarms;
    private final Drain drain;
    private final InterruptBell bell;
    private final long spinNs;

    /** What is not of packets and calls; does nothing until somebody sets it. */
    private IntSupplier alongside = () -> 0;

    /**
     * @param rouse ends the wait of the transport
     * @param spinNs how long to spin before waiting, in nanoseconds
     */
    WorkLoop(
            Endpoint endpoint,
            Transport transport,
            Timekeeper time,
            Inbox inbox,
            Alarms alarms,
            Drain drain,
            Runnable rouse,
            long spinNs) {
        this.endpoint = endpoint;
        this.transport = transport;
        this.time = time;
        this.inbox = inbox;
        this.alarms = alarms;
        this.drain = drain;
        this.spinNs = spinNs;
        bell = new InterruptBell(rouse);
    }

    /** Sets what is called in every turn and returns how much it did; on the driver's thread. */
    void alongside(IntSupplier work) {
        alongside = work;
    }

    /** Works until the driver has ended. */
    void run() {
        Throwable failure = null;
        try {
            work();
        } catch (Throwable e) {
            failure = failed(e);
        }
        drain.stop(failure);
    }

    private static Throwable failed(Throwable failure) {
        Drain.log("the driver stops because its endpoint or transport failed", failure);
        return failure;
    }

    private void work() {
        boolean justWorked = false;
        boolean hasWaited = true;
        long spinsUntilNs = time.nowNs();
        long toldNs = spinsUntilNs;
        while (!drain.isDone()) {
            if (Thread.interrupted()) {
                drain.begin(Driver.DRAIN_TIME.toNanos());
                continue;
            }
            long now = time.nowNs();
            // Some calls begin a timer, so the endpoint learns the time before them when some has
            // passed: in a wait, or because this thread did not run.
            boolean learnsFirst = hasWaited || now - toldNs > LATE_NS;
            int work = learnsFirst ? endpoint.doWork(now) : 0;
            int called = inbox.serve() + alarms.ring(now) + alongside.getAsInt();
            if (called > 0 || !learnsFirst) {
                work += called + endpoint.doWork(now);
            }
            toldNs = now;
            hasWaited = false;
            if (work > 0) {
                justWorked = true;
                continue;
            }
            if (justWorked) {
                justWorked = false;
                spinsUntilNs = now + spinNs;
            }
            // What comes next is near behind work, not behind a wake-up that brought none: one of
            // several queues is woken by packets that it only hands over.
            if (now - spinsUntilNs < 0) {
                letOthersRun();
            } else {
                await(now);
                hasWaited = true;
            }
        }
    }

    /** The thread that is to give us work may be waiting for the processor on which we spin. */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it: it is a courtesy.
    private static void letOthersRun() {
        Thread.yield();
    }

    private void await(long nowNs) {
        if (inbox.mayWait()) {
            long deadline = nextDeadlineNs();
            long timeout = deadline == Long.MAX_VALUE ? deadline : deadline - nowNs;
            if (timeout > 0) {
                bell.waitBegins();
                try {
                    transport.await(timeout);
                } finally {
                    bell.waitEnds();
                }
            }
        }
        inbox.waitIsOver();
    }

    /** One round of {@link #work}, at a time that somebody else says. */
    int turn(long nowNs) {
        if (inbox.hasEnded()) {
            return 0;
        }
        inbox.servedBy(Thread.currentThread());
        Throwable failure = null;
        try {
            if (!drain.isDone()) {
                int work = endpoint.doWork(nowNs);
                int called = inbox.serve() + alarms.ring(nowNs) + alongside.getAsInt();
                return called == 0 ? work : work + called + endpoint.doWork(nowNs);
            }
        } catch (Throwable e) {
            failure = failed(e);
        }
        drain.stop(failure);
        return 1;
    }

    /** When something is to be done even if nobody inbox; {@link Long#MAX_VALUE} for never. */
    long nextDeadlineNs() {
        return inbox.hasEnded()
                ? Long.MAX_VALUE
                : earlier(endpoint.nextDeadlineNs(), alarms.nextNs());
    }

    private static long earlier(long a, long b) {
        if (a == Long.MAX_VALUE) {
            return b;
        }
        return b == Long.MAX_VALUE || a - b <= 0 ? a : b;
    }
}
