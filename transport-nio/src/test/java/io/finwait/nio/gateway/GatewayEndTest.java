package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.nio.UdpTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** How a gateway ends, whoever or whatever ends it, and what it says then and afterwards. */
@Timeout(60)
class GatewayEndTest {

    private static final Duration LONG = Duration.ofHours(1);

    private static GatewayLab lab(Router router) throws IOException {
        return new GatewayLab(policy -> policy, gateway -> gateway.router(router), c -> c);
    }

    private static void assertReset(Socket server) {
        assertThatThrownBy(() -> server.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void whatIsLeftIsResetWhenItsDriverEnds() throws Exception {
        try (GatewayLab lab = new GatewayLab()) {
            AsyncConnection client = lab.connect();
            try (Socket server = lab.accept()) {
                GatewayLab.await("open", () -> lab.count(Count.OPENED) == 1);
                Object unused = lab.gateway.driver().shutdown(Duration.ZERO).join();
                assertReset(server);
                GatewayStatistics after = lab.gateway.statistics();
                assertThat(after.get(Count.OPENED)).isEqualTo(1);
                assertThat(after.open()).isZero();
                assertThat(client.ended().get(20, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    /** As when a device is removed. */
    @Test
    void aTransportThatFailsEndsADrain() throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Transport failing =
                new ForwardingTransport(UdpTransport.withFirst(anyPort, 1400)) {
                    @Override
                    public int receive(PacketBatch into, long nowNs) {
                        if (fails.get()) {
                            throw new UncheckedIOException(new IOException("the device is gone"));
                        }
                        return super.receive(into, nowNs);
                    }
                };
        Gateway gateway = Gateway.over(failing).open();
        // Something is open, and so the drain lasts.
        Object connection =
                gateway.driver().call(endpoint -> endpoint.connect(GatewayLab.HOST, 9)).join();
        assertThat(connection).isNotNull();
        CompletableFuture<Integer> stopped = gateway.shutdown(LONG);
        assertThat(gateway.statistics().open()).isZero();
        assertThat(stopped).isNotDone();
        fails.set(true);
        failing.wakeup();
        assertThat(stopped.get(20, TimeUnit.SECONDS)).isZero();
        assertThat(gateway.driver().stopped().join().failure())
                .hasMessageContaining("the device is gone");
        // Nothing is left to wait for.
        assertThat(gateway.shutdown(LONG).get(20, TimeUnit.SECONDS)).isZero();
        gateway.close();
    }

    @Test
    void itsOwnThreadAsksForStatisticsAndCantWaitForItsEnd() throws Exception {
        CompletableFuture<Gateway> gateway = new CompletableFuture<>();
        CompletableFuture<GatewayStatistics> seen = new CompletableFuture<>();
        Router router =
                call -> {
                    seen.complete(gateway.join().statistics());
                    gateway.join().close();
                    return new Onward.Ignored();
                };
        try (GatewayLab lab = lab(router)) {
            boolean unused = gateway.complete(lab.gateway);
            assertRefused(lab);
            assertThat(seen.get(20, TimeUnit.SECONDS).get(Count.CALLS)).isEqualTo(1);
            assertThat(lab.count(Count.REFUSED)).isEqualTo(1);
        }
    }

    private static void assertRefused(GatewayLab lab) {
        assertThatThrownBy(lab::connect)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectException.class);
    }

    /** Also of a datagram, which the endpoint does not see. */
    @Test
    void anErrorOfTheRouterRefusesTheCallAlone() throws Exception {
        Router router =
                call -> {
                    throw new NoClassDefFoundError("a fault of the test's");
                };
        try (GatewayLab lab = lab(router)) {
            assertRefused(lab);
            assertThat(lab.gateway.route(null)).isInstanceOf(Onward.Refused.class);
            assertRefused(lab);
        }
    }

    @Test
    void aConfigurationThatCantBeClosesTheTransport() throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Transport below =
                new ForwardingTransport(UdpTransport.withFirst(anyPort, 1400)) {
                    @Override
                    public void close() {
                        closed.set(true);
                        super.close();
                    }
                };
        Gateway.Builder builder =
                Gateway.over(below)
                        .endpoint(
                                config -> {
                                    throw new IllegalArgumentException("a fault of the test's");
                                });
        assertThatThrownBy(builder::open).isInstanceOf(IllegalArgumentException.class);
        assertThat(closed).isTrue();
    }
}
