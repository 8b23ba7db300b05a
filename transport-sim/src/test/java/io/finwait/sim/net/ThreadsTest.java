package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Which threads hold a network's clock, and what repeats. */
@Tag("ci")
class ThreadsTest {

    /** A thousand where somebody asks for it. */
    private static final int RUNS = Integer.getInteger("finwait.simnet.runs", 5);

    private static final int CLIENTS = 4;

    /** Four clients, a server, and threads of the server; this one answers the last client. */
    private static void talk(SimNet net, boolean queued, int workers) throws Exception {
        NetHost shop = net.host("shop");
        NetHost app = net.host("app");
        net.link(app, shop).latency(Duration.ofMillis(5), Duration.ofMillis(5)).loss(0.1);
        LinkedBlockingQueue<Socket> work = new LinkedBlockingQueue<>();
        shop.run("server", () -> acceptAll(shop, queued ? work : null));
        for (int i = 0; queued && i < workers; i++) {
            shop.run("worker-" + i, () -> answer(work.take()));
        }
        for (int i = 0; i < CLIENTS; i++) {
            app.run("client-" + i, () -> ask(net, app, shop));
        }
        if (queued && workers < CLIENTS) {
            Socket last = work.take();
            answer(last);
        }
        net.finish();
    }

    private static void acceptAll(NetHost shop, LinkedBlockingQueue<Socket> work)
            throws IOException {
        try (ServerSocket listening = shop.serverSocket(80)) {
            for (int i = 0; i < CLIENTS; i++) {
                Socket s = listening.accept();
                if (work == null) {
                    shop.run("worker-" + i, () -> answer(s));
                } else {
                    work.add(s);
                }
            }
        }
    }

    private static void answer(Socket taken) throws IOException {
        try (Socket s = taken) {
            s.getOutputStream().write(s.getInputStream().readAllBytes());
        }
    }

    private static void ask(SimNet net, NetHost app, NetHost shop) throws IOException {
        try (Socket s = app.socket()) {
            s.connect(shop.at(80));
            s.setSoTimeout(300_000);
            for (int i = 0; i < 5; i++) {
                s.getOutputStream().write(new byte[100]);
                net.clock().sleep(Duration.ofMillis(700));
            }
            s.shutdownOutput();
            assertThat(s.getInputStream().readAllBytes()).hasSize(500);
        }
    }

