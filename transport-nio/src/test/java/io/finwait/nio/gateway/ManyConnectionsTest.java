package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Many connections at once through a gateway, one packet in a hundred lost between it and its
 * clients, each end ended at random: nothing is left afterwards, neither connections nor open files
 * nor threads. {@code -Dfinwait.gateway.connections=10000} are that many at a time, and {@code
 * -Dfinwait.gateway.rounds=100} do so again and again over the same gateway.
 */
@Timeout(3_600)
class ManyConnectionsTest {

    private static final int CONNECTIONS = Integer.getInteger("finwait.gateway.connections", 100);
    private static final int ROUNDS = Integer.getInteger("finwait.gateway.rounds", 2);

    /** How many open at the same time: fewer than what a kernel lets wait to be accepted. */
    private static final int STEP = 100;

    private static final long PATIENCE_NS = 300_000_000_000L;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Random random = new Random(22);

    /** An end each of one connection, told by the number that the client has sent. */
    private record Pair(AsyncConnection client, SocketChannel server) {}

    @Test
    void nothingIsLeft() throws Exception {
        // The first one opens files for good: libraries, and where classes are.
        play(1, 1);
        long files = openFiles();
        play(CONNECTIONS, ROUNDS);
        await("open files at the end", () -> openFiles() <= files);
    }

    private void play(int connections, int rounds) throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(LOOPBACK, 0);
        UdpTransport below = UdpTransport.withFirst(anyPort, 1400);
        LinkModel lossy = LinkModel.perfect().loss(0.01);
        UdpTransport clients = UdpTransport.between(anyPort, below.localAddress(), 1400);
        Policy routes = Policy.standard().map(GatewayLab.HOST, 0, anyPort);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anyPort, 1_000);
                Gateway gateway = Gateway.over(below).router(routes).open();
                Driver driver =
                        Driver.start(
                                EndpointConfig.at("10.0.2.15").build(),
                                new FaultTransport(clients, lossy, lossy, 22))) {
            long threads = Thread.activeCount();
            long filesOpen = openFiles();
            for (int round = 0; round < rounds; round++) {
                List<Pair> open = open(connections, driver, server);
                assertThat(gateway.statistics().open()).isEqualTo(connections);
                open.forEach(this::end);
                await("at the gateway", () -> gateway.statistics().open() == 0);
                await("of its endpoint", () -> connections(gateway.driver()) == 0);
                await("of the clients", () -> connections(driver) == 0);
                await("open files", () -> openFiles() <= filesOpen);
            }
            assertThat(gateway.statistics().get(Count.OPENED))
                    .isEqualTo((long) connections * rounds);
            assertThat(Thread.activeCount()).isLessThanOrEqualTo((int) threads);
        }
    }

    private static List<Pair> open(int connections, Driver driver, ServerSocketChannel server)
            throws Exception {
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        List<Pair> open = new ArrayList<>();
        while (open.size() < connections) {
            int many = Math.min(STEP, connections - open.size());
            List<CompletableFuture<AsyncConnection>> calls = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                calls.add(driver.connect(GatewayLab.HOST, port));
            }
            AsyncConnection[] clients = new AsyncConnection[many];
            for (int i = 0; i < many; i++) {
                clients[i] = calls.get(i).get(PATIENCE_NS, TimeUnit.NANOSECONDS);
                ByteBuffer number = ByteBuffer.allocate(Integer.BYTES).putInt(0, i);
                CompletableFuture<?> unused = clients[i].write(number);
            }
            for (int i = 0; i < many; i++) {
                SocketChannel accepted = server.accept();
                ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
                while (number.hasRemaining() && accepted.read(number) >= 0) {
                    assertThat(number.position()).isLessThanOrEqualTo(Integer.BYTES);
                }
                open.add(new Pair(clients[number.getInt(0)], accepted));
            }
        }
        return open;
    }

    /** Either end says something or not, resets, half-closes or closes; in the end both close. */
    private void end(Pair pair) {
        AsyncConnection client = pair.client;
        try (SocketChannel server = pair.server) {
            CompletableFuture<?> unused = null;
            if (random.nextBoolean()) {
                unused = client.write(ByteBuffer.allocate(1 + random.nextInt(5_000)));
            }
            if (random.nextBoolean()) {
                server.write(ByteBuffer.allocate(1 + random.nextInt(5_000)));
            }
            switch (random.nextInt(5)) {
                case 0 -> unused = client.abort();
                case 1 -> unused = client.shutdownOutput();
                case 2 -> server.shutdownOutput();
                case 3 -> server.setOption(StandardSocketOptions.SO_LINGER, 0);
                default -> unused = client.closeGracefully(Duration.ofSeconds(5));
            }
            unused = client.close();
            assertThat(unused).isNotNull();
        } catch (IOException e) {
            // The other end has reset meanwhile.
            CompletableFuture<?> unused = client.close();
            assertThat(unused).isNotNull();
        }
    }

    private static int connections(Driver driver) {
        return driver.call(endpoint -> endpoint.connectionCount()).join();
    }

    /** Those of this process; always 0 where there is no list of them. */
    private static long openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(10_000_000);
        }
    }
}
