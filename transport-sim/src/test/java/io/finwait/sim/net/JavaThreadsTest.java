package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that sleep, as the kernel says, and what the JVM says of them. One sleeps in the middle
 * of its code all the time, as others do for a moment when they need a lock inside the JVM: the
 * class that it uses is being initialized.
 */
class JavaThreadsTest {

    private static final CountDownLatch BEGUN = new CountDownLatch(1);
    private static final CountDownLatch GO_ON = new CountDownLatch(1);
    private static final Thread INITIALIZER = new Thread(() -> Slow.READY.get(), "initializer");
    private static final Thread USER = new Thread(() -> Slow.READY.get(), "user");

    private static final class Slow {

        static final AtomicLong READY = ready();

        private static AtomicLong ready() {
            BEGUN.countDown();
            try {
                GO_ON.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new AtomicLong(1);
        }
    }

    @BeforeAll
    static void aClassIsBeingInitialized() throws InterruptedException {
        INITIALIZER.start();
        BEGUN.await();
        while (INITIALIZER.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        USER.start();
    }

    @AfterAll
    static void itIsReady() throws InterruptedException {
        GO_ON.countDown();
        INITIALIZER.join();
        USER.join();
    }

    /** As the network's own thread, which is not asked about. */
    private static <T> T onNetworksThread(Callable<T> question) throws Exception {
        FutureTask<T> task = new FutureTask<>(question);
        new Thread(task, Clockwork.NAME).start();
        return task.get();
    }

    @Test
    void whoSleepsInTheMiddleOfItsCodeHasNotComeToRest() throws Exception {
        KernelTasks tasks = new KernelTasks();
        assumeTrue(tasks.known(), "only Linux tells which threads run");
        Thread found =
                onNetworksThread(
                        () -> {
                            while (!tasks.allSleep(() -> true)) {
                                Thread.onSpinWait();
                            }
                            return new JavaThreads().inTheMiddle(name -> false);
                        });
        assertThat(found).isSameAs(USER);
        assertThat(onNetworksThread(() -> tasks.allSleep(() -> false))).isFalse();
    }

    @Test
    void whoWaitsInACallOfTheKernelsHasComeToRest() throws Exception {
        CountDownLatch accepted = new CountDownLatch(1);
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread acceptor =
                    new Thread(
                            () -> {
                                try {
                                    listening.accept().close();
                                    accepted.countDown();
                                    listening.accept().close();
                                } catch (IOException e) {
                                    // It was closed.
                                }
                            },
                            "acceptor");
            acceptor.start();
            // The first call of a native method looks for it in Java code, behind its own frame.
            new Socket(listening.getInetAddress(), listening.getLocalPort()).close();
            accepted.await();
            while (!accepts(acceptor)) {
                Thread.onSpinWait();
            }
            assertThat(JavaThreads.isInTheMiddle(acceptor)).isFalse();
        }
    }

    /** From where only a connection or a close brings it back. */
    private static boolean accepts(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0
                && stack[0].isNativeMethod()
                && stack[0].getMethodName().equals("accept");
    }

    @Test
    void whoWaitsForAnotherThreadHasComeToRest() {
        assertThat(JavaThreads.isInTheMiddle(INITIALIZER)).isFalse();
        assertThat(JavaThreads.isInTheMiddle(Thread.currentThread())).isFalse();
    }

    /** A process that was stopped, or got no turn, for as long as anybody likes. */
    @Test
    void whoSleepsInTheMiddleOfItsCodeIsNotOvertakenHoweverLateItIs() throws Exception {
        assumeTrue(new KernelTasks().known(), "only Linux tells which threads run");
        Workers workers = new Workers(Threads.FREE, () -> {});
        Worker unused = workers.add(USER, true);
        AtomicLong clock = new AtomicLong();
        Overtaking overtaking = new Overtaking(new Quiet(workers), clock::get);
        boolean due =
                onNetworksThread(
                        () -> {
                            boolean any = overtaking.isDue();
                            for (int i = 0; i < 10; i++) {
                                clock.addAndGet(10_000_000_000L);
                                any |= overtaking.isDue();
                            }
                            return any;
                        });
        assertThat(due).isFalse();
    }

    /** The thread that it waits for may itself wait for the network. */
    @Test
    void whoStaysInTheMiddleOfItsCodeDoesNotHoldTheClockForEver() throws Exception {
        assumeTrue(new KernelTasks().known(), "only Linux tells which threads run");
        Quiet quiet = new Quiet(new Workers(Threads.FREE, () -> {}));
        int held =
                onNetworksThread(
                        () -> {
                            int looks = 0;
                            while (!quiet.now()) {
                                looks++;
                            }
                            return looks;
                        });
        assertThat(held).isGreaterThanOrEqualTo(1_000);
    }
}
