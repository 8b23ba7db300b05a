package io.finwait.nio.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.nio.UdpTransport;
import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.nio.gateway.ObedientServer.Wish;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Many connections through one gateway, one packet in a hundred lost between it and its clients,
 * ended at random by either end; and clients and servers that are killed meanwhile. A client that
 * is killed is heard no more: no FIN, no RST. A server that is killed is a process, whose kernel
 * ends its connections. Afterwards nothing is left of any: no half-closed connection at either side
 * of the gateway, no open file, no block of memory, no thread.
 *
 * <p>{@code -Dfinwait.gateway.killed=1000000} are a million; 100,000 take 74 s on two processors
 * that have nothing else to do.
 */
@Tag("thorough")
@Timeout(3_600)
class KilledEndsTest {

    private static final int CONNECTIONS = Integer.getInteger("finwait.gateway.killed", 20_000);

    /** How many a client opens before something is killed. */
    private static final int EACH = Math.min(2_000, CONNECTIONS / 2);

    /** One in so many stays open until then. */
    private static final int STAYING = 20;

    private static final int AT_ONCE = 250;
    private static final int CLIENTS_AT_ONCE = 4;

    /** After this silence of a client it is given up. */
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static final long PATIENCE_S = 120;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final UdpTransport below = UdpTransport.withMany(ANY_PORT, 1400);
    private final List<Integer> ports = new ArrayList<>();
    private ObedientServer lasting;
    private int nextClient = 1;

