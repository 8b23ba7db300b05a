package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.PacketBatch;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Whatever a caller waits for, and however it ends: nobody waits for ever. */
@Timeout(60)
class EveryFutureIsAnsweredTest {

    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final IpAddress NOBODY = IpAddress.parse("10.0.0.9");

    /** More than all buffers on the way take. */
    private static final int MUCH = 40_000_000;

    /** The client's transport, which may fail or lose everything. */
    private static final class Client extends ForwardingTransport {

        volatile boolean fails;
        volatile boolean silent;
        volatile Runnable onNextPacket;
        private final PacketBatch lost = new PacketBatch(64);

        Client(Cable cable) {
            super(cable);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            if (fails) {
                throw new OutOfMemoryError("planted");
            }
            if (!silent) {
                int count = super.receive(into, nowNs);
                Runnable next = onNextPacket;
                if (count > 0 && next != null) {
                    onNextPacket = null;
                    next.run();
                }
                return count;
            }
            lost.clear();
            super.receive(lost, nowNs);
            return 0;
        }
    }

    /** What ends a connection of the client's on which calls are waiting. */
    enum End {
        RESET_BY_PEER(test -> test.theirs.abort()),
        ABORTED_HERE(test -> test.ours.abort()),
        CLOSED_GRACEFULLY_WITHOUT_PATIENCE(test -> test.ours.closeGracefully(Duration.ZERO)),
        CLOSED_BY_PEER_WITH_UNREAD_TEXT(test -> test.theirs.close()),
        USER_TIMEOUT(
                test -> {
                    test.transport.silent = true;
                    return test.ours.call(
                            connection -> {
                                connection.userTimeout(200_000_000L);
                                return true;
                            });
                }),
        DRIVER_STOPPED(test -> test.client.shutdown(Duration.ZERO)),
        DRIVER_DRAINED_IN_VAIN(test -> test.client.shutdown(Duration.ofMillis(50))),
        PEERS_DRIVER_STOPPED(test -> test.server.shutdown(Duration.ZERO)),
        DRIVER_DIED(
                test -> {
                    test.transport.fails = true;
                    return test.client.call(endpoint -> 0);
                });

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas without state.
        private final Function<EveryFutureIsAnsweredTest, CompletableFuture<?>> how;

        End(Function<EveryFutureIsAnsweredTest, CompletableFuture<?>> how) {
            this.how = how;
        }
    }

    private Client transport;
    private Driver client;
    private Driver server;
    private AsyncListener listener;
    private AsyncConnection ours;
    private AsyncConnection theirs;

    @BeforeEach
    void open() {
        Cable cable = new Cable();
        transport = new Client(cable);
        client = Driver.start(EndpointConfig.at("10.0.0.1").build(), transport);
        server = Driver.start(EndpointConfig.at("10.0.0.2").build(), cable.other);
        listener = server.listen(80, 16).join();
        ours = client.connect(SERVER, 80).join();
        theirs = listener.accept().join();
    }

