package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.nio.internal.LightThreads;
import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.Tag;
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

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/** A thread for each of very many sockets, all open at the same time. */
@Timeout(300)
class ManySocketsTest {

    private static final int CONNECTIONS = 10_000;
    private static final int PORT = 80;

    private final AtomicInteger echoed = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final CountDownLatch open = new CountDownLatch(CONNECTIONS);

    @Test
    void allAreOpenedTalkAndAreClosedAndNoneIsLost() throws Exception {
        try (TwoDrivers drivers = new TwoDrivers()) {
            noneIsLost(
                    new DriverSocketFactory(drivers.client),
                    new DriverServerSocketFactory(drivers.server),
                    TwoDrivers.SERVER);
        }
    }

    @Test
    @Tag("thorough")
    void noneIsLostOverASimulatedLink() throws Exception {
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.REAL)) {
            NetHost server = net.host("server");
            noneIsLost(net.host("client").socketFactory(), server.serverSocketFactory(), "server");
        }
    }

    private void noneIsLost(SocketFactory sockets, ServerSocketFactory servers, String server)
            throws Exception {
        assumeTrue(LightThreads.virtual().isPresent(), "without virtual threads it is too much");
        // In a queue that is more than half full a handshake is forgotten after 7 s, which a busy
        // machine may need to answer ten thousand.
        ServerSocket listening = servers.createServerSocket(PORT, 3 * CONNECTIONS);
        LightThreads.start("accept", () -> acceptAll(listening));
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            int number = i;
            clients.add(LightThreads.start("client", () -> talk(sockets, server, number)));
        }
        for (Thread each : clients) {
            each.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(echoed).hasValue(CONNECTIONS);
        assertThat(served.get()).isEqualTo(CONNECTIONS);
    }

    private void talk(SocketFactory sockets, String server, int number) {
        try (Socket socket = sockets.createSocket(server, PORT)) {
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
