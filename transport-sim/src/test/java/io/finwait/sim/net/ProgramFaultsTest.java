package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.finwait.sim.junit.SimTest;
import io.finwait.tcp.State;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;

import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.BindException;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;

/** What a program says that is slow or broken: the packets, and what its client sees. */
@SimTest
class ProgramFaultsTest {

    private static final String HANDSHAKE = "SYN,ACK";

    /** RFC 9113 §7. */
    private static final int REFUSED_STREAM = 7;

    private static List<String> withText(List<String> packets) {
        return packets.stream().filter(each -> each.contains("+")).toList();
    }

    // Row 1.

    @Test
    void aSlowLineTakesItsTime(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.writes(shop, 10_000);
        net.link(app, shop).from(shop).bandwidth(8_000);
        try (Socket s = Rig.connect(app, shop)) {
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("10000 octets, end of stream");
        }
        // A thousand octets in a second, headers included.
        assertThat(net.clock().elapsed()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(13));
        net.finish();
        assertThat(withText(net.packets(app, shop))).isEmpty();
    }

    @Test
    void headersThatAreLateRunIntoTheReadTimeout(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        net.link(app, shop).from(shop).latency(Duration.ofSeconds(20));
        Rig.writes(shop, 10);
        try (Socket s = Rig.connect(app, shop)) {
            s.setSoTimeout(5_000);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
            s.setSoTimeout(30_000);
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("10 octets, end of stream");
        }
        net.finish();
        Rig.wire(
                net,
                app,
                shop,
                "SYN*5 ACK*3 FIN,ACK ACK*5",
                "SYN,ACK*5 PSH,ACK+10 ACK FIN,ACK FIN,PSH,ACK+10 RST");
    }

    // Row 2.

