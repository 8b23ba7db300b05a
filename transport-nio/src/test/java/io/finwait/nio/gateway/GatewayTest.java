package io.finwait.nio.gateway;

import static io.finwait.nio.gateway.GatewayLab.PATIENCE_SECONDS;
import static io.finwait.nio.gateway.GatewayLab.await;
import static io.finwait.nio.gateway.GatewayLab.readAll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.driver.AsyncConnection;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Counters.Counter;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What a client of our TCP and a server of the kernel's see of each other through a gateway. */
@Timeout(60)
class GatewayTest {

    private static final int CHUNK = 64 << 10;

    private final GatewayLab lab = new GatewayLab();

    GatewayTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        lab.close();
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void octetsGoBothWaysAndAnAnswerComesAfterAHalfClose() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            done(client.write(text("question")));
            done(client.shutdownOutput());
            assertThat(server.getInputStream().readAllBytes())
                    .isEqualTo("question".getBytes(UTF_8));
            server.getOutputStream().write("answer".getBytes(UTF_8));
        }
        assertThat(readAll(client)).isEqualTo("answer".getBytes(UTF_8));
        assertThat(done(client.ended())).isInstanceOf(CloseReason.Orderly.class);
        lab.awaitNothingLeft();
        assertThat(lab.count(Count.CLOSED)).isEqualTo(1);
    }

    @Test
    void theServersHalfCloseLeavesTheOtherDirectionOpen() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            server.getOutputStream().write("all I say".getBytes(UTF_8));
            server.shutdownOutput();
            assertThat(readAll(client)).isEqualTo("all I say".getBytes(UTF_8));
            for (int i = 0; i < 3; i++) {
                done(client.write(text("more")));
            }
            done(client.shutdownOutput());
            assertThat(server.getInputStream().readAllBytes()).hasSize(12);
        }
        lab.awaitNothingLeft();
    }

    /** A listener that answers before it knows would show "connected". */
    @Test
    void aRefusedConnectionIsRefused() throws Exception {
        lab.server.close();
        assertThatThrownBy(() -> done(lab.call()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectException.class)
                .hasMessageContaining("Connection refused");
        assertThat(lab.count(Count.REFUSED)).isEqualTo(1);
        lab.awaitNothingLeft();
    }

    @Test
    void theServersResetComesBehindWhatItHasSaid() throws Exception {
        AsyncConnection client = lab.connect();
        Socket server = lab.accept();
        server.getOutputStream().write("last words".getBytes(UTF_8));
        server.setSoLinger(true, 0);
        server.close();
        ByteBuffer last = ByteBuffer.allocate(100);
        assertThat(done(client.read(last))).isEqualTo(10);
        assertThatThrownBy(() -> done(client.read(last)))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("reset");
        assertThat(done(client.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        lab.awaitNothingLeft();
        assertThat(lab.count(Count.RESET_BY_SERVER)).isEqualTo(1);
    }

    /** The JDK sends a FIN before the kernel resets because of unread octets. */
    @Test
    void aCloseWithUnreadOctetsIsAFinAndAReset() throws Exception {
        AsyncConnection client = lab.connect();
        Socket server = lab.accept();
        done(client.write(text("never read")));
        await("the octets have come", () -> available(server) > 0);
        server.getOutputStream().write("last words".getBytes(UTF_8));
        server.close();
        assertThat(done(client.read(ByteBuffer.allocate(100)))).isEqualTo(10);
        assertThat(done(client.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        lab.awaitNothingLeft();
        assertThat(lab.count(Count.RESET_BY_SERVER)).isEqualTo(1);
    }

    private static int available(Socket socket) {
        try {
            return socket.getInputStream().available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theClientsResetIsAResetAtTheServer() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            server.getOutputStream().write(1);
            assertThat(done(client.read(ByteBuffer.allocate(1)))).isEqualTo(1);
            done(client.abort());
            assertThatThrownBy(() -> server.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        lab.awaitNothingLeft();
        assertThat(lab.count(Count.RESET_BY_CLIENT)).isEqualTo(1);
    }

    @Test
    void aResetBehindAFinComesThrough() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            done(client.shutdownOutput());
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            done(client.abort());
            lab.awaitNothingLeft();
            assertThatThrownBy(() -> sendForEver(server)).isInstanceOf(SocketException.class);
        }
    }

    private static void sendForEver(Socket server) throws IOException {
        byte[] octets = new byte[100_000];
        for (int i = 0; i < 10_000; i++) {
            server.getOutputStream().write(octets);
        }
    }

    @Test
    void aServerThatDoesNotReadStopsItsClient() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            int size = 24 << 20;
            CompletableFuture<Void> writing = client.write(ByteBuffer.allocate(size));
            await("it stands still", () -> hasStopped(lab, Count.OCTETS_UP));
            assertThat(writing).isNotDone();
            long held = lab.count(Count.OCTETS_UP);
            assertThat(held).isLessThan(size);
            byte[] buffer = new byte[1 << 16];
            long read = 0;
            while (read < size) {
                int octets = server.getInputStream().read(buffer);
                assertThat(octets).isPositive();
                read += octets;
            }
            done(writing);
        }
    }

    /**
     * More than others let pass at a time waits in the gateway, and nothing will tell it again that
     * there is something to be read.
     */
    @Test
    void whatWasSentIsPassedOnThoughNothingComesBehindIt() throws Exception {
        try (GatewayLab wide =
                new GatewayLab(
                        policy -> policy,
                        gateway -> gateway.endpoint(config -> config.receiveBufferOctets(4 << 20)),
                        config -> config)) {
            AsyncConnection client = wide.connect();
            try (Socket server = wide.accept()) {
                long sent = 0;
                while (sent - wide.count(Count.OCTETS_UP) < 2 << 20) {
                    done(client.write(ByteBuffer.allocate(CHUNK)));
                    sent += CHUNK;
                }
                long all = sent;
                await("all has arrived", () -> unread(wide) == all - wide.count(Count.OCTETS_UP));
                long kernels = wide.count(Count.OCTETS_UP) - CHUNK;
                CountDownLatch emptied = new CountDownLatch(1);
                CompletableFuture<Boolean> still =
                        wide.gateway.driver().call(endpoint -> isSoon(emptied));
                long read = take(server, kernels);
                emptied.countDown();
                assertThat(done(still)).isTrue();
                assertThat(read + take(server, sent - read)).isEqualTo(sent);
            }
        }
    }

    private static long unread(GatewayLab lab) {
        return lab.gateway
                .driver()
                .call(
                        endpoint -> {
                            long[] sum = new long[1];
                            endpoint.forEachConnection(each -> sum[0] += each.unread());
                            return sum[0];
                        })
                .join();
    }

    private static boolean isSoon(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Reads at least so many octets. */
    private static long take(Socket from, long least) throws IOException {
        byte[] buffer = new byte[CHUNK];
        long read = 0;
        while (read < least) {
            int octets = from.getInputStream().read(buffer);
            assertThat(octets).isPositive();
            read += octets;
        }
        return read;
    }

    @Test
    void aClientThatDoesNotReadStopsItsServer() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            int size = 24 << 20;
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    server.getOutputStream().write(new byte[size]);
                                    server.shutdownOutput();
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            await("it stands still", () -> hasStopped(lab, Count.OCTETS_DOWN));
            assertThat(lab.count(Count.OCTETS_DOWN)).isLessThan(size);
            ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
            long read = 0;
            int octets;
            while ((octets = done(client.read(buffer.clear()))) >= 0) {
                read += octets;
            }
            assertThat(read).isEqualTo(size);
            done(writing);
        }
    }

    private long lastSeen = -1;
    private int unchanged;

    private boolean hasStopped(GatewayLab which, Count what) {
        long now = which.count(what);
        unchanged = now == lastSeen && now > 0 ? unchanged + 1 : 0;
        lastSeen = now;
        return unchanged >= 50;
    }

    /** Every ending at random, from either end. */
    @Test
    void nothingIsLeftOfManyConnections() throws Exception {
        Random random = new Random(7);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            AsyncConnection client = lab.connect();
            Socket server = lab.accept();
            if (random.nextBoolean()) {
                done(client.write(ByteBuffer.allocate(1 + random.nextInt(50_000))));
            }
            if (random.nextBoolean()) {
                server.getOutputStream().write(new byte[1 + random.nextInt(10_000)]);
            }
            switch (random.nextInt(4)) {
                case 0 -> all.add(client.abort());
                case 1 -> all.add(client.close());
                case 2 -> all.add(client.closeGracefully(Duration.ofSeconds(5)));
                default -> server.setSoLinger(true, 0);
            }
            server.close();
            all.add(client.close());
        }
        for (CompletableFuture<?> each : all) {
            done(each);
        }
        lab.awaitNothingLeft();
        assertThat(lab.count(Count.OPENED)).isEqualTo(200);
    }

    @Test
    void drainingLetsConnectionsEndAndRefusesNewOnes() throws Exception {
        AsyncConnection client = lab.connect();
        Socket server = lab.accept();
        CompletableFuture<Integer> stopped = lab.gateway.shutdown(Duration.ofSeconds(20));
        // Its driver has begun to drain when it answers this.
        assertThat(lab.count(Count.CALLS)).isEqualTo(1);
        assertThatThrownBy(() -> done(lab.call())).hasMessageContaining("refused");
        done(client.write(text("still")));
        done(client.shutdownOutput());
        assertThat(server.getInputStream().readAllBytes()).hasSize(5);
        assertThat(stopped).isNotDone();
        server.close();
        assertThat(done(stopped)).isZero();
    }

    @Test
    void whatIsLeftAtTheDeadlineIsResetAtBothEnds() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            assertThat(done(lab.gateway.shutdown(Duration.ofMillis(50)))).isEqualTo(1);
            assertThatThrownBy(() -> server.getInputStream().read())
                    .isInstanceOf(SocketException.class);
            assertThat(done(client.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        }
    }

    @Test
    void aCallThatIsIgnoredIsSilent() throws Exception {
        try (GatewayLab silent =
                new GatewayLab(
                        policy -> policy,
                        gateway -> gateway.router(call -> new Onward.Ignored()),
                        config -> config)) {
            CompletableFuture<AsyncConnection> call = silent.call();
            await("the call", () -> silent.count(Count.SILENT) == 1);
            assertThat(call).isNotDone();
            assertThat(silent.client.call(e -> e.counters().get(Counter.RESETS_IN)).join())
                    .isZero();
        }
    }

    /** Before its destination has answered, a client must not see "connected". */
    @Test
    void theClientWaitsForItsDestination() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket mute = new ServerSocket(0, 1, loopback)) {
            InetSocketAddress proxy = new InetSocketAddress(loopback, mute.getLocalPort());
            waitsForItsDestination(mute, new Onward.Socks5(proxy, "example", 80, "", ""));
        }
    }

    private void waitsForItsDestination(ServerSocket mute, Onward route) throws Exception {
        try (GatewayLab waiting =
                new GatewayLab(
                        policy -> policy,
                        gateway -> gateway.router(call -> route),
                        config -> config)) {
            CompletableFuture<AsyncConnection> call = waiting.call();
            try (Socket proxy = mute.accept()) {
                assertThat(proxy.getInputStream().readNBytes(3)).containsExactly(5, 1, 0);
                assertThat(call).isNotDone();
                assertThat(waiting.gateway.statistics().open()).isEqualTo(1);
            }
            assertThatThrownBy(() -> done(call)).hasMessageContaining("refused");
        }
    }

    @Test
    void aPolicyForbidsLoopbackAndWhatItIsTold() {
        Policy policy =
                Policy.standard()
                        .deny(IpPrefix.parse("10.0.0.0/8"), 25, 25)
                        .allow(IpPrefix.parse("169.254.1.0/24"), 0, 65_535);
        assertThat(to(policy, "127.0.0.1", 80)).isInstanceOf(Onward.Forbidden.class);
        assertThat(to(policy, "::1", 80)).isInstanceOf(Onward.Forbidden.class);
        assertThat(to(policy, "169.254.169.254", 80)).isInstanceOf(Onward.Forbidden.class);
        assertThat(to(policy, "169.254.1.1", 80)).isInstanceOf(Onward.Direct.class);
        assertThat(to(policy, "10.1.1.1", 25)).isInstanceOf(Onward.Forbidden.class);
        assertThat(to(policy, "10.1.1.1", 26)).isInstanceOf(Onward.Direct.class);
        assertThat(to(policy, "fe80::1", 26)).isInstanceOf(Onward.Forbidden.class);
        assertThat(to(policy, "2001:db8::1", 26)).isInstanceOf(Onward.Direct.class);
    }

    private static Onward to(Policy policy, String address, int port) {
        return policy.route(
                new Call(
                        Call.Kind.TCP,
                        IpAddress.parse("10.0.2.15"),
                        40_000,
                        IpAddress.parse(address),
                        port));
    }

    @Test
    void aServerThatSaysNothingIsNotTakenForDone() throws Exception {
        AsyncConnection client = lab.connect();
        try (Socket server = lab.accept()) {
            server.setSoTimeout(300);
            assertThatThrownBy(() -> server.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(client.ended()).isNotDone();
        }
    }
}
