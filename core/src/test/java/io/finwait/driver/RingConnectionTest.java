package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.RingConnection.Unread;
import io.finwait.tcp.CloseReason;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What both ends of a connection with rings see, call by call. */
class RingConnectionTest extends ConnectedRings {

    private static final int MUCH = 4 << 20;

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
        CompletableFuture<Void> ended =
                elsewhere(
                        () -> {
                            ours = connect(80);
                            write(ours, "all");
                            return ours.shutdownOutput();
                        });
        assertThat(ours.connection()).isNull();
        assertThat(told).containsExactly(Readiness.WRITABLE);
        pair.settle();
        assertThat(ours.reason()).isInstanceOf(CloseReason.ClosedBeforeEstablished.class);
        assertThat(failure(ended)).hasCauseInstanceOf(IOException.class);
        assertThat(pair.clientCable.sent()).isZero();
    }

    @Test
    void aConnectionThatIsClosedBeforeTheDriverHearsOfItIsNotOpened() {
        CompletableFuture<Void> closed =
                elsewhere(
                        () -> {
                            ours = connect(80);
                            return ours.close(Unread.RESET);
                        });
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
}
