package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.DrainReport;
import io.finwait.driver.Driver;
import io.finwait.nio.internal.LightThreads;
import io.finwait.spi.Transport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ReadPendingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;

/** Two drivers in one process, each on its thread, joined by a Unix domain socket. */
@Timeout(60)
class DriverTest {

    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final int PORT = 80;

    @TempDir Path folder;
    private CountingTransport clientTransport;
    private Driver client;
    private Driver server;
    private AsyncListener listener;

    @BeforeEach
    void startBoth() {
        start(DriverTest::daemon);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private void start(ThreadFactory threads) {
        UnixDomainSocketAddress at = UnixDomainSocketAddress.of(folder.resolve("s"));
        Transport serverTransport = StreamTransport.server(at, 1500);
        server = Driver.start(config(SERVER), serverTransport, threads, 0);
        clientTransport = new CountingTransport(StreamTransport.client(at, 1500));
        client = Driver.start(config(CLIENT), clientTransport, threads, 0);
        listener = server.listen(PORT, 16).join();
    }

    private static EndpointConfig config(IpAddress address) {
        return EndpointConfig.builder().address(address).build();
    }

    @AfterEach
    void stopBoth() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }

    private record Pair(AsyncConnection client, AsyncConnection server) {}

    private Pair connect() {
        CompletableFuture<AsyncConnection> accepted = listener.accept();
        AsyncConnection connected = client.connect(SERVER, PORT).join();
        return new Pair(connected, accepted.join());
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Everything to end-of-stream. */
    private static String readAll(AsyncConnection connection) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        while (connection.read(all).join() >= 0) {
            assertThat(all.hasRemaining()).isTrue();
        }
        return StandardCharsets.UTF_8.decode(all.flip()).toString();
    }

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            return e.getCause();
        }
        throw new AssertionError("it was expected to fail");
    }

    @Test
    void aRequestAnAnswerAndAnOrderlyClose() {
        talkAndClose();
    }

    private void talkAndClose() {
        Pair pair = connect();
        assertThat(pair.client.remotePort()).isEqualTo(PORT);
        assertThat(pair.server.remoteAddress()).isEqualTo(CLIENT);
        assertThat(pair.server.remotePort()).isEqualTo(pair.client.localPort());

        pair.client.write(text("request")).join();
        pair.client.shutdownOutput().join();
        assertThat(readAll(pair.server)).isEqualTo("request");
        pair.server.write(text("answer")).join();
        CompletableFuture<CloseReason> serverEnd = pair.server.close();
        assertThat(readAll(pair.client)).isEqualTo("answer");
        CompletableFuture<CloseReason> clientEnd = pair.client.close();

        assertThat(clientEnd.join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Orderly.class))
                .extracting(CloseReason.Orderly::closedFirst)
                .isEqualTo(ClosedFirst.LOCAL);
        assertThat(serverEnd.join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Orderly.class))
                .extracting(CloseReason.Orderly::closedFirst)
                .isEqualTo(ClosedFirst.REMOTE);
    }

    @Test
    void aClosedPortRefuses() {
        assertThat(failure(client.connect(SERVER, PORT + 1)))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
    }

    @Test
    void anAbortIsTheOthersReset() {
        Pair pair = connect();
        CompletableFuture<Integer> reading = pair.server.read(ByteBuffer.allocate(10));
        assertThat(pair.client.abort().join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Aborted.class))
                .extracting(CloseReason.Aborted::cause)
                .isEqualTo(AbortCause.USER);
        assertThat(failure(reading))
                .isInstanceOf(IOException.class)
                .hasMessage("Connection reset by peer");
        assertThat(pair.server.ended().join()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void writesBeyondTheBuffersWaitUntilThePeerReads() {
        Pair pair = connect();
        int octets = 8 << 20;
        CompletableFuture<Void> first = pair.client.write(ByteBuffer.allocate(octets));
        CompletableFuture<Void> second = pair.client.write(text("end"));
        CompletableFuture<Void> accepted = pair.client.shutdownOutput();
        ByteBuffer target = ByteBuffer.allocate(octets + 4);
        assertThat(pair.server.read(target).join()).isPositive();
        assertThat(second).isNotDone();
        while (pair.server.read(target).join() >= 0) {
            assertThat(target.hasRemaining()).isTrue();
        }
        assertThat(target.position()).isEqualTo(octets + 3);
        assertThat(target.get(octets)).isEqualTo((byte) 'e');
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        accepted.join();
    }

    @Test
    void theWrongOrderIsTold() {
        Pair pair = connect();
        CompletableFuture<Integer> reading = pair.client.read(ByteBuffer.allocate(10));
        assertThat(failure(pair.client.read(ByteBuffer.allocate(10))))
                .isInstanceOf(ReadPendingException.class);
        CompletableFuture<Void> accepted = pair.client.shutdownOutput();
        assertThat(failure(pair.client.write(text("late"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("write() before shutdownOutput()");
        accepted.join();
        assertThat(reading).isNotDone();
        assertThat(pair.server.read(ByteBuffer.allocate(10)).join()).isEqualTo(-1);
        assertThat(failure(server.listen(PORT, 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void callbacksMayCallEverythingAndAsDeepAsTheyLike() {
        Pair pair = connect();
        CompletableFuture<Integer> counted = new CompletableFuture<>();
        ByteBuffer one = ByteBuffer.allocate(1);
        readOnByOne(pair.server, one, 0, counted);
        pair.client.write(ByteBuffer.allocate(50_000)).join();
        pair.client.shutdownOutput().join();
        assertThat(counted.join()).isEqualTo(50_000);
    }

    private static void readOnByOne(
            AsyncConnection from, ByteBuffer one, int before, CompletableFuture<Integer> counted) {
        CompletableFuture<?> unused =
                from.read(one.clear())
                        .thenAccept(
                                octets -> {
                                    if (octets < 0) {
                                        counted.complete(before);
                                    } else {
                                        readOnByOne(from, one, before + octets, counted);
                                    }
                                });
    }

    @Test
    void manyThreadsMayUseOneDriver() throws InterruptedException {
        int threads = 8;
        int each = 20;
        List<Thread> users = new ArrayList<>();
        List<CompletableFuture<CloseReason>> ends = new ArrayList<>();
        for (int i = 0; i < threads * each; i++) {
            ends.add(
                    listener.accept()
                            .thenCompose(
                                    accepted -> accepted.closeGracefully(Duration.ofSeconds(30))));
        }
        List<CloseReason> reasons = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < threads; i++) {
            users.add(
                    LightThreads.start(
                            "user",
                            () -> {
                                for (int j = 0; j < each; j++) {
                                    AsyncConnection one = client.connect(SERVER, PORT).join();
                                    one.write(text("hello")).join();
                                    reasons.add(one.closeGracefully(Duration.ofSeconds(30)).join());
                                }
                            }));
        }
        for (Thread user : users) {
            user.join();
        }
        assertThat(reasons).hasSize(threads * each);
        assertThat(reasons).allMatch(reason -> reason instanceof CloseReason.Orderly);
        ends.forEach(end -> assertThat(end.join()).isInstanceOf(CloseReason.Orderly.class));
    }

    @Test
    void itRunsOnAVirtualThread() {
        ThreadFactory virtual =
                LightThreads.virtual()
                        .orElseThrow(
                                () -> new TestAbortedException("no virtual threads before 21"));
        stopBoth();
        start(virtual);
        talkAndClose();
    }

    @Test
    void anIdleDriverWaitsWithoutATimeoutAndAnyCallWakesIt() {
        connect();
        clientTransport.untilItWaitsForEver();
        long before = clientTransport.waits();
        for (int call = 0; call < 1000; call++) {
            assertThat(client.call(endpoint -> endpoint.connectionCount()).join()).isEqualTo(1);
        }
        clientTransport.untilItWaitsForEver();
        assertThat(clientTransport.waits() - before)
                .as("each call wakes it once, or twice when it comes while it wakes")
                .isLessThanOrEqualTo(2_002);
    }

    @Test
    void stoppingLetsConnectionsEndInOrder() {
        Pair pair = connect();
        pair.client.write(ByteBuffer.allocate(100_000)).join();
        CompletableFuture<DrainReport> stopping = client.shutdown(Duration.ofSeconds(30));
        assertThat(failure(client.connect(SERVER, PORT)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stop");
        assertThat(readAll(pair.server)).hasSize(100_000);
        assertThat(stopping).isNotDone();
        CompletableFuture<CloseReason> serverEnd = pair.server.close();

        DrainReport report = stopping.join();
        assertThat(report.isClean()).isTrue();
        assertThat(report.timeWait()).isEqualTo(1);
        assertThat(pair.client.ended().join()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(serverEnd.join()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(client.stopped()).isCompletedWithValue(report);
    }

    @Test
    void whatDoesNotEndInTimeIsResetAndReported() {
        Pair pair = connect();
        pair.client.write(text("hello")).join();
        CompletableFuture<Integer> reading = pair.client.read(ByteBuffer.allocate(10));
        DrainReport report = client.shutdown(Duration.ofMillis(50)).join();

        assertThat(report.isClean()).isFalse();
        assertThat(report.notEnded()).hasSize(1);
        DrainReport.Leftover leftover = report.notEnded().get(0);
        assertThat(leftover.remotePort()).isEqualTo(PORT);
        assertThat(leftover.localPort()).isEqualTo(pair.client.localPort());
        assertThat(leftover.state()).isIn(State.FIN_WAIT_1, State.FIN_WAIT_2);
        assertThat(pair.client.ended().join())
                .asInstanceOf(InstanceOfAssertFactories.type(CloseReason.Aborted.class))
                .extracting(CloseReason.Aborted::cause)
                .isEqualTo(AbortCause.ENDPOINT_CLOSED);
        assertThat(reading).isCompletedExceptionally();
        assertThat(pair.server.ended().join()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void whatCouldNotBeHandedOverBeforeTheDeadlineIsNotEndedByAFin() {
        Pair pair = connect();
        CompletableFuture<Void> writing = pair.client.write(ByteBuffer.allocate(32 << 20));
        CompletableFuture<CloseReason> ending = pair.client.closeGracefully(Duration.ofMillis(50));
        assertThat(ending.join()).isInstanceOf(CloseReason.Aborted.class);
        assertThat(failure(writing)).isInstanceOf(IOException.class);
        assertThat(pair.server.ended().join()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void aStoppedDriverRefusesEveryCall() {
        Pair pair = connect();
        client.shutdown(Duration.ZERO).join();
        assertThat(failure(client.connect(SERVER, PORT)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("start another one");
        assertThat(failure(pair.client.write(text("late"))))
                .isInstanceOf(IllegalStateException.class);
        client.close();
    }

    @Test
    void closingTheListenerTellsThoseWhoWait() {
        CompletableFuture<AsyncConnection> waiting = listener.accept();
        listener.close().join();
        assertThat(failure(waiting)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(listener.accept())).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(client.connect(SERVER, PORT))).isInstanceOf(ConnectException.class);
    }

    @Test
    void theDriversThreadCantWaitForItself() {
        CompletableFuture<Void> closing =
                client.call(
                        endpoint -> {
                            client.close();
                            return null;
                        });
        assertThatThrownBy(closing::join)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call shutdown() there");
    }

    @Test
    void aTransportThatFailsStopsTheDriverAndTellsEverybody() {
        Pair pair = connect();
        CompletableFuture<Integer> reading = pair.client.read(ByteBuffer.allocate(10));
        clientTransport.failNow();
        DrainReport report = client.stopped().join();
        assertThat(report.failure()).hasMessage("the test broke it");
        assertThat(report.isClean()).isFalse();
        assertThat(reading).isCompletedExceptionally();
        assertThat(pair.client.ended()).isCompleted();
        assertThat(failure(client.connect(SERVER, PORT))).isInstanceOf(IllegalStateException.class);
    }
}
