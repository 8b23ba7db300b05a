package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Who stops waiting for an answer gives back his place and takes no octets along. */
@Timeout(60)
class GivingUpTest {

    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");
    private static final IpAddress NOBODY = IpAddress.parse("10.0.0.9");

    /** The ways in which a caller stops waiting. */
    private enum Way {
        CANCEL(answer -> answer.cancel(false)),
        TIME_OUT(answer -> answer.completeExceptionally(new TimeoutException())),
        OR_TIMEOUT(
                answer ->
                        assertThatThrownBy(answer.orTimeout(1, TimeUnit.MILLISECONDS)::join)
                                .isInstanceOf(Exception.class)),
        TAKE_ANOTHER_VALUE(answer -> answer.complete(null));

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas without state.
        private final Consumer<CompletableFuture<?>> how;

        Way(Consumer<CompletableFuture<?>> how) {
            this.how = how;
        }
    }

    private Driver client;
    private Driver server;
    private AsyncListener listener;

    @BeforeEach
    void start() {
        Cable cable = new Cable();
        client = Driver.start(EndpointConfig.at("10.0.0.1").build(), cable);
        server = Driver.start(EndpointConfig.at("10.0.0.2").build(), cable.other);
        listener = server.listen(80, 16).join();
    }

    @AfterEach
    void stop() {
        client.shutdown(Duration.ZERO).join();
        server.shutdown(Duration.ZERO).join();
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(ByteBuffer read) {
        return StandardCharsets.US_ASCII.decode(read.duplicate().flip()).toString();
    }

    @Test
    void anAcceptThatWasGivenUpTakesNoClient() {
        for (Way way : Way.values()) {
            way.how.accept(listener.accept());
            AsyncConnection ours = client.connect(SERVER, 80).join();
            AsyncConnection theirs = listener.accept().join();
            theirs.write(octets("hi")).join();
            ByteBuffer read = ByteBuffer.allocate(10);
            assertThat(ours.read(read).join()).as("%s", way).isEqualTo(2);
        }
    }

    @Test
    void aReadThatWasGivenUpTakesNoOctet() {
        AsyncConnection ours = client.connect(SERVER, 80).join();
        AsyncConnection theirs = listener.accept().join();
        for (Way way : Way.values()) {
            ByteBuffer first = ByteBuffer.allocate(100);
            way.how.accept(theirs.read(first));
            ByteBuffer second = ByteBuffer.allocate(100);
            CompletableFuture<Integer> reading = theirs.read(second);
            ours.write(octets("first")).join();
            assertThat(reading.join()).as("%s", way).isEqualTo(5);
            assertThat(text(second)).isEqualTo("first");
            assertThat(first.position()).isZero();
        }
    }

    /** The race itself: whatever comes first, no octet is lost and none comes twice. */
    @Test
    void readsThatAreGivenUpWhileOctetsComeLoseNone() {
        AsyncConnection ours = client.connect(SERVER, 80).join();
        AsyncConnection theirs = listener.accept().join();
        int sent = 0;
        StringBuilder got = new StringBuilder();
        StringBuilder wanted = new StringBuilder();
        // How long the reader waits is all that is random here; the scheduler decides the rest.
        long seed = Long.getLong("finwait.seed", 1);
        System.out.println("reads that are given up: seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        while (sent < 2_000) {
            String next = (char) ('a' + sent++ % 26) + "";
            wanted.append(next);
            ByteBuffer into = ByteBuffer.allocate(100);
            CompletableFuture<Integer> reading = theirs.read(into);
            CompletableFuture<Void> writing = ours.write(octets(next));
            for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            boolean givenUp = reading.cancel(false);
            writing.join();
            assertThat(into.position() == 0).as("given up").isEqualTo(givenUp);
            got.append(text(into));
        }
        while (got.length() < wanted.length()) {
            ByteBuffer into = ByteBuffer.allocate(1000);
            theirs.read(into).join();
            got.append(text(into));
        }
        assertThat(got.toString()).isEqualTo(wanted.toString());
    }

    @Test
    void aConnectThatWasGivenUpIsEndedAtOnce() {
        for (Way way : Way.values()) {
            CompletableFuture<AsyncConnection> connecting = client.connect(NOBODY, 80);
            assertThat(client.call(endpoint -> endpoint.connectionCount()).join()).isEqualTo(1);
            way.how.accept(connecting);
            assertThat(connectionsInTheEnd()).as("%s", way).isZero();
        }
    }

    /** A timeout's own thread tells the driver a moment after {@code join} has returned. */
    private int connectionsInTheEnd() {
        int left = 1;
        for (int look = 0; left > 0 && look < 10_000; look++) {
            left = client.call(endpoint -> endpoint.connectionCount()).join();
        }
        return left;
    }

    @Test
    void aWriteThatWasGivenUpSendsNothingMoreOfItsBuffer() {
        AsyncConnection ours = client.connect(SERVER, 80).join();
        AsyncConnection theirs = listener.accept().join();
        byte[] array = new byte[4_000_000];
        Arrays.fill(array, (byte) 'A');
        ByteBuffer source = ByteBuffer.wrap(array);
        CompletableFuture<Void> writing = ours.write(source);
        client.call(endpoint -> 0).join();
        assertThat(writing.cancel(false)).isTrue();
        int taken = source.position();
        assertThat(taken).isPositive().isLessThan(array.length);
        Arrays.fill(array, (byte) 'X');
        CompletableFuture<Void> behind = ours.write(octets("B"));
        CompletableFuture<Void> ended = ours.shutdownOutput();
        ByteBuffer into = ByteBuffer.allocate(1 << 16);
        int as = 0;
        int bs = 0;
        while (theirs.read(into.clear()).join() >= 0) {
            into.flip();
            while (into.hasRemaining()) {
                byte octet = into.get();
                assertThat(octet).isIn((byte) 'A', (byte) 'B');
                as += octet == 'A' ? 1 : 0;
                bs += octet == 'B' ? 1 : 0;
            }
        }
        assertThat(as).isEqualTo(taken);
        assertThat(bs).isEqualTo(1);
        behind.join();
        ended.join();
        assertThat(source.position()).isEqualTo(taken);
    }

    @Test
    void whatEndsTheOutputDoesNotWaitForAWriteThatWasGivenUp() {
        AsyncConnection ours = client.connect(SERVER, 80).join();
        AsyncConnection theirs = listener.accept().join();
        CompletableFuture<Void> writing = ours.write(ByteBuffer.allocate(40_000_000));
        CompletableFuture<?> ended = ours.shutdownOutput();
        client.call(endpoint -> 0).join();
        assertThat(ended).isNotDone();
        writing.cancel(false);
        ByteBuffer into = ByteBuffer.allocate(1 << 16);
        while (theirs.read(into.clear()).join() >= 0) {
            assertThat(into.position()).isPositive();
        }
        ended.join();
    }
}
