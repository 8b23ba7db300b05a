package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How a driver ends, and what becomes of everything that still waits there. */
class DrainTest {

    private static final int MUCH = 8 << 20;

    private final SteeredPair pair = new SteeredPair();
    private final AsyncListener listener = now(pair.server.listen(80, 16));
    private final AsyncConnection ours;
    private final AsyncConnection theirs;

    DrainTest() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        ours = now(connecting);
        theirs = now(listener.accept());
    }

    @Test
    void itEndsWhenItsConnectionsHaveEnded() {
        CompletableFuture<DrainReport> stopping = pair.client.shutdown(Duration.ofSeconds(30));
        pair.advance(Duration.ofSeconds(10));
        assertThat(stopping).isNotDone();
        assertThat(pair.clientCable.isClosed()).isFalse();
        assertThat(now(theirs.read(ByteBuffer.allocate(1)))).isEqualTo(-1);
        CompletableFuture<CloseReason> unused = theirs.close();
        pair.settle();
        DrainReport report = now(stopping);
        assertThat(report.isClean()).isTrue();
        assertThat(report.timeWait()).isEqualTo(1);
        assertThat(report.failure()).isNull();
        assertThat(pair.client.stopped()).isCompletedWithValue(report);
        assertThat(pair.clientCable.isClosed()).isTrue();
        assertThat(pair.elapsed()).isEqualTo(Duration.ofSeconds(10));
        assertThat(pair.steeredClient.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatHasNotEndedInTimeIsReset() {
        now(theirs.write(text("hello")));
        pair.settle();
        CompletableFuture<DrainReport> stopping = pair.client.shutdown(Duration.ofSeconds(3));
        pair.advance(Duration.ofMillis(2_999));
        assertThat(stopping).isNotDone();
        pair.advance(Duration.ofMillis(1));
        DrainReport report = now(stopping);
        assertThat(report.isClean()).isFalse();
        assertThat(report.timeWait()).isZero();
        assertThat(report.notEnded())
                .containsExactly(
                        new DrainReport.Leftover(
                                SteeredPair.CLIENT,
                                ours.localPort(),
                                SteeredPair.SERVER,
                                80,
                                State.FIN_WAIT_2,
                                0,
                                0));
        assertThat(now(theirs.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(now(ours.ended())).isInstanceOf(CloseReason.Aborted.class);
    }

    @Test
    void aSecondTimeMayOnlyBeShorter() {
        CompletableFuture<DrainReport> first = pair.client.shutdown(Duration.ofSeconds(20));
        CompletableFuture<DrainReport> longer = pair.client.shutdown(Duration.ofSeconds(40));
        CompletableFuture<DrainReport> shorter = pair.client.shutdown(Duration.ofSeconds(10));
        pair.advance(Duration.ofMillis(9_999));
        assertThat(first).isNotDone();
        pair.advance(Duration.ofMillis(1));
        assertThat(now(first)).isSameAs(now(shorter)).isSameAs(now(longer));
        assertThat(now(pair.client.shutdown(Duration.ZERO))).isSameAs(now(first));
    }

    @Test
    void withoutTimeItEndsAtOnce() {
        CompletableFuture<DrainReport> stopping = pair.client.shutdown(Duration.ofSeconds(-1));
        pair.settle();
        assertThat(now(stopping).notEnded()).hasSize(1);
        assertThat(pair.elapsed()).isZero();
        // Closing it again finds nothing to wait for.
        CompletableFuture.runAsync(pair.client::close).join();
    }

    @Test
    void nothingIsOpenedAnyMore() {
        CompletableFuture<DrainReport> unused = pair.server.shutdown(Duration.ofSeconds(5));
        for (CompletableFuture<?> each :
                List.of(
                        pair.server.connect(SteeredPair.CLIENT, 1),
                        pair.server.listen(81, 1),
                        pair.server.bind(null, 0, false))) {
            assertThat(failure(each))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the driver is stopping; start another one");
        }
        assertThat(listener.isClosed()).isTrue();
        assertThat(failure(listener.accept())).isInstanceOf(AsynchronousCloseException.class);
    }

    /** Of each kind one, and the endpoint dies: each is told something, at once. */
    @Test
    void whateverWaitsIsAnsweredWhenTheTransportFails() {
        Map<String, CompletableFuture<?>> all = new LinkedHashMap<>();
        AsyncListener ourPort = now(pair.client.listen(81, 1));
        all.put("accept", ourPort.accept());
        all.put("connect", pair.client.connect(SteeredPair.NOBODY, 80));
        all.put("read", ours.read(ByteBuffer.allocate(1)));
        all.put("write", ours.write(ByteBuffer.allocate(MUCH)));
        all.put("write behind it", ours.write(text("x")));
        all.put("shutdownOutput", ours.shutdownOutput());
        pair.settle();
        all.forEach((name, each) -> assertThat(each).as(name).isNotDone());
        List<Integer> told = new ArrayList<>();
        ourPort.readiness(told::add);
        assertThat(told).isEmpty();

        pair.clientCable.failsWith(new IllegalStateException("planted"));
        pair.settle();
        all.forEach((name, each) -> assertThat(each).as(name).isCompletedExceptionally());
        for (String each : List.of("accept", "read", "write", "write behind it")) {
            assertThat(failure(all.get(each))).as(each).isInstanceOf(IOException.class);
        }
        DrainReport report = now(pair.client.stopped());
        assertThat(report.failure()).hasMessage("planted");
        assertThat(report.isClean()).isFalse();
        assertThat(report.notEnded()).hasSize(2);
        assertThat(now(ours.ended())).isInstanceOf(CloseReason.Aborted.class);
        assertThat(told).contains(Readiness.ACCEPTABLE);
        assertThat(ourPort.isClosed()).isTrue();
        assertThat(ourPort.isAcceptable()).isTrue();
        assertThat(pair.clientCable.isClosed()).isTrue();
        assertThat(pair.steeredClient.turn(pair.nowNs())).isZero();

        for (CompletableFuture<?> late :
                List.of(
                        ours.read(ByteBuffer.allocate(1)),
                        ours.close(),
                        ourPort.close(),
                        pair.client.call(endpoint -> 0))) {
            assertThat(failure(late))
                    .isInstanceOf(Exception.class)
                    .hasMessageContaining("the driver has stopped; start another one");
        }
    }

    @Test
    void whatFailsWhileItEndsIsReportedAndStopsNothingElse() {
        CompletableFuture<CloseReason> ended = ours.ended();
        pair.clientCable.failsToCloseWith(new IllegalStateException("it can't be closed"));
        CompletableFuture<DrainReport> stopping = pair.client.shutdown(Duration.ZERO);
        pair.settle();
        assertThat(now(stopping).failure()).hasMessage("it can't be closed");
        assertThat(now(stopping).isClean()).isFalse();
        assertThat(ended).isDone();
    }

    @Test
    void theFirstFailureIsTheReason() {
        pair.clientCable.failsToCloseWith(new IllegalStateException("it can't be closed"));
        pair.clientCable.failsWith(new IllegalStateException("planted"));
        pair.settle();
        assertThat(now(pair.client.stopped()).failure()).hasMessage("planted");
    }

    /** What was brought and not begun is refused, and not forgotten. */
    @Test
    void callsThatWereNotServedAreRefused() {
        CompletableFuture<Integer> call = elsewhere(() -> pair.client.call(endpoint -> 1));
        pair.clientCable.failsWith(new IllegalStateException("planted"));
        pair.settle();
        assertThat(failure(call))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the driver has stopped; start another one");
        CompletableFuture<Integer> late = elsewhere(() -> pair.client.call(endpoint -> 1));
        assertThat(failure(late)).isInstanceOf(IllegalStateException.class);
    }

    /** An alarm that rings and each turn's work count as work; what they throw ends the driver. */
    @Test
    void whatIsDoneInEachTurnIsCountedAndMayEndTheDriver() {
        int[] left = {2};
        pair.client.eachTurn(() -> left[0] == 0 ? 0 : left[0]--);
        assertThat(pair.steeredClient.turn(pair.nowNs())).isGreaterThanOrEqualTo(2);
        assertThat(pair.steeredClient.turn(pair.nowNs())).isGreaterThanOrEqualTo(1);
        assertThat(pair.steeredClient.turn(pair.nowNs())).isZero();
        pair.client.at(pair.nowNs() + 5, () -> left[0] = 0);
        assertThat(pair.steeredClient.nextDeadlineNs()).isEqualTo(pair.nowNs() + 5);
        assertThat(pair.steeredClient.turn(pair.nowNs() + 4)).isZero();
        assertThat(pair.steeredClient.turn(pair.nowNs() + 5)).isEqualTo(1);
        pair.client.eachTurn(
                () -> {
                    throw new IllegalStateException("planted");
                });
        assertThat(pair.steeredClient.turn(pair.nowNs() + 5)).isEqualTo(1);
        assertThat(now(pair.client.stopped()).failure()).hasMessage("planted");
        assertThatThrownBy(() -> pair.client.eachTurn(null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void aTurnInWhichACallSendsSomethingIsNotOneWithoutWork() {
        CompletableFuture<AsyncConnection> unused =
                elsewhere(() -> pair.client.connect(SteeredPair.NOBODY, 1));
        int before = pair.clientCable.sent();
        assertThat(pair.steeredClient.turn(pair.nowNs())).isPositive();
        assertThat(pair.clientCable.sent() - before).isEqualTo(1);
    }

    @Test
    void ofSeveralDeadlinesTheNextOneCounts() {
        CompletableFuture<AsyncConnection> unused = pair.client.connect(SteeredPair.NOBODY, 1);
        pair.settle();
        long retransmission = pair.steeredClient.nextDeadlineNs();
        assertThat(retransmission - pair.nowNs()).isEqualTo(1_000_000_000L);
        pair.client.at(retransmission + 1, () -> {});
        assertThat(pair.steeredClient.nextDeadlineNs()).isEqualTo(retransmission);
        pair.client.at(retransmission - 1, () -> {});
        assertThat(pair.steeredClient.nextDeadlineNs()).isEqualTo(retransmission - 1);
    }

    @Test
    void whoIsToldOfConnectionsHearsOfEachBeforeItsUser() {
        List<AsyncConnection> seen = new ArrayList<>();
        pair.steeredServer.onConnection(seen::add);
        CompletableFuture<AsyncConnection> unused = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        assertThat(seen).isEmpty();
        AsyncConnection accepted = now(listener.accept());
        assertThat(seen).containsExactly(accepted);
    }

    @Test
    void whoDecidesOnBacklogsIsAskedForEachPort() {
        pair.steeredClient.onListen((port, asked) -> port == 7 ? 0 : asked);
        assertThat(failure(pair.client.listen(7, 5))).hasMessageContaining("backlog");
        now(pair.client.listen(8, 5));
        pair.steeredClient.closeListeners();
        CompletableFuture<AsyncConnection> refused = pair.server.connect(SteeredPair.CLIENT, 8);
        pair.settle();
        assertThat(refused).isCompletedExceptionally();
    }

    @Test
    void reportsOfSeveralAreOne() {
        DrainReport.Leftover left =
                new DrainReport.Leftover(
                        SteeredPair.CLIENT, 1, SteeredPair.SERVER, 2, State.ESTABLISHED, 3, 4);
        Throwable first = new IOException("first");
        DrainReport merged =
                DrainReport.merged(
                        List.of(
                                new DrainReport(List.of(left), 3, null),
                                new DrainReport(List.of(), 4, first),
                                new DrainReport(List.of(left), 5, new IOException("second"))));
        assertThat(merged).isEqualTo(new DrainReport(List.of(left, left), 12, first));
        assertThat(new DrainReport(List.of(), 1, null).isClean()).isTrue();
        assertThat(new DrainReport(List.of(left), 0, null).isClean()).isFalse();
        assertThat(new DrainReport(List.of(), 0, first).isClean()).isFalse();
    }
}
