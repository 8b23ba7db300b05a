package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Ordinary sockets over a network whose time jumps. */
class SimNetTest {

    private final SimNet net = SimNet.create(42);
    private final NetHost shop = net.host("shop");
    private final NetHost app = net.host("app");

    @AfterEach
    void close() {
        net.close();
    }

    private void shopAnswers(int connections) {
        shop.run(
                "server",
                () -> {
                    try (ServerSocket listening = shop.serverSocket(80)) {
                        for (int i = 0; i < connections; i++) {
                            try (Socket s = listening.accept()) {
                                s.getOutputStream().write(s.getInputStream().readAllBytes());
                            }
                        }
                    }
                });
    }

    private Socket connected() throws IOException {
        Socket s = app.socket();
        s.connect(shop.at(80));
        return s;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aRequestIsAnsweredAndEveryPacketIsSeen() throws Exception {
        shopAnswers(1);
        try (Socket s = connected()) {
            s.getOutputStream().write(octets("hello"));
            s.shutdownOutput();
            assertThat(s.getInputStream().readAllBytes()).isEqualTo(octets("hello"));
        }
        net.finish();
        net.settle();

        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "FIN,PSH,ACK+5", "ACK");
        assertThat(net.packets(shop, app)).containsExactly("SYN,ACK", "ACK", "FIN,PSH,ACK+5");
        assertThat(net.netstat()).contains("TIME_WAIT");
        assertThat(net.ladder()).contains("app").contains("shop").contains("FIN");
    }