    @Test
    void eightThreadsNeverHangAndNeverTimeOut() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            try (SimNet net = SimNet.create(run)) {
                talk(net, true, CLIENTS - 1);
                assertThat(net.clock().elapsed())
                        .as("seed %d", run)
                        .isBetween(Duration.ofMillis(3_500), Duration.ofSeconds(200));
            }
        }
    }

    private static byte[] capture(SimNet net) throws IOException {
        Path file = Files.createTempFile("turns", ".pcapng");
        net.capture(file);
        byte[] capture = Files.readAllBytes(file);
        Files.delete(file);
        return capture;
    }

    private interface Talk {
        void in(SimNet net) throws Exception;
    }

    private static void repeats(Threads threads, Talk talk) throws Exception {
        byte[] first = null;
        for (int run = 0; run < RUNS; run++) {
            byte[] capture;
            try (SimNet net = SimNet.create(7, threads)) {
                talk.in(net);
                net.settle();
                capture = capture(net);
            }
            first = first == null ? capture : first;
            assertThat(capture).as("run %d", run).hasSizeGreaterThan(5_000).isEqualTo(first);
        }
    }

    @Test
    void inTurnsTheCaptureIsTheSameToTheOctet() throws Exception {
        repeats(Threads.ONE_AT_A_TIME, net -> talk(net, false, 0));
    }

    /** This JVM may need an option, which is in the module's pom; a 17 has no virtual threads. */
    private static void assumeThatACarrierCanBeHad() {
        try {
            SimNet.create(1, Threads.SINGLE_CARRIER).close();
        } catch (UnsupportedOperationException e) {
            assertThat(e)
                    .hasMessageContaining("JDK from 21 to 25")
                    .hasMessageContaining("--add-opens java.base/java.lang=ALL-UNNAMED");
            abort(e.getMessage());
        }
    }

    /** Sockets pass through a queue, which the threads of the server wait at. */
    @Test
    void onASingleCarrierTheCaptureIsTheSameToTheOctet() throws Exception {
        assumeThatACarrierCanBeHad();
        repeats(Threads.SINGLE_CARRIER, net -> talk(net, true, CLIENTS));
    }

    @Test
    void onASingleCarrierAPoolOfThreadsRepeatsToo() throws Exception {
        assumeThatACarrierCanBeHad();
        repeats(Threads.SINGLE_CARRIER, ThreadsTest::talkToAPool);
    }

    private static void talkToAPool(SimNet net) throws Exception {
        NetHost shop = net.host("shop");
        NetHost app = net.host("app");
        net.link(app, shop).latency(Duration.ofMillis(5), Duration.ofMillis(5)).loss(0.1);
        ExecutorService pool = Executors.newFixedThreadPool(3, net.threadFactory());
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80)) {
                        for (int i = 0; i < CLIENTS; i++) {
                            Socket s = listening.accept();
                            Future<?> unused =
                                    pool.submit(
                                            () -> {
                                                answer(s);
                                                return null;
                                            });
                        }
                    }
                });
        for (int i = 0; i < CLIENTS; i++) {
            app.run("client-" + i, () -> ask(net, app, shop));
        }
        net.finish();
        pool.shutdown();
    }

    @Test
    void onASingleCarrierThreadsAreVirtualAndRunOneAtATime() throws Exception {
        assumeThatACarrierCanBeHad();
        Set<String> classes = ConcurrentHashMap.newKeySet();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (SimNet net = SimNet.create(3, Threads.SINGLE_CARRIER)) {
            for (int i = 0; i < 8; i++) {
                Body body =
                        () -> {
                            classes.add(Thread.currentThread().getClass().getSimpleName());
                            for (int turn = 0; turn < 20; turn++) {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                running.decrementAndGet();
                                net.clock().sleep(Duration.ofMillis(1));
                            }
                        };
                net.host("h" + i).run("counter", body);
            }
            net.finish();
        }
        assertThat(most).hasValue(1);
        assertThat(classes).containsExactly("VirtualThread");
    }

    @Test
    void aSingleCarrierIsNotForRealTime() {
        assertThatThrownBy(() -> SimNet.create(1, Threads.SINGLE_CARRIER, Time.REAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing repeats in real time");
    }

    @Test
    void whoComputesOnTheCarrierForEverIsNamed() {
        assumeThatACarrierCanBeHad();
        AtomicInteger turns = new AtomicInteger();
        try (SimNet net = SimNet.create(5, Threads.SINGLE_CARRIER)) {
            net.patience(Duration.ofMillis(300));
            net.host("shop").run("spinner", () -> spin(turns));
            assertThatThrownBy(() -> net.clock().sleep(Duration.ofSeconds(1)))
                    .isInstanceOf(StandstillError.class)
                    .hasMessageContaining("\"shop/spinner\" holds the clock");
        } finally {
            turns.set(-1);
        }
    }

    @Test
    void onlyOneThreadRunsAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (SimNet net = SimNet.create(3, Threads.ONE_AT_A_TIME)) {
            for (int i = 0; i < 8; i++) {
                net.host("h" + i)
                        .run(
                                "counter",
                                () -> {
                                    for (int turn = 0; turn < 20; turn++) {
                                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                        Thread.onSpinWait();
                                        running.decrementAndGet();
                                        net.clock().sleep(Duration.ofMillis(1));
                                    }
                                });
            }
            net.finish();
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void aThreadThatComputesHoldsTheClock() throws Exception {
        try (SimNet net = SimNet.create(1)) {
            AtomicInteger sum = new AtomicInteger();
            Duration[] seen = new Duration[1];
            net.host("a")
                    .run(
                            "computes",
                            () -> {
                                for (int i = 0; i < 30_000_000; i++) {
                                    sum.addAndGet(i);
                                }
                                seen[0] = net.clock().elapsed();
                            });
            net.host("b").run("waits", () -> net.clock().sleep(Duration.ofMinutes(1)));
            net.finish();
            assertThat(seen[0]).isZero();
            assertThat(net.clock().elapsed()).isEqualTo(Duration.ofMinutes(1));
        }
    }

    @Test
    void aNetworkInWhichNothingWillHappenSaysWhoWaits() {
        try (SimNet net = SimNet.create(5)) {
            net.patience(Duration.ofMillis(300));
            NetHost shop = net.host("shop");
            assertThatThrownBy(() -> shop.serverSocket(80).accept())
                    .isInstanceOf(StandstillError.class)
                    .hasMessageContaining("everybody waits")
                    .hasMessageContaining("seed 5")
                    .hasMessageContaining("DriverServerSocketImpl.accept")
                    .hasMessageContaining("waits without an end");
        }
    }

    @Test
    void aThreadThatHoldsTheClockForEverIsNamedWithItsStack() {
        AtomicInteger turns = new AtomicInteger();
        try (SimNet net = SimNet.create(5)) {
            net.patience(Duration.ofMillis(300));
            net.host("shop").run("spinner", () -> spin(turns));
            assertThatThrownBy(() -> net.clock().sleep(Duration.ofSeconds(1)))
                    .isInstanceOf(StandstillError.class)
                    .hasMessageContaining("\"shop/spinner\" holds the clock")
                    .hasMessageContaining("ThreadsTest.spin");
        } finally {
            turns.set(-1);
        }
    }

    private static void spin(AtomicInteger turns) {
        while (turns.get() >= 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoTakesTheBatonToBedFailsTheTest() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (SimNet net = SimNet.create(5, Threads.ONE_AT_A_TIME)) {
            net.host("shop").run("sleeper", never::await);
            assertThatThrownBy(() -> net.clock().sleep(Duration.ofSeconds(1)))
                    .isInstanceOf(StandstillError.class)
                    .hasMessageContaining("\"shop/sleeper\" has the baton and waits elsewhere")
                    .hasMessageContaining("CountDownLatch.await");
        } finally {
            never.countDown();
        }
    }
}
