package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * A client of our TCP, a gateway that it reaches by datagrams, and a server of the kernel's behind
 * that, which the client calls {@link #HOST}.
 */
final class GatewayLab implements AutoCloseable {

    static final IpAddress HOST = IpAddress.parse("10.0.2.2");
    static final long PATIENCE_SECONDS = 20;

    final Gateway gateway;
    final Driver client;
    final Cable cable;
    final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    GatewayLab() throws IOException {
        this(policy -> policy, gateway -> gateway, config -> config);
    }

    GatewayLab(
            UnaryOperator<Policy> policy,
            UnaryOperator<Gateway.Builder> settings,
            UnaryOperator<EndpointConfig.Builder> clients)
            throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Policy routes = policy.apply(Policy.standard()).map(HOST, 0, loopback);
        gateway = settings.apply(Gateway.over(below).router(routes)).open();
        cable = new Cable(UdpTransport.between(anyPort, below.localAddress(), 1400));
        client = Driver.start(clients.apply(EndpointConfig.at("10.0.2.15")).build(), cable);
    }

    CompletableFuture<AsyncConnection> call() {
        return client.connect(HOST, server.getLocalPort());
    }

    AsyncConnection connect() throws Exception {
        return call().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Socket accept() throws IOException {
        server.setSoTimeout((int) PATIENCE_SECONDS * 1000);
        Socket accepted = server.accept();
        accepted.setSoTimeout((int) PATIENCE_SECONDS * 1000);
        return accepted;
    }

    static byte[] readAll(AsyncConnection connection) throws Exception {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        while (connection.read(all).get(PATIENCE_SECONDS, TimeUnit.SECONDS) >= 0) {
            assertThat(all.hasRemaining()).isTrue();
        }
        byte[] octets = new byte[all.flip().remaining()];
        all.get(octets);
        return octets;
    }

    long count(Count what) {
        return gateway.statistics().get(what);
    }

    /** Waits until something has come true, as it does on other threads. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }

    void awaitNothingLeft() {
        await("connections at the gateway", () -> gateway.statistics().open() == 0);
        await(
                "connections of the endpoint",
                () -> gateway.driver().call(endpoint -> endpoint.connectionCount()).join() == 0);
    }

    @Override
    public void close() throws IOException {
        client.shutdown(Duration.ZERO).join();
        int unused = gateway.shutdown(Duration.ZERO).join();
        server.close();
    }
}
