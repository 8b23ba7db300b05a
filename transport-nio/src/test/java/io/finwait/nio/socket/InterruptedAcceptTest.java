package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.tcp.CloseReason;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Who is interrupted while a connection is being handed over must not leave it behind. */
@Timeout(90)
class InterruptedAcceptTest {

    private static final int PORT = 80;

    @Test
    void aConnectionThatNobodyGetsIsReset() throws Exception {
        try (TwoDrivers drivers = new TwoDrivers()) {
            DriverSelectorProvider provider = new DriverSelectorProvider(drivers.server);
            ServerSocketChannel listening = provider.openServerSocketChannel();
            listening.bind(new InetSocketAddress(PORT));
            AsyncConnection client =
                    drivers.client.connect(IpAddress.parse(TwoDrivers.SERVER), PORT).join();
            awaitAcceptable(provider, listening);

            CountDownLatch asked = new CountDownLatch(1);
            CompletableFuture<Object> busy =
                    drivers.server.call(
                            endpoint -> {
                                awaitUninterruptibly(asked);
                                return null;
                            });
            CompletableFuture<Object> outcome = new CompletableFuture<>();
            Thread accepting = new Thread(() -> outcome.complete(outcomeOf(listening)));
            accepting.start();
            while (!waitsForTheDriver(accepting)) {
                Thread.onSpinWait();
            }
            accepting.interrupt();
            asked.countDown();

            busy.join();
            assertThat(outcome.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ClosedByInterruptException.class);
            assertThat(client.ended().get(30, TimeUnit.SECONDS))
                    .isInstanceOf(CloseReason.ResetByPeer.class);
        }
    }

    private static void awaitAcceptable(
            DriverSelectorProvider provider, ServerSocketChannel listening) throws Exception {
        listening.configureBlocking(false);
        try (Selector selector = provider.openSelector()) {
            listening.register(selector, SelectionKey.OP_ACCEPT);
            selector.select();
        }
        listening.configureBlocking(true);
    }

    private static boolean waitsForTheDriver(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("awaitUninterruptibly"));
    }

    private static Object outcomeOf(ServerSocketChannel listening) {
        try {
            return listening.accept();
        } catch (Exception e) {
            return e;
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
