package io.finwait.driver;

import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.RingConnection.Unread;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What both ends of a connection with rings see, call by call. */
class RingConnectionTest {

    private static final int MUCH = 4 << 20;

    /** More than a ring takes through all its sizes. */
    private static final int MORE_THAN_A_RING = 2 * ByteRing.LARGEST;

    private final SteeredPair pair = new SteeredPair();
    private final AsyncListener listener = now(pair.server.listen(80, 16));
    private final List<Integer> told = new ArrayList<>();
    private final List<Integer> toldThere = new ArrayList<>();
    private RingConnection ours;
    private RingConnection theirs;

    private RingConnection connect(int port) {
        return RingConnection.connect(pair.client, null, 0, SteeredPair.SERVER, port, told::add);
    }

    private void connect() {
        ours = connect(80);
        pair.settle();
        theirs = RingConnection.over(now(listener.accept()), toldThere::add);
        pair.settle();
        told.clear();
        toldThere.clear();
    }

    private static int write(RingConnection to, String text) {
        return to.write(text(text));
    }

    private static String read(RingConnection from) {
        ByteBuffer into = ByteBuffer.allocate(100);
        int octets = from.read(into);
        assertThat(into.position()).isEqualTo(Math.max(octets, 0));
        return octets < 0 ? "end" : text(into);
    }

    /** Writes until nothing more is taken, however often it is tried again. */
    private int fill() {
        byte[] some = new byte[10_000];
        int total = 0;
        int taken;
        while ((taken = ours.write(some, 0, some.length)) > 0) {
            total += taken;
            pair.settle();
        }
        return total;
    }

    private int readAllOfTheirs() {
        byte[] some = new byte[100_000];
        int total = 0;
        int taken;
        while ((taken = theirs.read(some, 0, some.length)) > 0) {
            total += taken;
            pair.settle();
        }
        return total;
    }

    private State stateOfTheirs() {
        return theirs.connection().driven.state();
    }

    // Opening.

    @Test
    void itIsEstablishedWhenTheHandshakeIsComplete() {
        ours = connect(80);
        assertThat(ours.isEstablished()).isFalse();
        assertThat(ours.isWritable()).isFalse();
        assertThat(ours.isReadable()).isFalse();
        assertThat(told).isEmpty();
        pair.settle();
        assertThat(ours.isEstablished()).isTrue();
        assertThat(ours.isWritable()).isTrue();
        assertThat(ours.isReadable()).isFalse();
        assertThat(ours.hasEnded()).isFalse();
        assertThat(ours.reason()).isNull();
        assertThat(told).containsExactly(Readiness.WRITABLE);
        assertThat(ours.connection().remotePort()).isEqualTo(80);
        assertThat(ours).hasToString("RingConnection[" + ours.connection() + "]");
        AsyncConnection accepted = now(listener.accept());
        theirs = RingConnection.over(accepted, toldThere::add);
        assertThat(theirs.isEstablished()).isTrue();
        assertThat(theirs.connection()).isSameAs(accepted);
    }

    @Test
    void whatIsWrittenBeforeTheHandshakeLeavesBehindIt() {
        ours = connect(80);
        assertThat(write(ours, "early")).isEqualTo(5);
        pair.settle();
        theirs = RingConnection.over(now(listener.accept()), toldThere::add);
        assertThat(read(theirs)).isEqualTo("early");
    }

    @Test
    void whatCameBeforeItWasTakenOverIsThere() {
        ours = connect(80);
        pair.settle();
        write(ours, "first");
        CompletableFuture<Void> unused = ours.shutdownOutput();
        pair.settle();
        theirs = RingConnection.over(now(listener.accept()), toldThere::add);
        assertThat(toldThere).contains(Readiness.READABLE);
        assertThat(read(theirs)).isEqualTo("first");
        assertThat(read(theirs)).isEqualTo("end");
        assertThat(theirs.peerHasClosed()).isTrue();
        assertThat(theirs.hasEnded()).isFalse();
    }

