package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A thread for each of very many sockets, all open at the same time. */
@Timeout(300)
class ManySocketsTest {

    private static final int CONNECTIONS = 10_000;
    private static final int PORT = 80;

    private final TwoDrivers drivers = new TwoDrivers();
    private final AtomicInteger echoed = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch open = new CountDownLatch(CONNECTIONS);

    @AfterEach
    void close() {
        drivers.close();
    }

    @Test
    void allAreOpenedTalkAndAreClosedAndNoneIsLost() throws Exception {
        assumeTrue(LightThreads.virtual().isPresent(), "without virtual threads it is too much");
        ServerSocket listening =
                new DriverServerSocketFactory(drivers.server).createServerSocket(PORT, CONNECTIONS);
        LightThreads.start("accept", () -> acceptAll(listening));
        DriverSocketFactory sockets = new DriverSocketFactory(drivers.client);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            int number = i;
            clients.add(LightThreads.start("client", () -> talk(sockets, number)));
        }
        for (Thread each : clients) {
            each.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(echoed).hasValue(CONNECTIONS);
        assertThat(served.get()).isEqualTo(CONNECTIONS);
    }

    private void talk(DriverSocketFactory sockets, int number) {
        try (Socket socket = sockets.createSocket(TwoDrivers.SERVER, PORT)) {
            open.countDown();
            open.await();
            byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
            socket.getOutputStream().write(octets);
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            if (ByteBuffer.wrap(answer).getInt() == number) {
                echoed.incrementAndGet();
            }
        } catch (IOException | InterruptedException e) {
            failure.compareAndSet(null, e);
            open.countDown();
        }
    }

    private void acceptAll(ServerSocket listening) {
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Socket socket = listening.accept();
                LightThreads.start("server", () -> echo(socket));
            }
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            byte[] question = socket.getInputStream().readAllBytes();
            served.incrementAndGet();
            socket.getOutputStream().write(question);
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }
}
