package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Capabilities;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.MailboxTransport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Two drivers with one address, on threads of their own, and one client. What the client sends
 * comes in at either queue in turn, so that half of it comes in at the wrong one.
 */
@Timeout(60)
class DriverGroupTest {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final int CONNECTIONS = 60;
    private static final int FIN_AND_ACK = 0x11;
    private static final int ACK = 0x10;

    private final Clients clients = new Clients();
    private final List<ServersQueue> queues =
            List.of(new ServersQueue(clients), new ServersQueue(clients));
    private final Driver client;
    private final DriverGroup group;

    DriverGroupTest() {
        clients.queues = queues;
        client = Driver.start(EndpointConfig.at("10.0.0.1").build(), clients);
        group = DriverGroup.start(EndpointConfig.at("10.0.0.2").build(), queues);
    }

    @AfterEach
    void stop() {
        ended(client.shutdown(Duration.ZERO));
        ended(group.shutdown(Duration.ZERO));
    }

    /** It is told when nothing ends. */
    private static DrainReport ended(CompletableFuture<DrainReport> stopping) {
        return stopping.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void oneQueueNeedsNoOthers() {
        EndpointConfig config = EndpointConfig.at("127.0.0.1").build();
        try (DriverGroup one = DriverGroup.open(config, "loopback:", 1)) {
            assertThat(one.size()).isEqualTo(1);
            CompletableFuture<GroupListener> listening = one.listen(80, 5);
            GroupListener listener = listening.orTimeout(10, TimeUnit.SECONDS).join();
            CompletableFuture<AsyncConnection> accepting = listener.accept();
            IpAddress own = config.addresses().get(0);
            assertThat(one.connect(own, 80).orTimeout(10, TimeUnit.SECONDS).join().remotePort())
                    .isEqualTo(80);
            assertThat(accepting.orTimeout(10, TimeUnit.SECONDS).join().localPort()).isEqualTo(80);
            assertThat(one.handedOver()).isZero();
            assertThat(one.dropped()).isZero();
        }
    }

    /** The second queue fails as its driver starts: neither stays open. */
    @Test
    void whatCantBeStartedIsClosedAgain() {
        ServersQueue good = new ServersQueue(clients);
        ServersQueue bad = new ServersQueue(clients);
        int[] asked = new int[1];
        ForwardingTransport failing =
                new ForwardingTransport(bad) {
                    @Override
                    public Capabilities capabilities() {
                        if (++asked[0] > 2) {
                            throw new IllegalStateException("planted");
                        }
                        return super.capabilities();
                    }
                };
        assertThatThrownBy(
                        () ->
                                DriverGroup.start(
                                        EndpointConfig.at("10.0.0.2").build(),
                                        List.of(good, failing)))
                .hasMessage("planted");
        assertThat(good.released).isTrue();
        assertThat(bad.released).isTrue();
    }

    private static ByteBuffer octets(int count) {
        return ByteBuffer.allocate(count);
    }

    /** Four octets there and back, closed by the server first. */
    private CompletableFuture<CloseReason> exchange(int port) {
        CompletableFuture<AsyncConnection> asked = client.connect(SERVER, port);
        return asked.thenCompose(
                connection ->
                        connection
                                .write(octets(4))
                                .thenCompose(sent -> connection.read(octets(4)))
                                .thenCompose(count -> connection.read(octets(4)))
                                .thenCompose(end -> connection.close())
                                .thenCompose(closed -> connection.ended()));
    }

    private void serve(GroupListener listener, int times) {
        for (int i = 0; i < times; i++) {
            CompletableFuture<CloseReason> unused =
                    listener.accept()
                            .thenCompose(
                                    each ->
                                            each.read(octets(4))
                                                    .thenCompose(got -> each.write(octets(4)))
                                                    .thenCompose(sent -> each.close()));
        }
    }

    /** How many connections nobody has accepted yet, at both drivers. */
    private int waiting() {
        List<Integer> each =
                group.callAll(
                                endpoint -> {
                                    int[] sum = new int[1];
                                    endpoint.forEachListener(
                                            one -> sum[0] += one.acceptQueueLength());
                                    return sum[0];
                                })
                        .join();
        return each.get(0) + each.get(1);
    }

    private List<CompletableFuture<CloseReason>> exchanges() {
        List<CompletableFuture<CloseReason>> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(exchange(80));
        }
        return all;
    }

