package io.finwait.driver;

import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadPendingException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What each future of a connection is completed with, and when, step by step. */
class ConnectionFuturesTest {

    private static final int MUCH = 8 << 20;
    private static final long SECOND = 1_000_000_000L;

    private SteeredPair pair = new SteeredPair();
    private AsyncListener listener = now(pair.server.listen(80, 16));
    private AsyncConnection ours;
    private AsyncConnection theirs;

    private void connect() {
        CompletableFuture<AsyncConnection> accepting = listener.accept();
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        assertThat(accepting).isNotDone();
        assertThat(connecting).isNotDone();
        pair.settle();
        theirs = now(accepting);
        ours = now(connecting);
    }

    private void connectWithOrphanTimeout(Duration timeout) {
        ClosePolicy policy = ClosePolicy.DEFAULT.withOrphanTimeout(timeout);
        pair = new SteeredPair(settings -> settings.closePolicy(policy));
        listener = now(pair.server.listen(80, 16));
        connect();
    }

    private int readAllOfTheirs() {
        int total = 0;
        ByteBuffer some = ByteBuffer.allocate(1 << 20);
        CompletableFuture<Integer> reading = theirs.read(some);
        pair.settle();
        while (reading.isDone() && !reading.isCompletedExceptionally() && reading.join() > 0) {
            total += reading.join();
            reading = theirs.read(some.clear());
            pair.settle();
        }
        return total;
    }

    private int connections() {
        return now(pair.client.call(endpoint -> endpoint.connectionCount()));
    }

    @Test
    void eachKnowsWhoTheOtherIs() {
        connect();
        assertThat(ours.localAddress()).isEqualTo(SteeredPair.CLIENT);
        assertThat(ours.remoteAddress()).isEqualTo(SteeredPair.SERVER);
        assertThat(ours.remotePort()).isEqualTo(80);
        assertThat(theirs.localAddress()).isEqualTo(SteeredPair.SERVER);
        assertThat(theirs.localPort()).isEqualTo(80);
        assertThat(theirs.remotePort()).isEqualTo(ours.localPort()).isPositive();
        assertThat(theirs.remoteAddress()).isEqualTo(SteeredPair.CLIENT);
        assertThat(theirs.wasAccepted()).isTrue();
        assertThat(ours.wasAccepted()).isFalse();
        assertThat(ours)
                .hasToString("AsyncConnection[10.0.0.1:" + ours.localPort() + " > 10.0.0.2:80]");
        assertThat(ours.driver()).isSameAs(pair.client);
        assertThat(now(ours.tcpInfo()).state()).isEqualTo(State.ESTABLISHED);
        assertThat(now(ours.call(Connection::remotePort))).isEqualTo(80);
    }

    @Test
    void aReadWaitsForOctetsAndTakesWhatFits() {
        connect();
        ByteBuffer into = ByteBuffer.allocate(3);
        CompletableFuture<Integer> reading = theirs.read(into);
        pair.settle();
        assertThat(reading).isNotDone();
        assertThat(ours.write(text("hello"))).isCompleted();
        pair.settle();
        assertThat(now(reading)).isEqualTo(3);
        assertThat(text(into)).isEqualTo("hel");
        assertThat(now(theirs.read(ByteBuffer.allocate(0)))).isZero();
        assertThat(now(theirs.read(into.clear()))).isEqualTo(2);
        assertThat(text(into)).isEqualTo("lo");
        CompletableFuture<Void> ended = ours.shutdownOutput();
        assertThat(ended).isNotDone();
        pair.settle();
        assertThat(now(theirs.read(into.clear()))).isEqualTo(-1);
        assertThat(ended).isCompleted();
        assertThat(now(theirs.read(into.clear()))).isEqualTo(-1);
    }

    @Test
    void oneReadWaitsAtATime() {
        connect();
        CompletableFuture<Integer> first = theirs.read(ByteBuffer.allocate(10));
        assertThat(failure(theirs.read(ByteBuffer.allocate(10))))
                .isInstanceOf(ReadPendingException.class);
        assertThat(first.cancel(false)).isTrue();
        CompletableFuture<Integer> second = theirs.read(ByteBuffer.allocate(10));
        now(ours.write(text("x")));
        pair.settle();
        assertThat(now(second)).isEqualTo(1);
    }

