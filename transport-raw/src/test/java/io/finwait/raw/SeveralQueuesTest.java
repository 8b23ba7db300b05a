package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.DrainReport;
import io.finwait.driver.DriverGroup;
import io.finwait.spi.Transport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * A device with two queues, each with a driver of its own; the Linux kernel decides where its
 * packets go. The kernel is the client of all connections but a few.
 */
@Timeout(180)
class SeveralQueuesTest {

    private static final String DEVICE = "fwq0";
    private static final String OURS = "10.79.0.2";
    private static final String KERNELS = "10.79.0.1";
    private static final int PORT = 7;
    private static final int MESSAGE = 4;
    private static final long PATIENCE_NS = 60_000_000_000L;

    private NetworkNamespace kernel;
    private NetworkNamespace ours;

    @BeforeEach
    void open() {
        kernel = Lab.namespace();
    }

    @AfterEach
    void close() {
        kernel.close();
        if (ours != null) {
            ours.close();
        }
    }

    private static EndpointConfig config() {
        return EndpointConfig.at(OURS).build();
    }

    private TunOptions tun() {
        return TunOptions.named(DEVICE).address(KERNELS + "/24").netns(kernel.name());
    }

    private String uri(String scheme) {
        return switch (scheme) {
            case "tun" -> "tun:%s?address=%s/24&netns=%s".formatted(DEVICE, KERNELS, kernel.name());
            case "tap" ->
                    "tap:%s?address=%s/24&own=%s/24&offload=on&netns=%s"
                            .formatted(DEVICE, KERNELS, OURS, kernel.name());
            default -> "packet:%s?own=%s/24&netns=%s".formatted(veth(), OURS, ours.name());
        };
    }

    private String veth() {
        ours = Lab.namespace();
        String[] pair = {
            "ip", "link", "add", "fwq1", "type", "veth", "peer", "name", DEVICE, "netns"
        };
        List<String> command = new ArrayList<>(List.of(pair));
        command.add(kernel.name());
        ours.exec(command.toArray(String[]::new));
        ours.exec("ip", "link", "set", "fwq1", "up");
        kernel.exec("ip", "addr", "add", KERNELS + "/24", "dev", DEVICE);
        kernel.exec("ip", "link", "set", DEVICE, "up");
        Lab.awaitLink(ours, "fwq1");
        return "fwq1";
    }

    /** Serves at every driver: sends each message back, and closes behind the second. */
    private static void serve(DriverGroup group) {
        for (AsyncListener each : group.listen(PORT, 4_096).join().listeners()) {
            acceptNext(each);
        }
    }

    private static void acceptNext(AsyncListener listener) {
        CompletableFuture<AsyncConnection> _ =
                listener.accept()
                        .whenComplete(
                                (connection, closed) -> {
                                    if (connection != null) {
                                        echo(connection, 2);
                                        acceptNext(listener);
                                    }
                                });
    }

    private static void echo(AsyncConnection connection, int times) {
        ByteBuffer message = ByteBuffer.allocate(MESSAGE);
        CompletableFuture<Void> _ =
                connection
                        .read(message)
                        .thenCompose(count -> connection.write(message.flip()))
                        .thenRun(
                                () -> {
                                    if (times > 1) {
                                        echo(connection, times - 1);
                                    } else {
                                        CompletableFuture<CloseReason> _ = connection.close();
                                    }
                                });
    }

    private List<SocketChannel> kernelConnects(int count) {
        return kernel.call(
                () -> {
                    List<SocketChannel> all = new ArrayList<>();
                    for (int i = 0; i < count; i++) {
                        all.add(SocketChannel.open(new InetSocketAddress(OURS, PORT)));
                    }
                    return all;
                });
    }

