package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Devices that go down, change their MTU, or can't hold what they are given: connections go on,
 * counters say what was lost, and users are told.
 */
@Timeout(120)
class DeviceFaultsTest {

    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap", "packet", "xdp"})
    void aConnectionSurvivesADeviceThatGoesDownAndUp(String kind) throws Exception {
        try (FaultyHost host = new FaultyHost(kind, true);
                ServerSocket server = host.kernelListens();
                Socket ours = host.weConnect();
                Socket theirs = server.accept()) {
            theirs.setSoTimeout(FaultyHost.TIMEOUT_MS);
            exchange(ours, theirs, 1);
            host.link("down");
            ours.getOutputStream().write(2);
            host.awaitLoss();
            host.link("up");
            assertThat(theirs.getInputStream().read()).isEqualTo(2);
            exchange(ours, theirs, 3);
        }
    }

    private static void exchange(Socket ours, Socket theirs, int octet) throws IOException {
        ours.getOutputStream().write(octet);
        assertThat(theirs.getInputStream().read()).isEqualTo(octet);
        theirs.getOutputStream().write(octet);
        assertThat(ours.getInputStream().read()).isEqualTo(octet);
    }

    /** From a second on; an orphan, which gives up then, survives shorter outages. */
    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap", "packet", "xdp"})
    @Tag("thorough")
    void theUserIsToldThatTheDeviceIsDown(String kind) throws Exception {
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (FaultyHost host = new FaultyHost(kind, true);
                ServerSocket server = host.kernelListens()) {
            Connection ours = connect(host, told);
            try (Socket theirs = server.accept()) {
                host.link("down");
                host.driver.call(endpoint -> send(ours)).join();
                String word = told.poll(FaultyHost.TIMEOUT_MS, TimeUnit.MILLISECONDS);
                while (word != null && !word.equals("Network is unreachable")) {
                    // That nothing is acknowledged is told as well.
                    word = told.poll(FaultyHost.TIMEOUT_MS, TimeUnit.MILLISECONDS);
                }
                assertThat(word).as("what the user was told").isNotNull();
                host.link("up");
                theirs.setSoTimeout(FaultyHost.TIMEOUT_MS);
                assertThat(theirs.getInputStream().read()).isEqualTo(9);
            }
        }
    }

    private static Connection connect(FaultyHost host, LinkedBlockingQueue<String> told) {
        return host.driver
                .call(
                        endpoint -> {
                            Connection opened =
                                    endpoint.connect(
                                            IpAddress.parse(FaultyHost.KERNELS), FaultyHost.PORT);
                            opened.observer(
                                    new ConnectionObserver() {
                                        @Override
                                        public void onSoftError(Connection of, String message) {
                                            told.add(message);
                                        }
                                    });
                            return opened;
                        })
                .join();
    }

    private static int send(Connection connection) {
        try {
            return connection.send(ByteBuffer.wrap(new byte[] {9}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tun, false, 1300",
        "tun, true, 1300",
        "tap, false, 1300",
        "packet, false, 1300",
        "packet, true, 1300",
        "xdp, false, 1300",
        "tun, false, 4000",
        "packet, false, 4000",
        "xdp, false, 2000"
    })
    void theMtuChangesWhileTextIsOnItsWay(String kind, boolean offload, int mtu) throws Exception {
        try (FaultyHost host = new FaultyHost(kind, offload);
                ServerSocket server = host.weListen();
                Socket kernels = host.kernelConnects();
                Socket ours = server.accept()) {
            bothWays(ours, kernels, 100_000);
            host.mtu(mtu);
            bothWays(ours, kernels, 500_000);
            if (kind.matches("packet|xdp") && !offload && mtu < 1500) {
                assertThat(host.lost()).isPositive();
                long reductions =
                        host.driver
                                .call(each -> each.counters().get(Counter.PATH_MTU_REDUCTIONS))
                                .join();
                assertThat(reductions).isPositive();
            }
            try (Socket another = host.kernelConnects();
                    Socket accepted = server.accept()) {
                bothWays(accepted, another, 100_000);
            }
        }
    }

    /** Octets in both directions at once, of which none is lost or changed. */
    private static void bothWays(Socket ours, Socket theirs, int octets) throws Exception {
        byte[] text = new byte[octets];
        new Random(octets).nextBytes(text);
        CompletableFuture<Void> here = sent(ours, text);
        CompletableFuture<Void> there = sent(theirs, text);
        assertThat(read(ours, octets)).isEqualTo(text);
        assertThat(read(theirs, octets)).isEqualTo(text);
        here.get();
        there.get();
    }

    private static CompletableFuture<Void> sent(Socket socket, byte[] text) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread _ =
                Thread.startVirtualThread(
                        () -> {
                            try {
                                socket.getOutputStream().write(text);
                                done.complete(null);
                            } catch (IOException e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private static byte[] read(Socket socket, int octets) {
        try {
            socket.setSoTimeout(FaultyHost.TIMEOUT_MS);
            return socket.getInputStream().readNBytes(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** More comes than the queue holds while nobody reads it; the rest is counted, and lost. */
    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap", "packet", "xdp"})
    void aQueueThatOverflowsCostsPacketsAndNoConnection(String kind) throws Exception {
        try (FaultyHost host = new FaultyHost(kind, true);
                ServerSocket server = host.weListen();
                Socket kernels = host.kernelConnects();
                Socket ours = server.accept()) {
            exchange(kernels, ours, 1);
            CountDownLatch flooded = new CountDownLatch(1);
            CompletableFuture<Boolean> held =
                    host.driver.call(
                            endpoint -> {
                                try {
                                    return flooded.await(60, TimeUnit.SECONDS);
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            flood(host);
            kernels.getOutputStream().write(2);
            flooded.countDown();
            assertThat(held.get()).isTrue();
            ours.setSoTimeout(FaultyHost.TIMEOUT_MS);
            assertThat(ours.getInputStream().read()).isEqualTo(2);
            assertThat(host.overflowed()).isPositive();
            exchange(kernels, ours, 3);
        }
    }

    private static void flood(FaultyHost host) throws IOException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(FaultyHost.OURS), 9);
        try (DatagramChannel channel = host.kernel.call(DatagramChannel::open)) {
            ByteBuffer text = ByteBuffer.allocate(1_400);
            for (int i = 0; i < 20_000; i++) {
                channel.send(text.clear(), to);
            }
        }
    }

    /** ENOBUFS: the queue in front of the interface takes no more. */
    @Test
    void whatAFullQueueRefusesIsSentAgain() throws Exception {
        assumeTrue(Lab.runs("tc", "-V"), "tc (package iproute2) is not here: skipped");
        try (FaultyHost host = new FaultyHost("packet", false);
                ServerSocket server = host.kernelListens();
                Socket ours = host.weConnect();
                Socket theirs = server.accept()) {
            assumeTrue(host.narrow("50mbit"), "this kernel has no sch_tbf: skipped");
            bothWays(ours, theirs, 500_000);
            assertThat(host.lost()).isPositive();
        }
    }
}