    @AfterEach
    void stop() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }

    /** An answer or a failure, and neither of them late. */
    private static void assertAnswered(Map<String, CompletableFuture<?>> all) throws Exception {
        for (Map.Entry<String, CompletableFuture<?>> each : all.entrySet()) {
            try {
                each.getValue().get(30, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                assertThat(e.getCause()).as(each.getKey()).isInstanceOf(Exception.class);
            } catch (TimeoutException e) {
                throw new AssertionError(each.getKey() + " was never completed", e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void callsThatWait(End end) throws Exception {
        Map<String, CompletableFuture<?>> all = new LinkedHashMap<>();
        all.put("read", ours.read(ByteBuffer.allocate(10)));
        all.put("ended", ours.ended());
        for (int i = 1; i <= 3; i++) {
            all.put("write " + i, ours.write(ByteBuffer.allocate(MUCH)));
        }
        all.put("shutdownOutput", ours.shutdownOutput());
        ours.call(connection -> 0).join();
        assertThat(all.get("write 3")).isNotDone();
        assertThat(end.how.apply(this)).isNotNull();
        all.put("read behind the end", ours.read(ByteBuffer.allocate(10)));
        all.put("write behind the end", ours.write(ByteBuffer.allocate(10)));
        all.put("close behind the end", ours.close());
        all.put("abort behind the end", ours.abort());
        all.put("call behind the end", ours.call(connection -> 0));
        assertAnswered(all);
    }

    @ParameterizedTest
    @EnumSource
    void closesThatWait(End end) throws Exception {
        Map<String, CompletableFuture<?>> all = new LinkedHashMap<>();
        all.put("write", ours.write(ByteBuffer.allocate(MUCH)));
        all.put("closeGracefully", ours.closeGracefully(Duration.ofHours(1)));
        all.put("close", ours.close());
        all.put("shutdownOutput behind close", ours.shutdownOutput());
        ours.call(connection -> 0).join();
        assertThat(all.get("close")).isNotDone();
        assertThat(end.how.apply(this)).isNotNull();
        all.put("ended", ours.ended());
        assertAnswered(all);
    }

    @ParameterizedTest
    @EnumSource(names = {"DRIVER_STOPPED", "DRIVER_DRAINED_IN_VAIN", "DRIVER_DIED"})
    void callsOfADriverThatEnds(End end) throws Exception {
        AsyncListener ourListener = client.listen(81, 4).join();
        Map<String, CompletableFuture<?>> all = new LinkedHashMap<>();
        all.put("accept", ourListener.accept());
        all.put("connect", client.connect(NOBODY, 80));
        all.put("stopped", client.stopped());
        client.call(endpoint -> 0).join();
        assertThat(end.how.apply(this)).isNotNull();
        // Before anything else is asked for: closing the listener would answer who accepts.
        assertAnswered(all);
        all.put("connect behind the end", client.connect(NOBODY, 80));
        all.put("listen behind the end", client.listen(82, 1));
        all.put("accept behind the end", ourListener.accept());
        all.put("close of the listener", ourListener.close());
        all.put("call behind the end", client.call(endpoint -> 0));
        all.put("shutdown again", client.shutdown(Duration.ZERO));
        assertAnswered(all);
    }

    @Test
    void allWritesFailWhenTheConnectionIsReset() {
        CompletableFuture<Void> first = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<Void> second = ours.write(ByteBuffer.allocate(10));
        CompletableFuture<Void> third = ours.write(ByteBuffer.allocate(10));
        theirs.abort().join();
        for (CompletableFuture<Void> each : List.of(first, second, third)) {
            assertThatThrownBy(() -> each.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    /** The SYN,ACK is read before the driver hears that nobody waits any more. */
    @Test
    void aConnectThatIsGivenUpJustBeforeItIsEstablishedEnds() {
        CompletableFuture<CompletableFuture<AsyncConnection>> attempt = new CompletableFuture<>();
        transport.onNextPacket =
                () -> CompletableFuture.runAsync(() -> attempt.join().cancel(false)).join();
        CompletableFuture<AsyncConnection> connecting = client.connect(SERVER, 80);
        attempt.complete(connecting);
        assertThatThrownBy(connecting::join).isInstanceOf(CancellationException.class);
        assertThat(client.call(endpoint -> endpoint.connectionCount()).join()).isEqualTo(1);
    }

    /** The peer may have accepted it already when the caller gives it up. */
    @Test
    void aConnectThatIsGivenUpEndsAtThePeerToo() throws Exception {
        for (int round = 0; round < 200; round++) {
            CompletableFuture<AsyncConnection> accepting = listener.accept();
            CompletableFuture<AsyncConnection> connecting = client.connect(SERVER, 80);
            for (int spin = round * 50; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            boolean givenUp = connecting.cancel(false);
            if (!givenUp) {
                CompletableFuture<?> unused = connecting.join().abort();
            }
            // One that never was established is not accepted: the next round's is.
            if (accepting.isDone() || !accepting.cancel(false)) {
                CloseReason reason = accepting.join().ended().get(30, TimeUnit.SECONDS);
                assertThat(reason).isInstanceOf(CloseReason.ResetByPeer.class);
            }
            assertThat(client.call(endpoint -> endpoint.connectionCount()).join()).isEqualTo(1);
        }
    }
}
