package io.finwait.driver;

import static io.finwait.driver.SteeredPair.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.driver.RingConnection.Unread;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What becomes of a connection with rings when an end of it closes, resets or dies. */
class RingConnectionEndsTest extends ConnectedRings {

    /** More than a ring takes through all its sizes. */
    private static final int MORE_THAN_A_RING = 2 * ByteRing.LARGEST;

    private State stateOfTheirs() {
        return theirs.connection().driven.state();
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
