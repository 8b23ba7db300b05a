package io.finwait.nio.gateway;

import static io.finwait.nio.gateway.GatewayLab.PATIENCE_SECONDS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What a gateway's packets may come by. */
@Timeout(60)
class GatewayTransportsTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir Path folder;

    private String uri(String parameters) {
        return "unix:" + folder.resolve("s") + "?" + parameters;
    }

    @Test
    void aUnixSocket() throws Exception {
        Policy routes =
                Policy.standard().map(GatewayLab.HOST, 0, new InetSocketAddress(LOOPBACK, 0));
        try (ServerSocket listening = new ServerSocket(0, 50, LOOPBACK);
                Gateway gateway =
                        Gateway.over(Transports.open(uri("role=server"))).router(routes).open()) {
            listening.setSoTimeout((int) PATIENCE_SECONDS * 1000);
            Driver driver =
                    Driver.start(
                            EndpointConfig.at("10.0.2.15").build(),
                            Transports.open(uri("role=client")));
            AsyncConnection client =
                    driver.connect(GatewayLab.HOST, listening.getLocalPort())
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            try (Socket server = listening.accept()) {
                CompletableFuture<Void> unused = client.write(ByteBuffer.allocate(5_000));
                unused = client.shutdownOutput();
                assertThat(server.getInputStream().readAllBytes()).hasSize(5_000);
                server.getOutputStream().write(new byte[7_000]);
            }
            assertThat(GatewayLab.readAll(client)).hasSize(7_000);
            driver.shutdown(Duration.ZERO).join();
            int left = gateway.shutdown(Duration.ZERO).join();
            assertThat(left).isZero();
        }
    }

    /** Its packets would be dropped, as their sources are not the host's own. */
    @ParameterizedTest
    @ValueSource(strings = {"medium=ethernet&own=10.0.2.2/24", "medium=ethernet"})
    void aHostOfAnEthernetIsRefused(String parameters) {
        Transport frames = Transports.open(uri("role=server&" + parameters));
        assertThatThrownBy(() -> Gateway.over(frames).open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose a transport of IP packets");
        assertThat(frames.claim(100)).as("it is closed").isNull();
    }
}
