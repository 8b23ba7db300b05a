package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.PacketBatch;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Calls of sockets that wait when a driver stops or dies, which the sockets of a kernel don't know.
 * The programs of {@code socket.behaviour} hold all other ends: answer, reset, close, interrupt and
 * timeout.
 */
@Timeout(60)
class BlockedCallsTest {

    private static final int MUCH = 40_000_000;
    private static final InetSocketAddress NOBODY = new InetSocketAddress("10.0.0.9", 80);

    /** The client's transport, which may fail or lose everything. */
    private static final class Failing extends ForwardingTransport {

        volatile boolean fails;
        volatile boolean silent;
        private final PacketBatch lost = new PacketBatch(64);

        Failing(Cable cable) {
            super(cable);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            if (fails) {
                throw new OutOfMemoryError("planted");
            }
            if (silent) {
                lost.clear();
                super.receive(lost, nowNs);
                return 0;
            }
            return super.receive(into, nowNs);
        }
    }

    /** What waits, in a thread of its own. */
    enum Call {
        READ(test -> test.ours.getInputStream().read()),
        WRITE(test -> test.write(MUCH)),
        CONNECT(test -> test.connect(0)),
        CONNECT_WITH_TIMEOUT(test -> test.connect(3_600_000)),
        ACCEPT(test -> test.listening.accept()),
        /** It ends without a word, as in the JDK, whether or not the peer has everything. */
        CLOSE_WITH_LINGER(BlockedCallsTest::closeWithLinger);

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas without state.
        private final Step how;

        Call(Step how) {
            this.how = how;
        }
    }

    interface Step {
        Object take(BlockedCallsTest test) throws IOException;
    }

    enum End {
        DRIVER_STOPPED(test -> stop(test.client, Duration.ZERO)),
        DRIVER_DRAINED_IN_VAIN(test -> stop(test.client, Duration.ofMillis(50))),
        DRIVER_DIED(
                test -> {
                    test.transport.fails = true;
                    test.transport.wakeup();
                }),
        PEERS_DRIVER_STOPPED(test -> stop(test.server, Duration.ZERO));

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas without state.
        private final Consumer<BlockedCallsTest> how;

        End(Consumer<BlockedCallsTest> how) {
            this.how = how;
        }
    }

    private Failing transport;
    private Driver client;
    private Driver server;
    private Socket ours;
    private ServerSocket listening;

    @BeforeEach
    void open() throws IOException {
        Cable cable = new Cable();
        transport = new Failing(cable);
        client = Driver.start(EndpointConfig.at("10.0.0.1").build(), transport);
        server = Driver.start(EndpointConfig.at("10.0.0.2").build(), cable.other);
        server.listen(80, 5).join();
        ours = new DriverSocketFactory(client).createSocket("10.0.0.2", 80);
        listening = new DriverServerSocketFactory(client).createServerSocket(81);
    }

    @AfterEach
    void stop() {
        stop(client, Duration.ZERO);
        stop(server, Duration.ZERO);
    }

    private static void stop(Driver driver, Duration drainTime) {
        driver.shutdown(drainTime).join();
    }

    private Object write(int octets) throws IOException {
        ours.getOutputStream().write(new byte[octets]);
        return octets;
    }

    private Object connect(int timeoutMs) throws IOException {
        Socket socket = new DriverSocketFactory(client).createSocket();
        socket.connect(NOBODY, timeoutMs);
        return socket;
    }

    private Object closeWithLinger() throws IOException {
        transport.silent = true;
        write(10);
        ours.setSoLinger(true, 3_600);
        ours.close();
        return "closed";
    }

    static List<Arguments> table() {
        List<Arguments> rows = new ArrayList<>();
        for (Call call : Call.values()) {
            for (End end : End.values()) {
                boolean concernsPeer = call == Call.READ || call == Call.WRITE;
                if (end != End.PEERS_DRIVER_STOPPED || concernsPeer) {
                    rows.add(Arguments.of(call, end));
                }
            }
        }
        return rows;
    }

    @ParameterizedTest
    @MethodSource("table")
    void nobodyWaitsForEver(Call call, End end) throws Exception {
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        Thread waiting = new Thread(() -> outcome.complete(outcome(() -> call.how.take(this))));
        waiting.setDaemon(true);
        waiting.start();
        awaitBlocked(waiting);
        assertThat(outcome).isNotDone();
        end.how.accept(this);
        Object result = outcome.get(30, TimeUnit.SECONDS);
        if (call == Call.CLOSE_WITH_LINGER) {
            assertThat(result).isEqualTo("closed");
        } else {
            assertThat(result).isInstanceOf(IOException.class);
        }
    }

    /** What is called behind the end neither waits nor throws what no socket throws. */
    @ParameterizedTest
    @MethodSource("table")
    void callsBehindTheEndFail(Call call, End end) throws Exception {
        end.how.accept(this);
        if (end == End.DRIVER_DIED) {
            client.stopped().join();
        }
        CompletableFuture<Object> outcome =
                CompletableFuture.supplyAsync(() -> outcome(() -> call.how.take(this)));
        Object result = outcome.get(30, TimeUnit.SECONDS);
        assertThat(result).isInstanceOf(IOException.class);
    }

    private static Object outcome(Callable<Object> call) {
        Object[] result = new Object[1];
        Throwable thrown = catchThrowable(() -> result[0] = call.call());
        return thrown == null ? result[0] : thrown;
    }

    /** A thread that copies octets or asks the driver is not blocked for long. */
    private static void awaitBlocked(Thread thread) {
        for (int seen = 0; seen < 20; ) {
            Thread.State state = thread.getState();
            boolean blocked = state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
            seen = blocked ? seen + 1 : 0;
            if (state == Thread.State.TERMINATED) {
                return;
            }
            Thread.onSpinWait();
        }
    }
}