    @Test
    @SuppressWarnings("try") // The server's thread ends when it is closed, and is waited for.
    void nothingIsLeftOfThem() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS_AT_ONCE);
        try (ObedientServer server = new ObedientServer()) {
            lasting = server;
            ports.add(server.port());
            Thread serving = new Thread(server, "server");
            serving.start();
            Gateway gateway =
                    Gateway.over(below)
                            .router(Policy.standard().map(GatewayLab.HOST, 0, ANY_PORT))
                            .keepAlive(Duration.ofSeconds(1))
                            .userTimeout(SILENCE)
                            .open();
            try (gateway) {
                // The first ones open files for good: libraries, and where classes are.
                play(threads, 2, 20);
                awaitNothingLeft(gateway);
                long files = openFiles();
                int rounds = CONNECTIONS / EACH;
                long begun = System.nanoTime();
                play(threads, rounds, EACH);
                awaitNothingLeft(gateway);
                double seconds = (System.nanoTime() - begun) / 1e9;
                await("open files", () -> openFiles() <= files);
                assertThat(halfClosed()).isEmpty();
                everyOneHasAnEnd(gateway.statistics());
                System.out.printf(
                        "%d connections in %.1f s, %.0f a second; %s%n",
                        rounds * EACH, seconds, rounds * EACH / seconds, gateway.statistics());
            }
            server.close();
            serving.join();
        } finally {
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        await("threads", () -> names("finwait").isEmpty());
    }

    /** Each client has its own address, and the next has another one. */
    private void play(ExecutorService threads, int clients, int connections) throws Exception {
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = nextClient++;
            boolean killsServer = i % 10 == 1;
            all.add(
                    () -> {
                        try (Client client = new Client(number)) {
                            client.play(connections, killsServer);
                        }
                        return null;
                    });
        }
        for (Future<Void> each : threads.invokeAll(all)) {
            each.get();
        }
    }

    private static void everyOneHasAnEnd(GatewayStatistics counted) {
        assertThat(
                        counted.get(Count.CLOSED)
                                + counted.get(Count.RESET_BY_CLIENT)
                                + counted.get(Count.RESET_BY_SERVER))
                .as("%s", counted)
                .isEqualTo(counted.get(Count.OPENED));
        // A client that resets at once is gone before it is told to be there.
        assertThat(counted.get(Count.OPENED) + counted.get(Count.CLIENT_GONE))
                .isGreaterThan(CONNECTIONS * 9L / 10);
        assertThat(counted.get(Count.UNREACHABLE)).isZero();
        assertThat(counted.get(Count.NO_SOCKET)).isZero();
    }

    /** One client, and what becomes of its connections. */
    private final class Client implements AutoCloseable {

        private final Random random;
        private final Cable cable;
        private final Driver driver;
        private final Semaphore places = new Semaphore(AT_ONCE);
        private final List<AsyncConnection> staying = new ArrayList<>();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger connected = new AtomicInteger();
        private volatile boolean killed;

        Client(int number) {
            random = new Random(number);
            LinkModel lossy = LinkModel.perfect().loss(0.01);
            UdpTransport udp = UdpTransport.between(ANY_PORT, below.localAddress(), 1400);
            cable = new Cable(new FaultTransport(udp, lossy, lossy, number));
            String address = "10.1." + (number >> 8) + "." + (number & 0xFF);
            driver = Driver.start(EndpointConfig.at(address).build(), cable);
        }

        void play(int connections, boolean killsServer) throws Exception {
            if (killsServer) {
                Process server = start();
                try {
                    open(connections, port(server));
                    // Those that stay are idle then, and others are at any point of their ends.
                    killed = true;
                    server.destroyForcibly();
                    for (AsyncConnection each : staying()) {
                        assertThat(each.ended().get(PATIENCE_S, TimeUnit.SECONDS)).isNotNull();
                    }
                } finally {
                    server.destroyForcibly().waitFor();
                }
                assertThat(places.tryAcquire(AT_ONCE, PATIENCE_S, TimeUnit.SECONDS)).isTrue();
            } else {
                open(connections, lasting.port());
                killed = true;
                cable.cut();
            }
            assertThat(failures).isEmpty();
        }

        private void open(int connections, int port) throws InterruptedException {
            for (int i = 0; i < connections; i++) {
                assertThat(places.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
                boolean stays = i % STAYING == 0;
                Wish wish = stays ? Wish.STAY : Wish.values()[random.nextInt(5)];
                int ending = random.nextInt(4);
                CompletableFuture<?> life =
                        driver.connect(GatewayLab.HOST, port)
                                .whenComplete(this::connected)
                                .thenCompose(connection -> begin(connection, wish, stays, ending))
                                .whenComplete((end, failure) -> places.release());
                assertThat(life).isNotNull();
            }
            // The last ones may still be on their way.
            await("connected", () -> connected.get() >= connections - connections / 20);
        }

        private List<AsyncConnection> staying() {
            synchronized (staying) {
                return List.copyOf(staying);
            }
        }

        private void connected(AsyncConnection connection, Throwable failure) {
            if (failure != null && !killed) {
                failures.add(failure.toString());
            }
            connected.incrementAndGet();
        }

        private CompletableFuture<?> begin(
                AsyncConnection connection, Wish wish, boolean stays, int ending) {
            // A RST may be lost, and who only reads never hears of it otherwise.
            CompletableFuture<?> probed =
                    connection.call(
                            each -> {
                                each.keepAlive(SECOND_NS, SECOND_NS, 8);
                                return null;
                            });
            assertThat(probed).isNotNull();
            int octets = stays ? 1 : 1 + (ending + wish.ordinal() * 700) % 5_000;
            CompletableFuture<Void> written =
                    connection.write(ByteBuffer.allocate(octets).put(0, (byte) wish.ordinal()));
            if (stays) {
                synchronized (staying) {
                    staying.add(connection);
                }
                CompletableFuture<?> unused = readsToEnd(connection);
                return written;
            }
            return switch (ending) {
                case 0 -> written.thenCompose(nothing -> connection.abort());
                case 1 -> connection.close();
                case 2 -> connection.closeGracefully(Duration.ofSeconds(20));
                default -> halfCloses(connection);
            };
        }

        private static CompletableFuture<?> halfCloses(AsyncConnection connection) {
            CompletableFuture<Void> unused = connection.shutdownOutput();
            return readsToEnd(connection);
        }

        private static CompletableFuture<?> readsToEnd(AsyncConnection connection) {
            return readToEnd(connection, ByteBuffer.allocate(2_000))
                    .handle(
                            (nothing, failure) -> {
                                CompletableFuture<?> unused = connection.close();
                                return null;
                            });
        }

        private static CompletableFuture<Void> readToEnd(AsyncConnection from, ByteBuffer into) {
            return from.read(into.clear())
                    .thenCompose(
                            octets ->
                                    octets < 0
                                            ? CompletableFuture.completedFuture(null)
                                            : readToEnd(from, into));
        }

        @Override
        public void close() {
            driver.shutdown(Duration.ZERO).join();
        }
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ObedientServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private int port(Process server) throws IOException {
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        int port = Integer.parseInt(said.readLine());
        synchronized (ports) {
            ports.add(port);
        }
        return port;
    }

    // What is left.

    private void awaitNothingLeft(Gateway gateway) {
        await("connections at the gateway", () -> gateway.statistics().open() == 0);
        await("at its endpoint", () -> gateway.driver().call(e -> e.connectionCount()).join() == 0);
        await("blocks", () -> gateway.driver().call(KilledEndsTest::blocks).join() == 0);
        await("at the server", () -> lasting.open() == 0);
        await("the kernel's half-closed ones", () -> halfClosed().isEmpty());
    }

    private static int blocks(Endpoint endpoint) {
        return ((TcpEndpoint) endpoint).pool().inUse();
    }

    /** What the kernel has of connections with our servers, without TIME-WAIT and listeners. */
    private List<String> halfClosed() {
        List<String> left = new ArrayList<>();
        try {
            for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
                if (Files.isReadable(Path.of(table))) {
                    Files.readAllLines(Path.of(table)).stream()
                            .filter(this::isLeft)
                            .forEach(left::add);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return left;
    }

    private boolean isLeft(String line) {
        String[] columns = line.trim().split("\\s+", -1);
        boolean over = columns[3].equals("06") || columns[3].equals("0A");
        return !over && !columns[3].equals("st") && (isOurs(columns[1]) || isOurs(columns[2]));
    }

    private boolean isOurs(String socket) {
        int port = Integer.parseInt(socket.substring(socket.lastIndexOf(':') + 1), 16);
        synchronized (ports) {
            return ports.contains(port);
        }
    }

    /** Those of this process; always 0 where there is no list of them. */
    private static long openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private static List<String> names(String beginning) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(beginning))
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_S * SECOND_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(10_000_000);
        }
    }
}
