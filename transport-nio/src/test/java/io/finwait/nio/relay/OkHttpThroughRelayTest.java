package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** The errors that users of an HTTP client know, made on purpose. */
@Timeout(60)
class OkHttpThroughRelayTest {

    private static final int LENGTH = 10_000;

    private final OkHttpClient client =
            new OkHttpClient.Builder()
                    .retryOnConnectionFailure(false)
                    .readTimeout(Duration.ofMillis(500))
                    .build();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, LENGTH);
                        exchange.getResponseBody().write(new byte[LENGTH]);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
        server.stop(0);
    }

    private int getThrough(RelayFaults down) throws IOException {
        try (Relay relay = Relay.to(server.getAddress()).down(down).open()) {
            Request request =
                    new Request.Builder()
                            .url("http://127.0.0.1:" + relay.localAddress().getPort() + "/")
                            .build();
            try (Response response = client.newCall(request).execute()) {
                return response.body().bytes().length;
            }
        }
    }

    @Test
    void withoutFaultsItSeesNoDifference() throws IOException {
        assertThat(getThrough(RelayFaults.none())).isEqualTo(LENGTH);
        assertThat(getThrough(RelayFaults.none().delay(Duration.ofMillis(5)))).isEqualTo(LENGTH);
    }

    @Test
    void aFinWithinTheHeadersIsAnUnexpectedEndOfStream() {
        assertThatThrownBy(() -> getThrough(RelayFaults.none().finAfter(10)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unexpected end of stream");
    }

    @Test
    void aFinWithinTheBodyIsAnUnexpectedEndOfStream() {
        assertThatThrownBy(() -> getThrough(RelayFaults.none().finAfter(5_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unexpected end of stream");
    }

    @Test
    void aResetIsConnectionReset() {
        assertThatThrownBy(() -> getThrough(RelayFaults.none().resetAfter(5_000)))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("Connection reset");
    }

    @Test
    void aCutIsATimeout() {
        assertThatThrownBy(() -> getThrough(RelayFaults.none().cutAfter(5_000)))
                .isInstanceOf(SocketTimeoutException.class);
    }
}