    @Test
    void aReadTimeoutOfThirtySecondsCostsNothing() throws Exception {
        shopAnswers(1);
        Instant begin = net.clock().instant();
        long wall = System.nanoTime();
        try (Socket s = connected()) {
            s.setSoTimeout(30_000);
            assertThatThrownBy(() -> s.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Read timed out");
        }
        net.finish();

        assertThat(Duration.between(begin, net.clock().instant()))
                .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
        assertThat(System.nanoTime() - wall).isLessThan(10_000_000_000L);
    }

    @Test
    void namesOfHostsAreKnownWithoutDns() throws Exception {
        shopAnswers(1);
        try (Socket s = app.socketFactory().createSocket("shop", 80)) {
            assertThat(s.getInetAddress()).isEqualTo(shop.address());
            s.shutdownOutput();
            assertThat(s.getInputStream().read()).isEqualTo(-1);
        }
        net.finish();
    }

    @Test
    void anIpv6AddressReachesTheSameHost() throws Exception {
        shopAnswers(1);
        try (Socket s = app.socket()) {
            s.connect(new InetSocketAddress(shop.address6(), 80));
            assertThat(s.getLocalAddress()).isEqualTo(app.address6());
        }
        net.finish();
    }

    @Test
    void aPortWithoutAListenerRefuses() {
        assertThatThrownBy(this::connected)
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(net.packets()).containsExactly("app > shop SYN", "shop > app RST,ACK");
    }

    /** Nothing happens meanwhile, so that the network itself has no reason to look at the clock. */
    @Test
    void aTimeoutInRealTimeIsNotShort() throws IOException {
        try (SimNet real = SimNet.create(1, Threads.FREE, Time.REAL);
                ServerSocket listening = real.host("host").serverSocket(80)) {
            listening.setSoTimeout(200);
            for (int i = 0; i < 3; i++) {
                long begin = System.nanoTime();
                assertThatThrownBy(listening::accept).isInstanceOf(SocketTimeoutException.class);
                assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(200_000_000);
            }
        }
    }

    @Test
    void aHostWithoutASocketRefusesInRealTimeToo() {
        try (SimNet real = SimNet.create(1, Threads.FREE, Time.REAL)) {
            NetHost empty = real.host("empty");
            NetHost asking = real.host("asking");
            assertThatThrownBy(() -> asking.socket().connect(empty.at(80), 20_000))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("Connection refused");
        }
    }

    @Test
    void anAddressThatNobodyHasLetsAConnectTimeOut() throws Exception {
        try (Socket s = app.socket()) {
            assertThatThrownBy(() -> s.connect(new InetSocketAddress("10.0.0.99", 80), 60_000))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Connect timed out");
        }
        assertThat(net.clock().elapsed()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
    }

    @Test
    void fourMinutesOfTimeWaitPass() throws Exception {
        app.timeWait(Duration.ofMinutes(4));
        shopAnswers(1);
        connected().close();
        net.finish();
        net.settle();
        assertThat(net.netstat()).contains("TIME_WAIT");

        net.clock().sleep(Duration.ofMinutes(4).plusSeconds(1));
        assertThat(net.netstat()).doesNotContain("TIME_WAIT");
    }

    @Test
    void retransmissionGivesUpAfterManyMinutes() throws Exception {
        shopAnswers(1);
        try (Socket s = connected()) {
            net.link(app, shop).cut();
            s.getOutputStream().write(1);
            assertThatThrownBy(() -> s.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Connection timed out");
            assertThat(net.clock().elapsed()).isGreaterThan(Duration.ofSeconds(100));
            net.link(app, shop).heal();
        }
        // The shop has heard nothing of all that.
        assertThat(net.netstat()).contains("ESTABLISHED");
    }

    @Test
    void latencyIsTimeOnTheClock() throws Exception {
        net.link(app, shop).latency(Duration.ofMillis(40));
        shopAnswers(1);
        connected().close();
        assertThat(net.clock().elapsed()).isEqualTo(Duration.ofMillis(80));
    }

    @Test
    void aCaptureHasEveryPacket() throws Exception {
        shopAnswers(1);
        connected().close();
        net.finish();
        Path file = Files.createTempFile("simnet", ".pcapng");
        try {
            net.capture(file);
            assertThat(Files.size(file)).isGreaterThan(300);
            assertThat(new String(Files.readAllBytes(file), UTF_8))
                    .contains(
                            "at 10.0.0.2:", ": CLOSED -> SYN_SENT", "SYN_RECEIVED -> ESTABLISHED");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aBlockingChannelWaitsInTheSameTime() throws Exception {
        shopAnswers(1);
        try (SocketChannel channel = app.selectorProvider().openSocketChannel()) {
            channel.connect(shop.at(80));
            channel.write(ByteBuffer.wrap(octets("hello")));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(10);
            while (channel.read(answer) >= 0) {
                // As long as something comes.
            }
            assertThat(answer.position()).isEqualTo(5);
        }
        net.finish();
    }

    @Test
    void whatAThreadThrowsIsThrownByFinish() {
        shop.run(
                "server",
                () -> {
                    throw new IOException("no stock");
                });
        assertThatThrownBy(net::finish)
                .isInstanceOf(AssertionError.class)
                .hasRootCauseMessage("no stock");
    }

    @Test
    void whatIsOnItsWayArrivesBeforeFinishReturns() {
        shopAnswers(1);
        app.run("client", () -> connected().close());
        net.finish();
        assertThat(net.packets(shop, app)).containsExactly("SYN,ACK", "ACK", "FIN,ACK");
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "FIN,ACK", "ACK");
    }

    @Test
    void aCloseLetsThreadsGoThatWait() throws Exception {
        Thread server =
                shop.run(
                        "server",
                        () -> {
                            try (ServerSocket listening = shop.serverSocket(80)) {
                                listening.accept();
                            }
                        });
        net.settle();
        net.close();
        server.join(10_000);
        assertThat(server.isAlive()).isFalse();
    }

    @Test
    void aJvmWhoseChannelsAreTheJdksSaysHowToStartIt() {
        try (SimNet net = SimNet.create(1)) {
            assertThatThrownBy(net.host("app")::takesAllChannels)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "-Djava.nio.channels.spi.SelectorProvider="
                                    + "io.finwait.sim.net.HostSelectorProvider");
        }
    }
}