    /** What the read throws is told to its caller, and the connection goes on. */
    @Test
    void aBufferThatTakesNothingFailsItsReadAlone() {
        connect();
        now(ours.write(text("abc")));
        CompletableFuture<Integer> reading = theirs.read(ByteBuffer.allocate(3).asReadOnlyBuffer());
        pair.settle();
        assertThat(failure(reading)).isInstanceOf(RuntimeException.class);
        assertThat(now(theirs.read(ByteBuffer.allocate(9)))).isEqualTo(3);
        assertThatThrownBy(() -> ours.read(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> ours.write(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aResetIsToldToEveryReadBehindTheOctetsBeforeIt() {
        connect();
        now(ours.write(text("abc")));
        pair.settle();
        CompletableFuture<CloseReason> aborted = ours.abort();
        pair.settle();
        assertThat(now(aborted)).isInstanceOf(CloseReason.Aborted.class);
        assertThat(now(theirs.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(now(theirs.read(ByteBuffer.allocate(9)))).isEqualTo(3);
        for (int i = 0; i < 2; i++) {
            assertThat(failure(theirs.read(ByteBuffer.allocate(9))))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Connection reset by peer");
        }
        assertThat(failure(theirs.shutdownOutput()))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("Connection reset by peer");
        assertThat(connections()).isZero();
    }

    @Test
    void writesAreDoneInOrderAndFailTogether() {
        connect();
        CompletableFuture<Void> first = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<Void> second = ours.write(text("2"));
        CompletableFuture<Void> third = ours.write(text("3"));
        CompletableFuture<Void> end = ours.shutdownOutput();
        pair.settle();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        CompletableFuture<CloseReason> unused = theirs.abort();
        pair.settle();
        for (CompletableFuture<Void> each : List.of(first, second, third)) {
            assertThat(failure(each)).isInstanceOf(IOException.class);
        }
        assertThat(failure(end)).hasCauseInstanceOf(IOException.class);
        assertThat(failure(ours.write(text("4")))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aWriteWaitsForRoomAndTheNextOneForIt() {
        connect();
        CompletableFuture<Void> first = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<Void> second = ours.write(text("end"));
        CompletableFuture<Void> end = ours.shutdownOutput();
        pair.settle();
        assertThat(first).isNotDone();
        assertThat(readAllOfTheirs()).isEqualTo(MUCH + 3);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(end).isCompleted();
    }

    @Test
    void aWriteThatIsGivenUpMakesRoomForTheNextOne() {
        connect();
        ByteBuffer much = ByteBuffer.allocate(MUCH);
        CompletableFuture<Void> first = ours.write(much);
        CompletableFuture<Void> second = ours.write(text("end"));
        CompletableFuture<Void> end = ours.shutdownOutput();
        pair.settle();
        int taken = much.position();
        assertThat(taken).isPositive().isLessThan(MUCH);
        assertThat(first.cancel(false)).isTrue();
        assertThat(readAllOfTheirs()).isEqualTo(taken + 3);
        assertThat(second).isCompleted();
        assertThat(end).isCompleted();
    }

    /** Nothing is read here: without being looked at again the end would wait for ever. */
    @Test
    void whatWaitsBehindAWriteThatIsGivenUpIsLookedAtAtOnce() {
        connect();
        CompletableFuture<Void> first = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<Void> empty = ours.write(ByteBuffer.allocate(0));
        pair.settle();
        assertThat(empty).isNotDone();
        assertThat(first.cancel(false)).isTrue();
        pair.settle();
        assertThat(empty).isCompleted();
    }

    @Test
    void nothingIsWrittenBehindTheEnd() {
        connect();
        CompletableFuture<Void> unused = ours.shutdownOutput();
        assertThat(failure(ours.write(text("late"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("write() before shutdownOutput()");
    }

    @Test
    void aCloseEndsBothInOrder() {
        connect();
        CompletableFuture<CloseReason> closed = ours.close();
        CompletableFuture<CloseReason> ended = ours.ended();
        pair.settle();
        assertThat(closed).isNotDone();
        CompletableFuture<CloseReason> answered = theirs.close();
        pair.settle();
        assertThat(now(closed)).isInstanceOf(CloseReason.Orderly.class);
        assertThat(now(ended)).isInstanceOf(CloseReason.Orderly.class);
        assertThat(now(answered)).isInstanceOf(CloseReason.Orderly.class);
        assertThat(now(ours.close())).isInstanceOf(CloseReason.Orderly.class);
        assertThat(now(ours.outputAccepted())).isNull();
    }

    /** Who has a copy of a future can't complete it for the others. */
    @Test
    void nobodyEndsAFutureForOthers() {
        connect();
        assertThat(ours.ended().complete(null)).isTrue();
        assertThat(ours.outputAccepted().complete(null)).isTrue();
        assertThat(ours.ended()).isNotDone();
        assertThat(ours.outputAccepted()).isNotDone();
    }

    @Test
    void aCloseBehindWritesIsGivenUpAfterTheOrphansTime() {
        connectWithOrphanTimeout(Duration.ofSeconds(20));
        CompletableFuture<Void> write = ours.write(ByteBuffer.allocate(MUCH));
        pair.settle();
        CompletableFuture<CloseReason> closed = ours.close();
        pair.advance(Duration.ofMillis(19_999));
        assertThat(closed).isNotDone();
        pair.advance(Duration.ofMillis(1));
        assertThat(now(closed)).isInstanceOf(CloseReason.Aborted.class);
        assertThat(failure(write)).isInstanceOf(IOException.class);
    }

    @Test
    void aCloseBehindWritesThatAreReadInTimeIsInOrder() {
        connectWithOrphanTimeout(Duration.ofSeconds(20));
        CompletableFuture<Void> write = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<CloseReason> closed = ours.close();
        pair.advance(Duration.ofSeconds(19));
        assertThat(readAllOfTheirs()).isEqualTo(MUCH);
        assertThat(write).isCompleted();
        pair.advance(Duration.ofSeconds(2));
        CompletableFuture<CloseReason> unused = theirs.close();
        pair.settle();
        assertThat(now(closed)).isInstanceOf(CloseReason.Orderly.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 99, 100, 101, 10_000})
    void anOrphanWithUnwrittenOctetsIsGivenAHundredSeconds(long seconds) {
        connectWithOrphanTimeout(Duration.ofHours(1));
        CompletableFuture<Void> unused = ours.write(ByteBuffer.allocate(MUCH));
        now(ours.call(each -> userTimeout(each, seconds * SECOND)));
        CompletableFuture<CloseReason> closed = ours.close();
        long wanted = seconds == 0 || seconds > 100 ? 100 : seconds;
        assertThat(userTimeout()).isEqualTo(wanted * SECOND);
        assertThat(closed).isNotDone();
    }

    private long userTimeout() {
        return now(ours.call(Connection::userTimeout));
    }

    private static Object userTimeout(Connection of, long timeoutNs) {
        of.userTimeout(timeoutNs);
        return null;
    }

    @Test
    void anOrphanWithoutUnwrittenOctetsIsTheEndpointsAffair() {
        connectWithOrphanTimeout(Duration.ofHours(1));
        now(ours.write(text("all of it")));
        CompletableFuture<CloseReason> unused = ours.close();
        assertThat(userTimeout()).isZero();
        assertThat(pair.client.loop().nextDeadlineNs()).isNotEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aGracefulCloseLetsThePeerFinish() {
        connect();
        CompletableFuture<CloseReason> closed = ours.closeGracefully(Duration.ofSeconds(5));
        pair.settle();
        now(theirs.write(text("what comes late resets nothing")));
        pair.advance(Duration.ofSeconds(4));
        assertThat(closed).isNotDone();
        CompletableFuture<CloseReason> unused = theirs.close();
        pair.settle();
        assertThat(now(closed)).isInstanceOf(CloseReason.Orderly.class);
    }

    @Test
    void aGracefulCloseResetsWhatIsNotWrittenInTime() {
        connect();
        CompletableFuture<Void> write = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<CloseReason> closed = ours.closeGracefully(Duration.ofSeconds(5));
        pair.advance(Duration.ofMillis(4_999));
        assertThat(closed).isNotDone();
        pair.advance(Duration.ofMillis(1));
        assertThat(now(closed)).isInstanceOf(CloseReason.Aborted.class);
        assertThat(failure(write)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0})
    void aGracefulCloseWithoutPatienceWaitsForNobody(long seconds) {
        connect();
        CompletableFuture<Void> unused = ours.write(ByteBuffer.allocate(MUCH));
        CompletableFuture<CloseReason> closed = ours.closeGracefully(Duration.ofSeconds(seconds));
        pair.settle();
        assertThat(now(closed)).isInstanceOf(CloseReason.Aborted.class);
    }

    @Test
    void aTimeToWaitIsBetweenNothingAndAHundredYears() {
        long longest = Duration.ofDays(36_500).toNanos();
        assertThat(Driver.nanos(Duration.ofNanos(-1))).isZero();
        assertThat(Driver.nanos(Duration.ZERO)).isZero();
        assertThat(Driver.nanos(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(Driver.nanos(Duration.ofNanos(longest - 1))).isEqualTo(longest - 1);
        assertThat(Driver.nanos(Duration.ofNanos(longest))).isEqualTo(longest);
        assertThat(Driver.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(longest);
    }

    // Connecting.

    @Test
    void aClosedPortRefuses() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 81);
        pair.settle();
        assertThat(failure(connecting))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
    }

    @Test
    void whoIsNotThereIsWaitedFor() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.NOBODY, 80);
        pair.advance(Duration.ofSeconds(20));
        assertThat(connecting).isNotDone();
        pair.advance(Duration.ofMinutes(10));
        assertThat(failure(connecting))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("timed out");
        assertThat(connections()).isZero();
    }

    @Test
    void aConnectThatIsGivenUpEndsAtOnce() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.NOBODY, 80);
        pair.settle();
        assertThat(connections()).isEqualTo(1);
        assertThat(connecting.cancel(false)).isTrue();
        pair.settle();
        assertThat(connections()).isZero();
    }

    @Test
    void aConnectIsToAnAddressNotToAName() {
        CompletableFuture<AsyncConnection> connecting =
                pair.client.connect(new InetSocketAddress(SteeredPair.SERVER.toInetAddress(), 80));
        pair.settle();
        assertThat(now(connecting).remotePort()).isEqualTo(80);
        assertThatThrownBy(
                        () -> pair.client.connect(InetSocketAddress.createUnresolved("nobody", 1)))
                .isInstanceOf(UnresolvedAddressException.class);
    }

    // What a callback asks for.

    /** What a thread gets that is not the driver's. */
    private static <T> T elsewhere(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work).join();
    }

    @Test
    void callsOfACallbackAreDoneAtOnceUpToAPointAndThenInTheNextTurn() {
        int[] done = new int[1];
        CompletableFuture<Integer> called =
                elsewhere(
                        () ->
                                pair.client.call(
                                        endpoint -> {
                                            for (int i = 0; i < 100; i++) {
                                                CompletableFuture<Integer> unused =
                                                        pair.client.call(each -> ++done[0]);
                                            }
                                            return done[0];
                                        }));
        assertThat(called).isNotDone();
        assertThat(pair.calls()).isEqualTo(1);
        pair.steeredClient.turn(pair.nowNs());
        assertThat(now(called)).isEqualTo(64);
        assertThat(done[0]).isEqualTo(64);
        pair.steeredClient.turn(pair.nowNs());
        assertThat(done[0]).isEqualTo(100);
    }

    @Test
    void whatACallThrowsIsItsAnswer() {
        assertThat(
                        failure(
                                pair.client.call(
                                        endpoint -> {
                                            throw new NoClassDefFoundError("planted");
                                        })))
                .isInstanceOf(NoClassDefFoundError.class);
        assertThat(connections()).isZero();
    }
}
