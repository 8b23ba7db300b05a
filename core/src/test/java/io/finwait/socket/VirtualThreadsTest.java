package io.finwait.socket;

import static io.finwait.socket.SteeredSockets.outcome;
import static io.finwait.socket.SteeredSockets.outcomeOf;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.Driver;
import io.finwait.driver.Timekeeper;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An interrupt ends what a virtual thread waits for, and closes its socket, as in the JDK. */
@Timeout(60)
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "no virtual threads before 21")
class VirtualThreadsTest {

    private final Driver driver =
            Driver.start(EndpointConfig.at("127.0.0.1").build(), Transports.open("loopback:"));
    private final DriverSocketFactory sockets = new DriverSocketFactory(driver);

    @AfterEach
    void stop() throws Exception {
        driver.shutdown(Duration.ZERO).get(10, TimeUnit.SECONDS);
    }

    /** The outcome of a call that waits in a virtual thread, which is interrupted there. */
    private static String interrupted(Callable<?> call) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread =
                startVirtual(
                        () -> {
                            String result = outcome(call);
                            outcome.complete(
                                    result + (Thread.currentThread().isInterrupted() ? "!" : ""));
                        });
        long end = System.nanoTime() + 10_000_000_000L;
        while (thread.getState() != Thread.State.WAITING && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(outcome).isNotDone();
        thread.interrupt();
        return outcome.get(10, TimeUnit.SECONDS);
    }

    /** Tests of core are compiled for Java 17, which has no such method. */
    private static Thread startVirtual(Runnable work) throws ReflectiveOperationException {
        return (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    }

    @Test
    void aWaitAtAGate() throws Exception {
        SocketGate gate = new SocketGate(Timekeeper.SYSTEM);
        assertThat(interrupted(() -> gate.await(() -> false, 0)))
                .isEqualTo("InterruptedIOException: interrupted while waiting!");
        boolean[] virtual = new boolean[1];
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread unused =
                startVirtual(
                        () -> {
                            virtual[0] = SocketGate.isVirtual(Thread.currentThread());
                            done.complete(null);
                        });
        done.get(10, TimeUnit.SECONDS);
        assertThat(virtual[0]).isTrue();
    }

    @Test
    void aConnect() throws Exception {
        Socket socket = sockets.createSocket();
        // Nobody has that address, and so nobody answers.
        InetSocketAddress nobody = new InetSocketAddress("127.0.0.9", 80);
        String outcome = interrupted(() -> outcomeOf(() -> socket.connect(nobody)));
        assertThat(outcome).isEqualTo("SocketException: Closed by interrupt!");
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void aRead() throws Exception {
        ServerSocket listening = new DriverServerSocketFactory(driver).createServerSocket(81);
        Socket socket = sockets.createSocket("127.0.0.1", 81);
        Socket accepted = listening.accept();
        assertThat(interrupted(() -> socket.getInputStream().read()))
                .isEqualTo("SocketException: Closed by interrupt!");
        assertThat(socket.isClosed()).isTrue();
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }

    /** It waits for an answer of the driver all the same, and keeps its status. */
    @Test
    void anAnswerOfTheDriverIsWaitedFor() throws Exception {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread =
                startVirtual(
                        () -> {
                            Locks.awaitUninterruptibly(future, Timekeeper.SYSTEM, 0);
                            outcome.complete(
                                    future.isDone() + " " + Thread.currentThread().isInterrupted());
                        });
        thread.interrupt();
        Thread.onSpinWait();
        assertThat(outcome).isNotDone();
        future.complete(7);
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("true true");
    }
}
