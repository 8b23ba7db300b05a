package io.finwait.nio.library;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;

import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import javax.net.SocketFactory;

/**
 * The stubs of MockWebServer and WireMock on the kernel's sockets, and again with one line changed
 * on ours: OkHttp sees the same.
 */
@Timeout(60)
class HostedStubsTest {

    private static final int PORT = 80;
    private static final int MUCH = 20_000;

    /** Its message depends on which of OkHttp's two clocks is the first. */
    private static final String TIMEOUT = "SocketTimeoutException";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final WireMockServer WIRE_MOCK =
            new WireMockServer(
                    WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeAll
    static void startAndWarm() {
        WIRE_MOCK.start();
        WIRE_MOCK.stubFor(any(anyUrl()).willReturn(aResponse()));
        OkHttpClient patient =
                client(SocketFactory.getDefault(), "")
                        .newBuilder()
                        .readTimeout(Duration.ZERO)
                        .build();
        post(patient, kernelsUrl());
    }

    @AfterAll
    static void stop() {
        WIRE_MOCK.stop();
    }

    private static String kernelsUrl() {
        return "http://127.0.0.1:" + WIRE_MOCK.port() + "/";
    }

    /** What MockWebServer can do to a connection. */
    enum Mock {
        WELL("200 4", ""),
        THROTTLED("200 4", ""),
        HEADERS_TOO_LATE(TIMEOUT, ""),
        BODY_TOO_LATE(TIMEOUT, ""),
        NO_ANSWER(TIMEOUT, ""),
        CLOSED_AT_THE_REQUEST("IOException: unexpected end of stream", "FIN, RST"),
        CLOSED_AT_HALF_OF_THE_REQUEST("IOException: unexpected end of stream", "FIN"),
        EMPTY_REPLY("IOException: unexpected end of stream", "FIN"),
        CLOSED_AT_HALF_OF_THE_RESPONSE("ProtocolException: unexpected end of stream", "FIN"),
        CLOSED_AFTER_THE_RESPONSE("200 4", "FIN"),
        HALF_CLOSED("200 4", "FIN");

        private final String outcome;
        private final String sent;

        Mock(String outcome, String sent) {
            this.outcome = outcome;
            this.sent = sent;
        }

        /**
         * What the kernel's sockets may make of it: which comes first, the end of the stream, the
         * reset that answers the rest of the request, or its last write, is up to chance there.
         */
        List<String> chances() {
            return this == CLOSED_AT_THE_REQUEST || this == CLOSED_AT_HALF_OF_THE_REQUEST
                    ? List.of(
                            outcome,
                            "SocketException: Connection reset",
                            "SocketException: Broken pipe")
                    : List.of(outcome);
        }

        /** A client that has the whole response may close before the stub does. */
        List<String> sent() {
            return this == CLOSED_AFTER_THE_RESPONSE || this == HALF_CLOSED
                    ? List.of(sent, "")
                    : List.of(sent);
        }

        MockResponse response() {
            MockResponse.Builder well = new MockResponse.Builder().body("well");
            SocketEffect close = new SocketEffect.CloseSocket();
            return switch (this) {
                case WELL -> well.build();
                case THROTTLED -> well.throttleBody(2, 50, MILLISECONDS).build();
                case BODY_TOO_LATE -> well.bodyDelay(3, SECONDS).build();
                case CLOSED_AT_THE_REQUEST -> well.onRequestStart(close).build();
                case CLOSED_AT_HALF_OF_THE_REQUEST -> well.onRequestBody(close).build();
                case HEADERS_TOO_LATE -> well.headersDelay(3, SECONDS).build();
                case NO_ANSWER -> well.onRequestStart(SocketEffect.Stall.INSTANCE).build();
                case EMPTY_REPLY -> well.onResponseStart(close).build();
                case CLOSED_AT_HALF_OF_THE_RESPONSE ->
                        well.body("x".repeat(MUCH)).onResponseBody(close).build();
                case CLOSED_AFTER_THE_RESPONSE -> well.onResponseEnd(close).build();
                case HALF_CLOSED ->
                        well.onResponseEnd(new SocketEffect.CloseSocket(false, false, true))
                                .build();
            };
        }
    }

    /** A client that is patient with a busy machine where no timeout is what it should get. */
    private static OkHttpClient client(SocketFactory sockets, String outcome) {
        Duration patience = outcome.equals(TIMEOUT) ? Duration.ofSeconds(1) : PATIENCE;
        return new OkHttpClient.Builder()
                .socketFactory(sockets)
                .proxy(Proxy.NO_PROXY)
                .retryOnConnectionFailure(false)
                .readTimeout(patience)
                .build();
    }

    /** What the user of OkHttp gets: "200 4", a code and octets, or an exception. */
    private static String post(OkHttpClient client, String url) {
        Request request =
                new Request.Builder().url(url).post(RequestBody.create(new byte[10])).build();
        try (Response response = client.newCall(request).execute()) {
            return response.code() + " " + response.body().bytes().length;
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException) {
                return TIMEOUT;
            }
            String message = String.valueOf(e.getMessage()).replaceAll(" on http.*", "");
            return e.getClass().getSimpleName() + ": " + message;
        } finally {
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void mockWebServer(Mock mock) throws IOException {
        String kernels;
        try (MockWebServer server = new MockWebServer()) {
            server.enqueue(mock.response());
            server.start(InetAddress.getLoopbackAddress(), 0);
            String url = "http://127.0.0.1:" + server.getPort() + "/";
            kernels = post(client(SocketFactory.getDefault(), mock.outcome), url);
        }
        String hosted;
        // It sleeps between two pieces, on the clock of the wall.
        Time time = mock == Mock.THROTTLED ? Time.REAL : Time.VIRTUAL;
        try (SimNet net = SimNet.create(1, Threads.FREE, time);
                MockWebServer server = new MockWebServer()) {
            NetHost shop = net.host("shop");
            server.setServerSocketFactory(shop.serverSocketFactory());
            server.enqueue(mock.response());
            server.start(shop.address(), PORT);
            String url = shop.http(PORT, "/").toString();
            hosted = post(client(net.host("app").socketFactory(), mock.outcome), url);
            net.settle();
            assertThat(mock.sent()).contains(endsBy(net, "shop"));
        }
        assertThat(hosted).isEqualTo(mock.outcome);
        assertThat(mock.chances()).contains(kernels);
    }

    /** What of FIN and RST it is that a stub's host sends before the client sends either. */
    private static String endsBy(SimNet net, String host) {
        return net.packets().stream()
                .filter(each -> each.contains("FIN") || each.contains("RST"))
                .takeWhile(each -> each.startsWith(host))
                .map(each -> each.contains("FIN") ? "FIN" : "RST")
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /** What WireMock can do to a connection. */
    enum Wire {
        WELL(null, 0, "200 4", ""),
        DRIBBLES(null, 0, "200 4", ""),
        TOO_LATE(null, 3_000, TIMEOUT, ""),
        EMPTY_RESPONSE(Fault.EMPTY_RESPONSE, 0, "IOException: unexpected end of stream", "FIN"),
        MALFORMED(
                Fault.MALFORMED_RESPONSE_CHUNK,
                0,
                "ProtocolException: Expected leading [0-9a-fA-F] character but was 0x6c",
                "FIN"),
        RANDOM(Fault.RANDOM_DATA_THEN_CLOSE, 0, "IOException: unexpected end of stream", "FIN"),
        RESET(Fault.CONNECTION_RESET_BY_PEER, 0, "SocketException: Connection reset", "RST");

        private final Fault fault;
        private final int delayMs;
        private final String outcome;
        private final String sent;

        Wire(Fault fault, int delayMs, String outcome, String sent) {
            this.fault = fault;
            this.delayMs = delayMs;
            this.outcome = outcome;
            this.sent = sent;
        }

        /** A client may close before the stub does, as soon as it has seen what is malformed. */
        List<String> sent() {
            return this == MALFORMED ? List.of(sent, "") : List.of(sent);
        }

        ResponseDefinitionBuilder response() {
            if (fault != null) {
                return aResponse().withFault(fault);
            }
            ResponseDefinitionBuilder well = aResponse().withBody("well").withFixedDelay(delayMs);
            return this == DRIBBLES ? well.withChunkedDribbleDelay(4, 100) : well;
        }
    }

    @ParameterizedTest
    @EnumSource
    void wireMock(Wire wire) throws IOException {
        WIRE_MOCK.stubFor(any(anyUrl()).willReturn(wire.response()));
        String kernels = post(client(SocketFactory.getDefault(), wire.outcome), kernelsUrl());
        String hosted;
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.REAL)) {
            InetSocketAddress real =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), WIRE_MOCK.port());
            NetHost stub = net.forward("stub", PORT, real);
            String url = stub.http(PORT, "/").toString();
            hosted = post(client(net.host("app").socketFactory(), wire.outcome), url);
            net.settle();
            assertThat(wire.sent()).contains(endsBy(net, "stub"));
        }
        assertThat(hosted).isEqualTo(kernels).isEqualTo(wire.outcome);
    }
}