    @Test
    void whatHasEndedBeforeItWasTakenOverHasEnded() {
        ours = connect(80);
        pair.settle();
        AsyncConnection accepted = now(listener.accept());
        CompletableFuture<Void> unused = ours.abort();
        pair.settle();
        theirs = RingConnection.over(accepted, toldThere::add);
        assertThat(theirs.hasEnded()).isTrue();
        assertThat(theirs.reason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(toldThere).contains(Readiness.READABLE | Readiness.WRITABLE);
        assertThat(read(theirs)).isEqualTo("end");
    }

    @Test
    void aClosedPortRefuses() {
        ours = connect(81);
        pair.settle();
        assertThat(ours.hasEnded()).isTrue();
        assertThat(ours.isEstablished()).isFalse();
        assertThat(ours.reason()).isInstanceOf(CloseReason.Refused.class);
        assertThat(ours.refusal()).isNull();
        assertThat(ours.isReadable()).isTrue();
        assertThat(ours.isWritable()).isTrue();
        assertThat(read(ours)).isEqualTo("end");
        assertThat(write(ours, "x")).isEqualTo(-1);
        assertThat(told).contains(Readiness.READABLE | Readiness.WRITABLE);
    }

    /** Nothing is below it, whatever is asked. */
    @Test
    void whatCantBeOpenedIsOverAndTakesEveryCall() {
        ours =
                RingConnection.connect(
                        pair.client, SteeredPair.NOBODY, 0, SteeredPair.SERVER, 80, told::add);
        assertThat(ours.hasEnded()).isTrue();
        assertThat(ours.refusal()).isInstanceOf(IllegalArgumentException.class);
        assertThat(ours.reason()).isNull();
        assertThat(ours.takeFailure()).isNull();
        assertThat(ours.connection()).isNull();
        assertThat(ours.available()).isZero();
        assertThat(told).containsExactly(Readiness.READABLE | Readiness.WRITABLE);
        assertThat(read(ours)).isEqualTo("end");
        assertThat(write(ours, "x")).isEqualTo(-1);
        assertThat(ours.write(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(ours.write(new ByteBuffer[] {text("x")}, 0, 1)).isEqualTo(-1);
        ours.discardInput();
        assertThat(failure(ours.shutdownOutput())).hasCauseInstanceOf(IOException.class);
        pair.settle();
        assertThat(ours.close(Unread.RESET)).isCompleted();
        assertThat(ours.abort()).isCompleted();
        assertThat(ours).hasToString("RingConnection[null]");
        assertThatThrownBy(
                        () ->
                                RingConnection.connect(
                                        pair.client, null, 0, SteeredPair.SERVER, 80, null))
                .isInstanceOf(NullPointerException.class);
    }

    /**
     * The driver has not heard of it yet: another thread has called. A CLOSE in SYN-SENT ends the
     * connection (RFC 9293 §3.10.4).
     */
    @Test
    void anOutputThatIsEndedBeforeThereIsAConnectionEndsTheAttempt() {
        CompletableFuture<CompletableFuture<Void>> asking =
                CompletableFuture.supplyAsync(
                        () -> {
                            ours = connect(80);
                            write(ours, "all");
                            return ours.shutdownOutput();
                        });
        CompletableFuture<Void> ended = asking.join();
        assertThat(ours.connection()).isNull();
        assertThat(told).containsExactly(Readiness.WRITABLE);
        pair.settle();
        assertThat(ours.reason()).isInstanceOf(CloseReason.ClosedBeforeEstablished.class);
        assertThat(failure(ended)).hasCauseInstanceOf(IOException.class);
        assertThat(pair.clientCable.sent()).isZero();
    }

    @Test
    void aConnectionThatIsClosedBeforeTheDriverHearsOfItIsNotOpened() {
        CompletableFuture<CompletableFuture<Void>> closing =
                CompletableFuture.supplyAsync(
                        () -> {
                            ours = connect(80);
                            return ours.close(Unread.RESET);
                        });
        CompletableFuture<Void> closed = closing.join();
        assertThat(told).containsExactly(Readiness.READABLE | Readiness.WRITABLE);
        pair.settle();
        assertThat(closed).isDone();
        assertThat(ours.hasEnded()).isTrue();
        CompletableFuture<AsyncConnection> accepting = listener.accept();
        assertThat(accepting).isNotDone();
    }

    @Test
    void aDriverThatHasStoppedOpensNothing() {
        CompletableFuture<DrainReport> unused = pair.client.shutdown(Duration.ZERO);
        pair.settle();
        ours = connect(80);
        assertThat(ours.hasEnded()).isTrue();
        assertThat(ours.refusal()).hasMessageContaining("the driver has stopped");
    }

    // Octets.

    @Test
    void octetsComeOverInOrder() {
        connect();
        byte[] five = "hello".getBytes(StandardCharsets.US_ASCII);
        assertThat(ours.write(five, 1, 3)).isEqualTo(3);
        assertThat(toldThere).isEmpty();
        pair.settle();
        assertThat(toldThere).containsExactly(Readiness.READABLE);
        assertThat(told).containsExactly(Readiness.WRITABLE);
        assertThat(theirs.isReadable()).isTrue();
        assertThat(theirs.available()).isEqualTo(3);
        byte[] into = new byte[5];
        assertThat(theirs.read(into, 1, 2)).isEqualTo(2);
        assertThat(into).containsExactly(0, 'e', 'l', 0, 0);
        assertThat(theirs.read(into, 0, 5)).isEqualTo(1);
        assertThat(theirs.read(into, 0, 5)).isZero();
        assertThat(theirs.read(ByteBuffer.allocate(1))).isZero();
        assertThat(theirs.isReadable()).isFalse();
    }

    @Test
    void severalBuffersLeaveTogether() {
        connect();
        int before = pair.clientCable.sent();
        ByteBuffer[] three = {text("x"), text("one"), text("two"), text("three"), text("y")};
        assertThat(ours.write(three, 1, 3)).isEqualTo(11);
        pair.settle();
        assertThat(pair.clientCable.sent() - before).isEqualTo(1);
        assertThat(read(theirs)).isEqualTo("onetwothree");
        assertThat(three[0].remaining()).isEqualTo(1);
        assertThat(three[3].remaining()).isZero();
        assertThat(three[4].remaining()).isEqualTo(1);
    }

    @Test
    void aFullPathTakesNothingAndSaysWhenItTakesMore() {
        connect();
        int filled = fill();
        assertThat(filled).isGreaterThan(2 * ByteRing.LARGEST);
        assertThat(ours.isWritable()).isFalse();
        assertThat(theirs.available()).isGreaterThan(ByteRing.LARGEST);
        assertThat(Grip.on(theirs.connection()).unread()).isEqualTo(theirs.available());
        told.clear();
        assertThat(readAllOfTheirs()).isEqualTo(filled);
        assertThat(told).isNotEmpty().containsOnly(Readiness.WRITABLE);
        assertThat(ours.isWritable()).isTrue();
        assertThat(theirs.available()).isZero();
        assertThat(write(ours, "more")).isEqualTo(4);
        pair.settle();
        assertThat(read(theirs)).isEqualTo("more");
    }

    /** Taking little out of a full ring is not worth a word to the driver. */
    @Test
    void aReaderOfLittleTellsTheDriverOnlyWhenThereIsMuchRoom() {
        connect();
        int filled = fill();
        byte[] little = new byte[1_000];
        int taken = 0;
        int signalledAt = 0;
        while (signalledAt == 0 && taken < filled) {
            taken += theirs.read(little, 0, little.length);
            signalledAt = pair.steeredServer.turn(pair.nowNs()) > 0 ? taken : 0;
        }
        assertThat(signalledAt).isBetween(ByteRing.LARGEST / 2, ByteRing.LARGEST);
    }

    @Test
    void theEndComesBehindAFullRing() {
        connect();
        int filled = fill();
        CompletableFuture<Void> accepted = ours.shutdownOutput();
        assertThat(write(ours, "x")).isEqualTo(-1);
        assertThat(ours.isWritable()).isTrue();
        pair.settle();
        assertThat(accepted).isNotDone();
        assertThat(readAllOfTheirs()).isEqualTo(filled);
        pair.settle();
        assertThat(accepted).isCompleted();
        assertThat(read(theirs)).isEqualTo("end");
        assertThat(theirs.isReadable()).isTrue();
        assertThat(theirs.peerHasClosed()).isTrue();
        assertThat(ours.peerHasClosed()).isFalse();
    }

    @Test
    void whatIsDiscardedIsNotRead() {
        connect();
        write(ours, "before");
        pair.settle();
        theirs.discardInput();
        ByteBuffer much = ByteBuffer.allocate(MUCH);
        while (much.hasRemaining()) {
            assertThat(ours.write(much)).isPositive();
            pair.settle();
        }
        assertThat(read(theirs)).isEqualTo("before");
        assertThat(read(theirs)).isEmpty();
        CompletableFuture<Void> accepted = ours.shutdownOutput();
        pair.settle();
        assertThat(accepted).isCompleted();
        assertThat(read(theirs)).isEqualTo("end");
    }

    // The end.

    @ParameterizedTest
    @EnumSource
    void aCloseWithNothingUnreadIsInOrder(Unread unread) {
        connect();
        write(theirs, "rest");
        CompletableFuture<Void> accepted = theirs.close(unread);
        assertThat(toldThere).contains(Readiness.READABLE | Readiness.WRITABLE);
        assertThat(write(theirs, "late")).isEqualTo(-1);
        pair.settle();
        assertThat(accepted).isCompleted();
        assertThat(stateOfTheirs()).isEqualTo(State.FIN_WAIT_2);
        assertThat(Grip.on(theirs.connection()).isClosedByUser()).isTrue();
        assertThat(read(ours)).isEqualTo("rest");
        assertThat(read(ours)).isEqualTo("end");
        assertThat(theirs.close(unread)).isCompleted();
        CompletableFuture<Void> unused = ours.close(unread);
        pair.settle();
        assertThat(ours.reason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(ours.takeFailure()).isNull();
        assertThat(theirs.hasEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void unreadOctetsAreWhatThePolicySays(Unread unread) {
        connect();
        write(ours, "unread");
        pair.settle();
        told.clear();
        CompletableFuture<Void> accepted = theirs.close(unread);
        pair.settle();
        switch (unread) {
            case RESET -> {
                assertThat(failure(accepted)).hasCauseInstanceOf(IOException.class);
                assertThat(ours.reason()).isInstanceOf(CloseReason.ResetByPeer.class);
                assertThat(ours.peerHasClosed()).isFalse();
            }
            case FIN_THEN_RESET -> {
                assertThat(ours.reason()).isInstanceOf(CloseReason.ResetByPeer.class);
                assertThat(ours.peerHasClosed()).isTrue();
            }
            case DISCARD -> {
                assertThat(accepted).isCompleted();
                assertThat(ours.hasEnded()).isFalse();
                assertThat(ours.peerHasClosed()).isTrue();
            }
        }
        assertThat(read(ours)).isEqualTo("end");
    }

    @ParameterizedTest
    @EnumSource
    void whatTheEndpointHoldsBehindAFullRingIsUnreadToo(Unread unread) {
        connect();
        ByteBuffer octets = ByteBuffer.allocate(MORE_THAN_A_RING);
        while (octets.hasRemaining()) {
            assertThat(ours.write(octets)).isPositive();
            pair.settle();
        }
        assertThat(theirs.available()).isEqualTo(MORE_THAN_A_RING);
        byte[] much = new byte[MORE_THAN_A_RING];
        int inTheRing = theirs.read(much, 0, much.length);
        assertThat(inTheRing).isLessThan(MORE_THAN_A_RING);
        assertThat(theirs.available()).isEqualTo(MORE_THAN_A_RING - inTheRing);
        CompletableFuture<Void> unused = theirs.close(unread);
        pair.settle();
        if (unread == Unread.DISCARD) {
            assertThat(ours.hasEnded()).isFalse();
            assertThat(ours.peerHasClosed()).isTrue();
        } else {
            assertThat(ours.reason()).isInstanceOf(CloseReason.ResetByPeer.class);
        }
    }

    @Test
    void aFailureIsToldOnce() {
        connect();
        write(ours, "before");
        pair.settle();
        CompletableFuture<Void> aborted = ours.abort();
        assertThat(ours.abort()).isCompleted();
        pair.settle();
        assertThat(failure(aborted)).hasCauseInstanceOf(IOException.class);
        assertThat(theirs.hasEnded()).isTrue();
        assertThat(read(theirs)).isEqualTo("before");
        assertThat(read(theirs)).isEqualTo("end");
        assertThat(theirs.takeFailure()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(theirs.takeFailure()).isNull();
        assertThat(stateOfTheirs()).isEqualTo(State.CLOSED);
    }

    @Test
    void anAbortSendsWhatMayLeaveAtOnce() {
        connect();
        write(ours, "last words");
        CompletableFuture<Void> unused = ours.abort();
        pair.settle();
        assertThat(read(theirs)).isEqualTo("last words");
        assertThat(theirs.takeFailure()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(ours.hasEnded()).isTrue();
    }

    @Test
    void anAbortBeforeTheHandshakeSendsNothing() {
        ours = RingConnection.connect(pair.client, null, 0, SteeredPair.NOBODY, 80, told::add);
        pair.settle();
        write(ours, "x");
        int before = pair.clientCable.sent();
        CompletableFuture<Void> unused = ours.abort();
        pair.settle();
        assertThat(ours.hasEnded()).isTrue();
        assertThat(pair.clientCable.sent() - before).isZero();
    }

    @Test
    void whatIsWrittenAndClosedArrivesAll() {
        connect();
        int filled = fill();
        CompletableFuture<Void> accepted = ours.close(Unread.RESET);
        pair.settle();
        assertThat(accepted).isNotDone();
        assertThat(readAllOfTheirs()).isEqualTo(filled);
        pair.settle();
        assertThat(accepted).isCompleted();
    }

    @Test
    void whatIsWrittenAndClosedIsResetAfterTheOrphansTimeWhenNobodyReads() {
        connect();
        fill();
        CompletableFuture<Void> accepted = ours.close(Unread.RESET);
        pair.advance(Duration.ofSeconds(10));
        assertThat(accepted).isNotDone();
        pair.advance(Duration.ofHours(1));
        assertThat(accepted).isCompletedExceptionally();
        assertThat(ours.hasEnded()).isTrue();
    }

    @Test
    void aDriverThatDiesEndsItsConnections() {
        connect();
        write(theirs, "before");
        pair.settle();
        pair.clientCable.failsWith(new IllegalStateException("planted"));
        pair.settle();
        assertThat(ours.hasEnded()).isTrue();
        assertThat(read(ours)).isEqualTo("before");
        assertThat(read(ours)).isEqualTo("end");
        assertThat(write(ours, "x")).isEqualTo(-1);
        assertThat(failure(ours.close(Unread.RESET))).isInstanceOf(Exception.class);
    }
}
