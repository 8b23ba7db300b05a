package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;

import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
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
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;

/**
 * A name that has several addresses, at the first of which nobody listens: a socket of {@code
 * java.net} tries the first one only, as the JDK's do, and HTTP clients try them all.
 */
@Timeout(60)
class SeveralAddressesTest {

    private static final int PORT = 80;

    private final SimNet net = SimNet.create(1, Threads.FREE, Time.REAL);
    private final NetHost client = net.host("client");
    private final NetHost down = net.host("down");
    private final NetHost up = net.host("up");
    private final MockWebServer server = new MockWebServer();

    @BeforeEach
    void start() throws IOException {
        net.name("Shop", down.address(), up.address());
        server.setServerSocketFactory(up.serverSocketFactory());
        server.start(up.address(), PORT);
        server.enqueue(new MockResponse.Builder().body("open").build());
    }

    @AfterEach
    void close() {
        server.close();
        net.close();
    }

    private void firstIsRefusedAndSecondIsAsked() {
        assertThat(net.packets(down, client)).as("the first refuses").contains("RST,ACK");
        assertThat(net.packets(client, up)).as("the second is asked").contains("SYN");
    }

    @Test
    void okHttpTriesOneAfterTheOther() throws IOException {
        OkHttpClient okHttp =
                new OkHttpClient.Builder()
                        .socketFactory(client.socketFactory())
                        .dns(client::addressesOf)
                        .build();
        Request request = new Request.Builder().url("http://shop/").build();
        try (Response response = okHttp.newCall(request).execute()) {
            assertThat(response.body().string()).isEqualTo("open");
        } finally {
            okHttp.connectionPool().evictAll();
            okHttp.dispatcher().executorService().shutdown();
        }
        firstIsRefusedAndSecondIsAsked();
    }

    /** What Apache's client asks. */
    private final class Resolver implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return client.addressesOf(host).toArray(InetAddress[]::new);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    @Test
    void apachesClientTriesOneAfterTheOther() throws IOException {
        DefaultHttpClientConnectionOperator operator =
                new DefaultHttpClientConnectionOperator(
                        proxy -> client.socket(),
                        null,
                        new Resolver(),
                        RegistryBuilder.<TlsSocketStrategy>create().build());
        try (CloseableHttpClient apache =
                HttpClients.custom()
                        .disableAutomaticRetries()
                        .setConnectionManager(
                                new PoolingHttpClientConnectionManager(
                                        operator,
                                        PoolConcurrencyPolicy.STRICT,
                                        PoolReusePolicy.LIFO,
                                        TimeValue.NEG_ONE_MILLISECOND,
                                        null))
                        .build()) {
            String body =
                    apache.execute(
                            new HttpGet("http://shop/"),
                            response -> EntityUtils.toString(response.getEntity()));
            assertThat(body).isEqualTo("open");
        }
        firstIsRefusedAndSecondIsAsked();
    }

    @Test
    void aSocketTriesTheFirstAsTheJdksDo() throws IOException {
        assertThatThrownBy(() -> client.socketFactory().createSocket("shop", PORT).close())
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        net.name("shop-too", up.address(), down.address());
        try (Socket socket = client.socketFactory().createSocket("shop-too", PORT);
                Socket unresolved = client.socket()) {
            unresolved.connect(InetSocketAddress.createUnresolved("SHOP-TOO", PORT));
            assertThat(socket.getInetAddress()).isEqualTo(up.address());
            assertThat(unresolved.getInetAddress()).isEqualTo(up.address());
        }
    }

    @Test
    void eachHostIsItsOwnLocalhost() throws IOException {
        try (ServerSocket listening = up.serverSocket(PORT + 1);
                Socket socket = up.socketFactory().createSocket("localhost", PORT + 1);
                Socket accepted = listening.accept()) {
            socket.getOutputStream().write('x');
            assertThat(accepted.getInputStream().read()).isEqualTo('x');
            assertThat(socket.getInetAddress()).isEqualTo(up.address());
        }
        assertThatThrownBy(() -> client.socketFactory().createSocket("localhost", PORT + 1).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void aHostHasTwoAddressesAndNobodyElseIsAsked() throws IOException {
        assertThat(client.addressesOf("UP")).isEqualTo(List.of(up.address(), up.address6()));
        assertThat(client.addressesOf("shop")).isEqualTo(List.of(down.address(), up.address()));
        assertThat(client.addressesOf("10.0.0.9"))
                .containsExactly(InetAddress.getByName("10.0.0.9"));
        assertThatThrownBy(() -> client.addressesOf("elsewhere.invalid"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("elsewhere.invalid");
        assertThatThrownBy(() -> net.name("empty"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no address");
    }
}
