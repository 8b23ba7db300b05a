package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** When nobody can run, as a network sees it. */
class QuietTest {

    private static final int TIMES = 200;

    @Test
    void whoIsWokenCanRunFromThatMomentOn() throws Exception {
        Workers workers = new Workers(Threads.FREE, () -> {});
        AtomicBoolean over = new AtomicBoolean();
        Thread sleeper =
                new Thread(
                        () -> {
                            while (!over.get()) {
                                workers.park(this, Worker.NEVER, false);
                            }
                        },
                        "sleeper");
        Worker worker = workers.add(sleeper, true);
        sleeper.start();
        for (int i = 0; i < TIMES; i++) {
            while (worker.phase != Worker.Phase.WAITING
                    || sleeper.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            boolean canRun;
            synchronized (workers) {
                // It can't get out of its wait as long as this lock is held.
                workers.unpark(sleeper);
                canRun = worker.canRun();
            }
            assertThat(canRun).as("time %d", i).isTrue();
        }
        over.set(true);
        workers.unpark(sleeper);
        sleeper.join();
        assertThat(worker.canRun()).isFalse();
    }

    @Test
    void aThreadThatSpinsHoldsTheClockUntilItHasHadItsShareOfAProcessor() throws Exception {
        assumeTrue(new KernelTasks().known(), "only Linux tells which threads run");
        Quiet quiet = new Quiet(new Workers(Threads.FREE, () -> {}));
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong used = new AtomicLong();
        Thread spinner = new Thread(() -> spin(over), "spinner with a name of many letters");
        Thread asker =
                new Thread(
                        () -> {
                            while (!quiet.now()) {
                                LockSupport.parkNanos(1_000_000);
                            }
                            used.set(times.getThreadCpuTime(spinner.getId()));
                        },
                        Clockwork.NAME);
        spinner.start();
        try {
            asker.start();
            asker.join();
            assertThat(used.get()).isGreaterThan(240_000_000);
        } finally {
            over.set(true);
            spinner.join();
        }
    }

    private static void spin(AtomicBoolean over) {
        while (!over.get()) {
            Thread.onSpinWait();
        }
    }

    /** A thread that has come to rest, and does this when it is woken. */
    private static Thread parked(Runnable then) {
        Thread made =
                new Thread(
                        () -> {
                            LockSupport.park();
                            then.run();
                        });
        made.start();
        while (made.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return made;
    }

    private static void spinFor20ms() {
        long end = System.nanoTime() + 20_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** A thread at a selector must see all that comes at one instant, a FIN and its RST for one. */
    @Test
    void whoWaitsByItselfIsWokenAtTheEndOfATurn() throws Exception {
        AtomicBoolean awake = new AtomicBoolean();
        Thread waiting = parked(() -> awake.set(true));
        AtomicBoolean tooEarly = new AtomicBoolean();
        try (SimNet net = SimNet.create(1)) {
            net.onNetwork(
                    () -> {
                        net.clockwork().wake(waiting);
                        spinFor20ms();
                        tooEarly.set(awake.get());
                    });
            waiting.join();
        }
        assertThat(tooEarly).isFalse();
        assertThat(awake).isTrue();
    }

    /** Its calls in a row are at one instant, and the network must not take some of them before. */
    @Test
    void whoWaitsByItselfAndIsWokenEndsTheTurn() throws Exception {
        AtomicBoolean hasCalled = new AtomicBoolean();
        Thread waiting =
                parked(
                        () -> {
                            spinFor20ms();
                            hasCalled.set(true);
                        });
        AtomicBoolean tooEarly = new AtomicBoolean();
        try (SimNet net = SimNet.create(1)) {
            // Known since it opened a channel, as the thread of a selector is.
            assertThat(net.clockwork().workers().add(waiting, false).ours).isFalse();
            Driver driver = net.host("host").driver();
            Runnable next = () -> tooEarly.set(!hasCalled.get());
            Runnable turn =
                    () -> {
                        net.clockwork().wake(waiting);
                        CompletableFuture<Object> unused =
                                driver.call(
                                        endpoint -> {
                                            net.simulation().after(0, next);
                                            return null;
                                        });
                    };
            net.locked(
                    () -> {
                        net.simulation().after(0, turn);
                        return null;
                    });
            net.settle();
            waiting.join();
        }
        assertThat(tooEarly).isFalse();
    }
}
