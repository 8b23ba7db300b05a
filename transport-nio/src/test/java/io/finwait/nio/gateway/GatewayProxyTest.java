package io.finwait.nio.gateway;

import static io.finwait.nio.gateway.GatewayLab.PATIENCE_SECONDS;
import static io.finwait.nio.gateway.GatewayLab.readAll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.driver.AsyncConnection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A gateway that connects through a proxy; the proxies here speak by the letter, in octets. */
@Timeout(60)
class GatewayProxyTest {

    private static final String ADDRESS = "192.0.2.7";

    private final ServerSocket proxy = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    GatewayProxyTest() throws IOException {}

    private GatewayLab lab(Onward route) throws IOException {
        return new GatewayLab(
                policy -> policy, gateway -> gateway.router(call -> route), config -> config);
    }

    private InetSocketAddress proxyAddress() {
        return new InetSocketAddress(proxy.getInetAddress(), proxy.getLocalPort());
    }

    private static void echoUpperCase(Socket socket) throws IOException {
        String text = new String(socket.getInputStream().readAllBytes(), UTF_8);
        socket.getOutputStream().write(text.toUpperCase(Locale.ROOT).getBytes(UTF_8));
    }

    private static void ask(AsyncConnection client) throws Exception {
        client.write(ByteBuffer.wrap("hello".getBytes(UTF_8)))
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        CompletableFuture<Void> unused = client.shutdownOutput();
        assertThat(readAll(client)).isEqualTo("welcome HELLO".getBytes(UTF_8));
    }

    /** The proxy's first octets of the connection come in one segment with its answer. */
    @Test
    void socks5WithAPasswordAndAName() throws Exception {
        Onward route = new Onward.Socks5(proxyAddress(), "example.org", 8080, "me", "secret");
        try (GatewayLab lab = lab(route)) {
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket socket = proxy.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                assertThat(in.readNBytes(4)).containsExactly(5, 2, 0, 2);
                out.write(new byte[] {5, 2});
                assertThat(in.readNBytes(11))
                        .isEqualTo("\u0001\u0002me\u0006secret".getBytes(US_ASCII));
                out.write(new byte[] {1, 0});
                assertThat(in.readNBytes(5)).containsExactly(5, 1, 0, 3, 11);
                assertThat(in.readNBytes(11)).isEqualTo("example.org".getBytes(US_ASCII));
                assertThat(in.readUnsignedShort()).isEqualTo(8080);
                assertThat(call).isNotDone();
                out.write("\u0005\0\0\u0003\u0004nameXXwelcome ".getBytes(US_ASCII));
                echoes(socket, call.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    /** What the client sends comes back from the destination, behind the proxy's answer. */
    private static void echoes(Socket destination, AsyncConnection client) throws Exception {
        CompletableFuture<Void> echo =
                CompletableFuture.runAsync(
                        () -> {
                            try (destination) {
                                echoUpperCase(destination);
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
        ask(client);
        echo.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "1, REFUSED",
        "2, UNREACHABLE",
        "3, UNREACHABLE",
        "4, UNREACHABLE",
        "5, REFUSED",
        "6, SILENT"
    })
    void whatSocks5CouldNotReachTheClientSees(int reply, GatewayStatistics.Count seen)
            throws Exception {
        Onward route = new Onward.Socks5(proxyAddress(), ADDRESS, 80, "", "");
        try (GatewayLab lab = lab(route)) {
            CompletableFuture<AsyncConnection> unused = lab.call();
            try (Socket socket = proxy.accept()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                in.readNBytes(3);
                socket.getOutputStream().write(new byte[] {5, 0});
                assertThat(in.readNBytes(10)).containsExactly(5, 1, 0, 1, 192, 0, 2, 7, 0, 80);
                socket.getOutputStream().write(new byte[] {5, (byte) reply, 0, 1, 0});
                GatewayLab.await("it is told", () -> lab.count(seen) == 1);
                assertThat(lab.gateway.statistics().open()).isZero();
            }
        }
    }

    @Test
    void httpConnect() throws Exception {
        try (GatewayLab lab = lab(new Onward.HttpConnect(proxyAddress(), "example.org", 443))) {
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket socket = proxy.accept()) {
                String head = "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n";
                byte[] asked = socket.getInputStream().readNBytes(head.length());
                assertThat(new String(asked, US_ASCII)).isEqualTo(head);
                assertThat(call).isNotDone();
                String answer = "HTTP/1.1 200 OK\r\nVia: a\rb\r\n\r\nwelcome ";
                socket.getOutputStream().write(answer.getBytes(US_ASCII));
                echoes(socket, call.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void anHttpProxyThatHasNoConnectionRefuses() throws Exception {
        try (GatewayLab lab = lab(new Onward.HttpConnect(proxyAddress(), ADDRESS, 443))) {
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket socket = proxy.accept()) {
                socket.getOutputStream()
                        .write("HTTP/1.1 502 Bad Gateway\r\n\r\n".getBytes(US_ASCII));
                assertThatThrownBy(() -> call.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .hasMessageContaining("refused");
            }
        }
    }

    /** A hostile proxy: a head without an end, and octets that are no SOCKS. */
    @Test
    void aProxyThatTalksNonsenseIsRefused() throws Exception {
        try (GatewayLab lab = lab(new Onward.HttpConnect(proxyAddress(), ADDRESS, 443))) {
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket socket = proxy.accept()) {
                socket.getOutputStream().write(new byte[20_000]);
                assertThatThrownBy(() -> call.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .hasMessageContaining("refused");
            }
        }
        try (GatewayLab lab = lab(new Onward.Socks5(proxyAddress(), ADDRESS, 443, "", ""))) {
            CompletableFuture<AsyncConnection> call = lab.call();
            try (Socket socket = proxy.accept()) {
                socket.getOutputStream()
                        .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                assertThatThrownBy(() -> call.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .hasMessageContaining("refused");
            }
        }
    }
}