    private static void sendAndGet(List<SocketChannel> all) throws IOException {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).write(ByteBuffer.allocate(MESSAGE).putInt(0, i));
        }
        for (int i = 0; i < all.size(); i++) {
            ByteBuffer got = ByteBuffer.allocate(MESSAGE);
            while (got.hasRemaining() && all.get(i).read(got) >= 0) {
                assertThat(got.position()).isPositive();
            }
            assertThat(got.getInt(0)).isEqualTo(i);
        }
    }

    private static void end(List<SocketChannel> all) throws IOException {
        for (SocketChannel each : all) {
            assertThat(each.read(ByteBuffer.allocate(1))).as("FIN").isEqualTo(-1);
            each.close();
        }
    }

    /** The kernel has got the last ACK of every connection that it closed second. */
    private void awaitLastAcks() {
        long begun = System.nanoTime();
        String open = "?";
        while (!open.isEmpty() && System.nanoTime() - begun < PATIENCE_NS) {
            open = kernel.exec("ss", "-Htan", "state", "last-ack");
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(open).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tun", "tap", "packet"})
    void twoDriversServeTheKernel(String scheme) throws Exception {
        try (DriverGroup group = DriverGroup.open(config(), uri(scheme), 2)) {
            serve(group);
            List<SocketChannel> all = kernelConnects(200);
            sendAndGet(all);
            sendAndGet(all);
            end(all);
            awaitLastAcks();
            assertThat(group.callAll(each -> each.counters().get(Counter.PASSIVE_OPENS)).join())
                    .allMatch(opens -> opens > 20);
            assertThat(group.states().join().get(State.TIME_WAIT)).isEqualTo(200);
            assertThat(group.counters().join().get(Counter.RESETS_OUT)).isZero();
            assertThat(group.dropped()).isZero();
            weConnect(group);
            DrainReport report = group.shutdown(Duration.ofSeconds(20)).join();
            assertThat(report.isClean()).isTrue();
        }
    }

    /** Each driver connects to the kernel from ports of its own. */
    private void weConnect(DriverGroup group) throws IOException {
        try (ServerSocketChannel server =
                kernel.call(
                        () ->
                                ServerSocketChannel.open()
                                        .bind(new InetSocketAddress(KERNELS, PORT)))) {
            for (int i = 0; i < 10; i++) {
                AsyncConnection connection = group.connect(IpAddress.parse(KERNELS), PORT).join();
                try (SocketChannel accepted = server.accept()) {
                    accepted.write(ByteBuffer.allocate(MESSAGE));
                    assertThat(connection.read(ByteBuffer.allocate(MESSAGE)).join())
                            .isEqualTo(MESSAGE);
                }
                connection.close().join();
            }
        }
    }

    /**
     * How often a flow changes its queue is the kernel's affair: none is reset, or waits for ever.
     */
    private void flowsThatMove(int flows, Duration idle) throws Exception {
        LostLastAcks losing = new LostLastAcks();
        List<Transport> queues = new ArrayList<>();
        for (TunTransport each : TunTransport.openQueues(tun(), 2)) {
            queues.add(losing.on(each));
        }
        try (DriverGroup group = DriverGroup.start(config(), queues)) {
            serve(group);
            List<SocketChannel> all = kernelConnects(flows);
            sendAndGet(all);
            long before = group.handedOver();
            LockSupport.parkNanos(idle.toNanos());
            sendAndGet(all);
            end(all);
            awaitLastAcks();
            System.out.println(
                    flows
                            + " flows, idle for "
                            + idle.toSeconds()
                            + " s: "
                            + before
                            + " packets handed over before, "
                            + (group.handedOver() - before)
                            + " afterwards, last ACKs lost: "
                            + losing.count());
            assertThat(losing.count()).isEqualTo(flows);
            assertThat(group.handedOver()).isPositive();
            assertThat(group.dropped()).isZero();
            assertThat(group.counters().join().get(Counter.RESETS_OUT)).isZero();
            assertThat(group.counters().join().get(Counter.RESETS_IN)).isZero();
            assertThat(group.states().join().get(State.TIME_WAIT)).isEqualTo(flows);
        }
    }

    @Test
    void lostLastAcksAreRepeated() throws Exception {
        flowsThatMove(1_000, Duration.ZERO);
    }

    /** Behind three seconds the kernel has forgotten where a flow belongs. */
    @Test
    @Tag("thorough")
    void tenThousandFlowsThatTheKernelMoves() throws Exception {
        flowsThatMove(10_000, Duration.ofSeconds(10));
    }

    @Test
    void aDeviceOfOneQueueIsNoDeviceOfTwo() {
        try (TunTransport one = TunTransport.open(tun())) {
            assertThat(one.name()).isEqualTo(DEVICE);
            assertThatThrownBy(() -> TunTransport.openQueues(tun(), 2))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("'fwq0' is an interface of another kind, or has one");
        }
        List<TunTransport> two = TunTransport.openQueues(tun(), 2);
        assertThat(two).extracting(TunTransport::name).containsOnly(DEVICE);
        two.forEach(TunTransport::close);
    }

    @Test
    void duplicatesAreNotLookedForWithTwoQueues() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DriverGroup.open(config(), uri("tap") + "&probing=on", 2))
                .withMessageContaining("goes with one queue only");
        // Nothing is left open.
        DriverGroup.open(config(), uri("tap"), 2).close();
    }
}
