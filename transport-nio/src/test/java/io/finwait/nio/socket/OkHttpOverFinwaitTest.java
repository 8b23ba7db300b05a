package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverSocketFactory;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP client of the world outside, all of whose TCP is ours, and a server that dies in every
 * way.
 */
@Timeout(60)
class OkHttpOverFinwaitTest {

    private final TwoDrivers drivers = new TwoDrivers();
    private final AtomicInteger connections = new AtomicInteger();
    private final OkHttpClient client =
            new OkHttpClient.Builder()
                    .socketFactory(new DriverSocketFactory(drivers.client))
                    .proxy(Proxy.NO_PROXY)
                    .retryOnConnectionFailure(false)
                    .build();

    @AfterEach
    void close() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
        drivers.close();
    }

    /** Answers each request of each connection by its path. */
    private void serve() {
        AsyncListener listener = drivers.server.listen(80, 5).join();
        LightThreads.start("test", () -> accept(listener));
    }

    private void accept(AsyncListener listener) {
        try {
            while (true) {
                AsyncConnection connection = listener.accept().join();
                connections.incrementAndGet();
                LightThreads.start("test", () -> answer(connection));
            }
        } catch (CompletionException e) {
            // The listener is closed: the test is over.
        }
    }

    private static void answer(AsyncConnection connection) {
        ByteBuffer request = ByteBuffer.allocate(10_000);
        while (true) {
            String text = US_ASCII.decode(request.duplicate().flip()).toString();
            if (text.endsWith("\r\n\r\n")) {
                request.clear();
                if (!answer(connection, text)) {
                    return;
                }
            } else if (connection.read(request).exceptionally(e -> -1).join() < 0) {
                connection.close().join();
                return;
            }
        }
    }

    /** False when the connection has been ended. */
    private static boolean answer(AsyncConnection connection, String request) {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        if (request.startsWith("GET /truncated ")) {
            write(connection, head + "he");
            connection.close().join();
            return false;
        }
        if (request.startsWith("GET /reset ")) {
            write(connection, head + "he");
            connection.abort().join();
            return false;
        }
        write(connection, head + "hello");
        return true;
    }

    private static void write(AsyncConnection to, String text) {
        to.write(ByteBuffer.wrap(text.getBytes(US_ASCII))).join();
    }

    private String get(String path) throws IOException {
        Request request = new Request.Builder().url("http://10.0.0.2" + path).build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }

    @Test
    void requestsShareAConnection() throws IOException {
        serve();
        assertThat(get("/")).isEqualTo("hello");
        assertThat(get("/")).isEqualTo("hello");
        assertThat(connections).hasValue(1);
    }

    @Test
    void aServerThatClosesWithinItsAnswerIsAnUnexpectedEndOfStream() {
        serve();
        assertThatThrownBy(() -> get("/truncated"))
                .hasMessageContaining("unexpected end of stream");
    }

    @Test
    void aServerThatAbortsIsConnectionReset() {
        serve();
        assertThatThrownBy(() -> get("/reset"))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("Connection reset");
    }

    @Test
    void nobodyListeningIsAFailureToConnect() {
        assertThatThrownBy(() -> get("/"))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("Failed to connect");
    }
}