    @Test
    void connectionsOfBothWorkThoughHalfOfTheirPacketsComeInAtTheWrongQueue() {
        serve(group.listen(80, 256).join(), CONNECTIONS);
        for (CompletableFuture<CloseReason> each : exchanges()) {
            assertThat(each.join()).isInstanceOf(CloseReason.Orderly.class);
        }
        assertThat(group.handedOver()).isGreaterThan(CONNECTIONS);
        assertThat(group.dropped()).isZero();
        assertThat(group.counters().join().get(Counter.RESETS_OUT)).isZero();
        assertThat(group.counters().join().get(Counter.PASSIVE_OPENS)).isEqualTo(CONNECTIONS);
        assertThat(group.callAll(each -> each.counters().get(Counter.PASSIVE_OPENS)).join())
                .allMatch(opens -> opens > CONNECTIONS / 6);
        assertThat(group.states().join().get(State.TIME_WAIT)).isEqualTo(CONNECTIONS);
        List<NetstatRow> rows = Netstat.merged(group.callAll(Netstat::rows).join());
        assertThat(rows).hasSize(1 + CONNECTIONS);
        assertThat(rows.get(0).state()).isEqualTo("LISTEN");
        assertThat(rows).filteredOn(row -> row.state().equals("TIME_WAIT")).hasSize(CONNECTIONS);
    }

    @Test
    void aLostLastAckIsRepeatedByTheOneThatHasTheConnection() {
        clients.losesLastAcks = true;
        serve(group.listen(80, 256).join(), CONNECTIONS);
        for (CompletableFuture<CloseReason> each : exchanges()) {
            assertThat(each.join()).isInstanceOf(CloseReason.Orderly.class);
        }
        assertThat(clients.lost).hasSize(CONNECTIONS);
        assertThat(group.counters().join().get(Counter.RESETS_OUT)).isZero();
    }

    @Test
    void eachConnectsFromPortsOfItsOwn() {
        AsyncListener listener = client.listen(7, 256).join();
        for (int i = 0; i < 20; i++) {
            AsyncConnection connection = group.connect(CLIENT, 7).join();
            assertThat(connection.localPort() % 2).isEqualTo(i % 2);
            AsyncConnection accepted = listener.accept().join();
            accepted.write(octets(4)).join();
            assertThat(connection.read(octets(4)).join()).isEqualTo(4);
        }
        assertThat(group.handedOver()).isPositive();
        for (int i = 0; i < 2; i++) {
            int port = group.driver(i).bind(null, 0, false).join().port();
            assertThat(port % 2).isEqualTo(i);
        }
    }

