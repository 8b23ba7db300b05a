package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A close of a listening socket returns when the port is closed, however busy its TCP is. */
@Timeout(30)
class ClosedPortTest {

    private static void closesThePortBeforeItReturns(TwoDrivers drivers, Closeable listening)
            throws InterruptedException {
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<Object> busy =
                drivers.server.call(
                        endpoint -> {
                            awaitUninterruptibly(released);
                            return null;
                        });
        Thread closing = new Thread(() -> close(listening));
        closing.start();
        while (closing.getState() != Thread.State.WAITING
                && closing.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        Thread.State whileBusy = closing.getState();
        released.countDown();
        busy.join();
        closing.join();
        assertThat(whileBusy).isEqualTo(Thread.State.WAITING);
    }

    @Test
    void aServerSocket() throws Exception {
        try (TwoDrivers drivers = new TwoDrivers()) {
            closesThePortBeforeItReturns(
                    drivers, new DriverServerSocketFactory(drivers.server).createServerSocket(80));
        }
    }

    @Test
    void aServerSocketChannel() throws Exception {
        try (TwoDrivers drivers = new TwoDrivers()) {
            ServerSocketChannel listening =
                    new DriverSelectorProvider(drivers.server).openServerSocketChannel();
            listening.bind(new InetSocketAddress(80));
            closesThePortBeforeItReturns(drivers, listening);
        }
    }

    private static void close(Closeable listening) {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // The latch is counted down in any case.
            }
        }
    }
}