    @Test
    void anOctetArrivesChangedAndNoTcpNoticesIt(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.serve(shop, 1, s -> s.getOutputStream().write("size: 4".getBytes(US_ASCII)));
        PathFault flipped = net.on(Seg.data().from(shop).first(), Act.flipPayload());
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(new String(s.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("size: 5");
        }
        net.finish();
        net.settle();
        assertThat(flipped.times()).isEqualTo(1);
        assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE, "FIN,PSH,ACK+7", "ACK");
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "ACK", "FIN,ACK");
        Rig.wire(net, app, shop, "SYN ACK*2 FIN,ACK", "SYN,ACK FIN,PSH,ACK+7 ACK");
    }

    @Test
    void anOctetThatTheChecksumDoesNotFitComesAgain(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        Rig.serve(shop, 1, s -> s.getOutputStream().write("size: 4".getBytes(US_ASCII)));
        net.on(Seg.data().from(shop).first(), Act.corrupt());
        try (Socket s = Rig.connect(app, shop)) {
            assertThat(new String(s.getInputStream().readAllBytes(), US_ASCII))
                    .isEqualTo("size: 4");
        }
        net.finish();
        assertThat(withText(net.packets(shop, app)))
                .containsExactly("FIN,PSH,ACK+7", "FIN,PSH,ACK+7");
        Rig.wire(net, app, shop, "SYN ACK*2 FIN,ACK", "SYN,ACK FIN,PSH,ACK+7*2 ACK");
    }

    @Test
    void nothingIsFlippedWhereThereIsNoText(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        net.on(Seg.any(), Act.flipPayload());
        Rig.reads(shop, 1);
        Rig.connect(app, shop).close();
        net.finish();
        net.settle();
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "FIN,ACK", "ACK");
        Rig.wire(net, app, shop, "SYN ACK FIN,ACK ACK", "SYN,ACK ACK FIN,ACK");
    }

    // Row 3.

    private static OkHttpClient okHttp(NetHost app, Protocol protocol) {
        return new OkHttpClient.Builder()
                .socketFactory(app.socketFactory())
                .proxy(Proxy.NO_PROXY)
                .protocols(List.of(protocol))
                .retryOnConnectionFailure(false)
                .build();
    }

    private static String get(OkHttpClient client, NetHost shop) {
        Request request = new Request.Builder().url(shop.http(80, "/").toString()).build();
        return Rig.outcome(
                () -> {
                    try (Response response = client.newCall(request).execute()) {
                        return response.code() + " " + response.body().string();
                    }
                });
    }

    @Test
    void aStreamIsResetAndTheConnectionLives(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        OkHttpClient client = okHttp(app, Protocol.H2_PRIOR_KNOWLEDGE);
        try (MockWebServer server = new MockWebServer()) {
            server.setServerSocketFactory(shop.serverSocketFactory());
            server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
            server.enqueue(
                    new MockResponse.Builder()
                            .onResponseStart(new SocketEffect.CloseStream(REFUSED_STREAM))
                            .build());
            server.enqueue(new MockResponse.Builder().body("well").build());
            server.start(shop.address(), 80);

            assertThat(get(client, shop)).isEqualTo("stream was reset: REFUSED_STREAM");
            assertThat(get(client, shop)).isEqualTo("200 well");
            assertThat(net.packets(app, shop)).filteredOn("SYN"::equals).hasSize(1);
            assertThat(net.packets()).noneMatch(each -> each.contains("RST"));
            client.connectionPool().evictAll();
        }
        client.dispatcher().executorService().shutdown();
    }

    // Row 4.

    /** A server that has no certificate: no handshake can succeed. */
    private static void refusesTls(NetHost shop) {
        Rig.serve(
                shop,
                1,
                s -> {
                    SSLSocket tls =
                            (SSLSocket) context().getSocketFactory().createSocket(s, null, true);
                    tls.setUseClientMode(false);
                    try {
                        tls.startHandshake();
                    } catch (IOException e) {
                        tls.close();
                    }
                });
    }

    private static SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        return context;
    }

    private static void handshake(Socket s) throws Exception {
        SSLSocket tls = (SSLSocket) context().getSocketFactory().createSocket(s, "shop", 80, true);
        tls.startHandshake();
    }

    @Test
    void theServersTlsRefuses(SimNet net, NetHost shop, NetHost app) throws Exception {
        refusesTls(shop);
        try (Socket s = Rig.connect(app, shop)) {
            assertThatThrownBy(() -> handshake(s))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("handshake_failure");
        }
        net.finish();
        // The alert, and the FIN in the same segment.
        assertThat(withText(net.packets(shop, app)))
                .singleElement()
                .asString()
                .startsWith("FIN,PSH,ACK+");
        // The RST answers what the client still writes to a socket that is closed (RFC 9293 §3.6).
        assertThat(net.packets(shop, app)).endsWith("RST").filteredOn("RST"::equals).hasSize(1);
        assertThat(withText(net.packets(app, shop))).hasSize(2);
    }

    @Test
    void theHandshakeIsResetAtOctetOneHundred(SimNet net, NetHost shop, NetHost app)
            throws Exception {
        refusesTls(shop);
        net.connections(shop, 80).nth(1).afterReceived(100).resets();
        try (Socket s = Rig.connect(app, shop)) {
            assertThatThrownBy(() -> handshake(s))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Connection reset");
        }
        net.finish();
        assertThat(net.packets(shop, app)).endsWith("RST,ACK");
    }

    // Row 7.

    @Test
    void anEmptyReply(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(shop, 1, s -> s.getInputStream().readNBytes(4));
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write("GET ".getBytes(US_ASCII));
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, end of stream");
        }
        net.finish();
        net.settle();
        Rig.wire(net, app, shop, "SYN ACK PSH,ACK+4 ACK FIN,ACK", "SYN,ACK ACK FIN,ACK ACK");
    }

    // Row 13.

    @Test
    void resetInCloseWait(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.serve(
                shop,
                1,
                s -> {
                    s.getInputStream().readAllBytes();
                    net.clock().sleep(Duration.ofSeconds(1));
                });
        net.connections(shop, 80).nth(1).whenState(State.CLOSE_WAIT).resets();
        try (Socket s = Rig.connect(app, shop)) {
            s.getOutputStream().write(new byte[10]);
            s.shutdownOutput();
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
        net.finish();
        assertThat(net.packets(app, shop)).containsExactly("SYN", "ACK", "FIN,PSH,ACK+10");
        assertThat(net.packets(shop, app)).startsWith(HANDSHAKE).endsWith("RST,ACK");
        assertThat(net.connections(shop, 80).nth(1).closeReason(app))
                .isEqualTo("Connection reset by peer");
        Rig.wire(net, app, shop, "SYN ACK FIN,PSH,ACK+10", "SYN,ACK ACK RST,ACK");
    }

    // Rows 16 and 27.

    @Test
    void noAnswerAndNoAcknowledgmentEither(SimNet net, NetHost shop, NetHost app) throws Exception {
        Rig.reads(shop, 1);
        try (Socket s = Rig.connect(app, shop)) {
            net.settle();
            net.link(app, shop).cut();
            s.getOutputStream().write(new byte[10]);
            s.setSoTimeout(1_500);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Read timed out");
            // What was sent, and its retransmissions.
            assertThat(withText(net.packets(app, shop)))
                    .hasSizeGreaterThan(1)
                    .containsOnly("PSH,ACK+10");
            assertThat(net.packets(shop, app)).containsExactly(HANDSHAKE);
            net.link(app, shop).heal();
        }
        net.finish();
        Rig.wire(
                net,
                app,
                shop,
                "SYN ACK PSH,ACK+10* FIN,ACK FIN,PSH,ACK+10 ACK",
                "SYN,ACK ACK*2 FIN,ACK");
    }

    @Test
    void anAddressThatIsInUse(SimNet net, NetHost shop) throws Exception {
        try (ServerSocket listening = shop.serverSocket(80)) {
            assertThat(listening.isBound()).isTrue();
            assertThatThrownBy(() -> shop.serverSocket(80))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("Address already in use");
        }
        assertThat(net.packets()).isEmpty();
    }
}
