package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;

import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A web server and two HTTP clients of the world outside, unmodified, with our TCP at both ends.
 */
@Timeout(60)
class MockWebServerOverFinwaitTest {

    private static final int LONG_MS = 200;
    private static final int MUCH = 32 << 20;

    private final TwoDrivers drivers = new TwoDrivers();
    private final MockWebServer server = new MockWebServer();
    private final OkHttpClient okHttp =
            new OkHttpClient.Builder()
                    .socketFactory(new DriverSocketFactory(drivers.client))
                    .proxy(Proxy.NO_PROXY)
                    .build();
    private final CloseableHttpClient apache = apache();

    /** The hook is a factory of sockets that are not connected yet. */
    private CloseableHttpClient apache() {
        DriverSocketFactory sockets = new DriverSocketFactory(drivers.client);
        DefaultHttpClientConnectionOperator operator =
                new DefaultHttpClientConnectionOperator(
                        proxy -> sockets.createSocket(),
                        null,
                        null,
                        RegistryBuilder.<TlsSocketStrategy>create().build());
        return HttpClientBuilder.create()
                .disableAutomaticRetries()
                .setConnectionManager(
                        new PoolingHttpClientConnectionManager(
                                operator,
                                PoolConcurrencyPolicy.STRICT,
                                PoolReusePolicy.LIFO,
                                TimeValue.NEG_ONE_MILLISECOND,
                                null))
                .build();
    }

    @BeforeEach
    void start() throws IOException {
        server.setServerSocketFactory(new DriverServerSocketFactory(drivers.server));
        server.start(InetAddress.getByName(TwoDrivers.SERVER), 0);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        okHttp.connectionPool().evictAll();
        okHttp.dispatcher().executorService().shutdown();
        apache.close();
        drivers.close();
    }

    private static String url(int port) {
        return "http://" + TwoDrivers.SERVER + ":" + port + "/";
    }

    private Call call(OkHttpClient client) {
        return client.newCall(new Request.Builder().url(url(server.getPort())).build());
    }

    private String get(OkHttpClient client) throws IOException {
        try (Response response = call(client).execute()) {
            return response.body().string();
        }
    }

    private String getByApache(HttpGet request) throws IOException {
        return apache.execute(request, response -> EntityUtils.toString(response.getEntity()));
    }

    private HttpGet request() {
        return new HttpGet(url(server.getPort()));
    }

    private void answer(String text) {
        server.enqueue(new MockResponse.Builder().body(text).build());
    }

    @Test
    void okHttpKeepsAConnection() throws Exception {
        answer("one");
        answer("two");
        assertThat(get(okHttp) + get(okHttp)).isEqualTo("onetwo");
        server.takeRequest();
        assertThat(server.takeRequest().getExchangeIndex()).isEqualTo(1);
    }

    @Test
    void okHttpNoticesThatAKeptConnectionWasClosed() throws IOException {
        server.enqueue(
                new MockResponse.Builder()
                        .body("one")
                        .onResponseEnd(SocketEffect.ShutdownConnection.INSTANCE)
                        .build());
        answer("two");
        assertThat(get(okHttp) + get(okHttp)).isEqualTo("onetwo");
    }

    @Test
    void okHttpsReadTimeoutComes() {
        server.enqueue(
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .body("never")
                        .build());
        OkHttpClient hasty = okHttp.newBuilder().readTimeout(Duration.ofMillis(LONG_MS)).build();
        assertThatThrownBy(() -> get(hasty)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void okHttpsWriteTimeoutFreesTheWriter() throws IOException {
        try (ServerSocket deaf =
                new DriverServerSocketFactory(drivers.server).createServerSocket(0)) {
            OkHttpClient hasty =
                    okHttp.newBuilder()
                            .writeTimeout(Duration.ofMillis(LONG_MS))
                            .retryOnConnectionFailure(false)
                            .build();
            RequestBody much =
                    RequestBody.create(new byte[MUCH], MediaType.get("application/x-much"));
            Request post = new Request.Builder().url(url(deaf.getLocalPort())).post(much).build();
            assertThatThrownBy(() -> hasty.newCall(post).execute().close())
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void cancelFreesWhoeverWaitsForOkHttp() throws Exception {
        server.enqueue(
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .body("never")
                        .build());
        Call call = call(okHttp);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        LightThreads.start(
                "caller",
                () -> {
                    try {
                        call.execute().close();
                        thrown.complete(null);
                    } catch (IOException e) {
                        thrown.complete(e);
                    }
                });
        server.takeRequest();
        call.cancel();
        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }

    @Test
    void apacheKeepsAConnection() throws Exception {
        answer("one");
        answer("two");
        assertThat(getByApache(request()) + getByApache(request())).isEqualTo("onetwo");
        server.takeRequest();
        assertThat(server.takeRequest().getExchangeIndex()).isEqualTo(1);
    }

    @Test
    void apachesResponseTimeoutComes() {
        server.enqueue(
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .body("never")
                        .build());
        HttpGet hasty = request();
        hasty.setConfig(
                RequestConfig.custom().setResponseTimeout(LONG_MS, TimeUnit.MILLISECONDS).build());
        assertThatThrownBy(() -> getByApache(hasty))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Read timed out");
    }

    @Test
    void abortFreesWhoeverWaitsForApachesClient() throws Exception {
        server.enqueue(
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .body("never")
                        .build());
        HttpGet request = request();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        LightThreads.start(
                "caller",
                () -> {
                    try {
                        getByApache(request);
                        thrown.complete(null);
                    } catch (IOException e) {
                        thrown.complete(e);
                    }
                });
        server.takeRequest();
        request.abort();
        assertThat(thrown.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    }

    @Test
    void aResetIsToldToBothClients() throws Exception {
        try (ServerSocket rude =
                new DriverServerSocketFactory(drivers.server).createServerSocket(0)) {
            LightThreads.start("rude", () -> resetAll(rude));
            Request request = new Request.Builder().url(url(rude.getLocalPort())).build();
            OkHttpClient once = okHttp.newBuilder().retryOnConnectionFailure(false).build();
            assertThatThrownBy(() -> once.newCall(request).execute().close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Connection reset");
            assertThatThrownBy(() -> getByApache(new HttpGet(url(rude.getLocalPort()))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Connection reset");
        }
    }

    private static void resetAll(ServerSocket listening) {
        try {
            while (true) {
                try (Socket socket = listening.accept()) {
                    socket.setSoLinger(true, 0);
                    assertThat(socket.getInputStream().read()).isEqualTo('G');
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }
}