    @Test
    void aPortWhosePacketsGoToTheOtherOneIsRefusedWithAWord() {
        assertThatThrownBy(
                        () ->
                                group.driver(0)
                                        .call(each -> each.connect(SERVER, 50_001, CLIENT, 7))
                                        .join())
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "packets to port 50001 from 10.0.0.1:7 go to endpoint 1 of 2, and this is"
                                + " 0; connect there, or from port 0");
        assertThat(
                        group.driver(1)
                                .call(each -> each.connect(SERVER, 50_001, CLIENT, 7).localPort())
                                .join())
                .isEqualTo(50_001);
    }

    @Test
    void nobodyAcceptsMoreThanWereAskedFor() {
        GroupListener listener = group.listen(80, 256).join();
        for (int i = 0; i < 40; i++) {
            client.connect(SERVER, 80).join();
        }
        // A client is connected before its last ACK has reached the server.
        while (waiting() < 40) {
            Thread.onSpinWait();
        }
        assertThat(listener.accept().join().localPort()).isEqualTo(80);
        // Up to two of each driver may have been taken for one caller; who comes next gets them.
        assertThat(waiting()).isBetween(36, 39);
        for (int i = 1; i < 40; i++) {
            assertThat(listener.accept().join()).isNotNull();
        }
        CompletableFuture<AsyncConnection> none = listener.accept();
        assertThat(none).isNotDone();
        listener.close().join();
        assertThatThrownBy(none::join).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> listener.accept().join())
                .hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(() -> client.connect(SERVER, 80).join())
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void whoStopsWaitingTakesNobodysConnection() throws Exception {
        GroupListener listener = group.listen(80, 256).join();
        for (int i = 0; i < 10; i++) {
            assertThat(listener.accept().cancel(false)).isTrue();
        }
        CompletableFuture<AsyncConnection> waits = listener.accept();
        client.connect(SERVER, 80).join();
        assertThat(waits.get(20, TimeUnit.SECONDS).localPort()).isEqualTo(80);
    }

    @Test
    void aPortIsOpenAtAllOrAtNone() {
        group.driver(1).listen(80, 1).join();
        assertThatThrownBy(() -> group.listen(80, 1).join())
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("already listening");
        assertThat(group.driver(0).listen(80, 1).join().port()).isEqualTo(80);
    }

    @Test
    void oneDeadlineForAllAndOneReport() {
        GroupListener listener = group.listen(80, 256).join();
        for (int i = 0; i < 20; i++) {
            client.connect(SERVER, 80).join();
            listener.accept().join();
        }
        DrainReport report = group.shutdown(Duration.ofMillis(50)).join();
        assertThat(report.notEnded()).hasSize(20);
        assertThat(report.failure()).isNull();
        assertThat(group.stopped()).isCompletedWithValue(report);
        assertThat(queues).allMatch(each -> each.released);
    }

    @Test
    void whenOneStopsTheOthersDoNotGoOn() {
        group.driver(1).shutdown(Duration.ZERO).join();
        assertThat(group.stopped().join().isClean()).isTrue();
        assertThat(queues).allMatch(each -> each.released);
    }

    @Test
    void thereIsAtLeastOneQueue() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> DriverGroup.start(EndpointConfig.at("10.0.0.2").build(), List.of()))
                .withMessageContaining("count 0 is out of range; choose 1 to 256");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                DriverGroup.open(
                                        EndpointConfig.at("10.0.0.2").build(), "loopback:", 2))
                .withMessageContaining("has one queue; of several have tun:, tap: and packet:");
    }

    /** The client's end: what it sends comes in at the server's queues in turn. */
    private static final class Clients extends MailboxTransport {

        private List<ServersQueue> queues;
        private volatile boolean losesLastAcks;

        /** The ports of connections whose last ACK was lost. */
        private final Set<Integer> lost = ConcurrentHashMap.newKeySet();

        private final Set<Integer> closing = ConcurrentHashMap.newKeySet();
        private int turn;

        Clients() {
            super(1_500);
        }

        @Override
        protected void send(ByteBuffer packet) {
            if (packet.get(33) == FIN_AND_ACK) {
                closing.add(packet.getShort(20) & 0xFFFF);
            }
            queues.get(turn++ % queues.size()).deliver(packet);
        }

        /** From the server; the first ACK behind the client's FIN is lost. */
        void deliver(ByteBuffer packet) {
            boolean pureAck = packet.get(33) == ACK && packet.remaining() == 52;
            int port = packet.getShort(22) & 0xFFFF;
            if (losesLastAcks && pureAck && closing.contains(port) && lost.add(port)) {
                return;
            }
            arrived(packet);
        }
    }

    /** A queue of the server's device. */
    private static final class ServersQueue extends MailboxTransport {

        private final Clients clients;
        private volatile boolean released;

        ServersQueue(Clients clients) {
            super(1_500);
            this.clients = clients;
        }

        @Override
        protected void send(ByteBuffer packet) {
            clients.deliver(packet);
        }

        void deliver(ByteBuffer packet) {
            arrived(packet);
        }

        @Override
        protected void release() {
            released = true;
        }
    }
}
