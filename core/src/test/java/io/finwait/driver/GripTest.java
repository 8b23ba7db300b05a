package io.finwait.driver;

import static io.finwait.driver.SteeredPair.now;
import static io.finwait.driver.SteeredPair.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a grip lets out and in, to the octet, and when it acts. */
class GripTest {

    private final SteeredPair pair = new SteeredPair(settings -> settings.nagle(false));
    private final AsyncListener listener = now(pair.server.listen(80, 16));
    private final List<String> done = new ArrayList<>();
    private final AsyncConnection ours;
    private final AsyncConnection theirs;
    private final Grip grip;

    GripTest() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        ours = now(connecting);
        theirs = now(listener.accept());
        grip = Grip.on(ours);
    }

    private String readTheirs() {
        ByteBuffer into = ByteBuffer.allocate(100);
        CompletableFuture<Integer> reading = theirs.read(into);
        pair.settle();
        if (reading.isDone()) {
            return reading.join() < 0 ? "end" : text(into);
        }
        assertThat(reading.cancel(false)).isTrue();
        return "";
    }

    @Test
    void itIsTheSameForAConnection() {
        assertThat(Grip.on(ours)).isSameAs(grip);
        assertThat(grip.connection()).isSameAs(ours);
        assertThat(grip.state()).isEqualTo(State.ESTABLISHED);
        assertThat(grip.isClosedByUser()).isFalse();
    }

    @Test
    void withoutALimitEverythingLeaves() {
        now(ours.write(text("hello")));
        pair.settle();
        assertThat(readTheirs()).isEqualTo("hello");
    }

    @Test
    void noMoreOctetsLeaveThanTheLimit() {
        now(ours.write(text("abc")));
        grip.outputLimit(5, () -> done.add("limit"));
        pair.settle();
        assertThat(done).isEmpty();
        ByteBuffer octets = text("defgh");
        CompletableFuture<Void> writing = ours.write(octets);
        assertThat(done).as("in the next turn").isEmpty();
        pair.settle();
        assertThat(done).containsExactly("limit");
        assertThat(writing).isNotDone();
        assertThat(octets.position()).isEqualTo(2);
        assertThat(octets.limit()).isEqualTo(5);
        assertThat(readTheirs()).isEqualTo("abcde");
        assertThat(readTheirs()).isEmpty();
        assertThat(done).hasSize(1);
    }

    @Test
    void alreadyAtTheLimitItActsInTheNextTurn() {
        grip.outputLimit(0, () -> done.add("at once"));
        assertThat(done).isEmpty();
        pair.settle();
        assertThat(done).containsExactly("at once");
        CompletableFuture<Void> writing = ours.write(text("x"));
        pair.settle();
        assertThat(writing).isNotDone();
        assertThat(done).hasSize(1);
    }

    @Test
    void aLimitNeedsNothingToBeDoneBehindIt() {
        grip.outputLimit(1, null);
        CompletableFuture<Void> writing = ours.write(text("xy"));
        pair.settle();
        assertThat(writing).isNotDone();
        assertThat(readTheirs()).isEqualTo("x");
    }

    @Test
    void itActsBehindSoManyReceivedOctets() {
        grip.afterReceived(5, () -> done.add("five"));
        now(theirs.write(text("abc")));
        pair.settle();
        assertThat(done).as("nobody has received them yet").isEmpty();
        assertThat(now(ours.read(ByteBuffer.allocate(9)))).isEqualTo(3);
        pair.settle();
        assertThat(done).isEmpty();
        now(theirs.write(text("de")));
        pair.settle();
        assertThat(now(ours.read(ByteBuffer.allocate(9)))).isEqualTo(2);
        assertThat(done).as("in the next turn").isEmpty();
        pair.settle();
        assertThat(done).containsExactly("five");
        now(theirs.write(text("fg")));
        pair.settle();
        assertThat(now(ours.read(ByteBuffer.allocate(9)))).isEqualTo(2);
        pair.settle();
        assertThat(done).hasSize(1);
        grip.afterReceived(0, () -> done.add("have come long ago"));
        pair.settle();
        assertThat(done).hasSize(2);
    }

    @Test
    void whatIsHeldIsNotReadUntilItIsLetGo() {
        CompletableFuture<Integer> reading = ours.read(ByteBuffer.allocate(9));
        grip.holdInput(true);
        now(theirs.write(text("abc")));
        pair.settle();
        assertThat(reading).isNotDone();
        assertThat(grip.unread()).isEqualTo(3);
        grip.holdInput(false);
        assertThat(now(reading)).isEqualTo(3);
        assertThat(grip.unread()).isZero();
    }

    @Test
    void whatIsHeldInFrontOfRingsCountsAsUnread() {
        RingConnection rings = RingConnection.over(ours, what -> {});
        now(theirs.write(text("abc")));
        pair.settle();
        grip.holdInput(true);
        now(theirs.write(text("de")));
        pair.settle();
        assertThat(rings.available()).isEqualTo(3);
        assertThat(grip.unread()).isEqualTo(5);
        grip.holdInput(false);
        assertThat(rings.available()).isEqualTo(5);
    }

    @Test
    void aCloseInTheUsersPlaceCutsHisOutputOff() {
        RingConnection rings = RingConnection.over(ours, what -> done.add("told " + what));
        done.clear();
        grip.close();
        assertThat(done).contains("told " + Readiness.WRITABLE);
        assertThat(rings.write(text("late"))).isEqualTo(-1);
        pair.settle();
        assertThat(readTheirs()).isEqualTo("end");
        assertThat(grip.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(grip.isClosedByUser()).isFalse();
        CompletableFuture<CloseReason> unused = theirs.close();
        pair.settle();
        assertThat(grip.state()).isEqualTo(State.CLOSED);
        assertThat(grip.isClosedByUser()).isTrue();
    }

    /** What stood in the ring is not sent behind the end. */
    @Test
    void whatIsCutOffIsNotSent() {
        grip.outputLimit(2, null);
        RingConnection rings = RingConnection.over(ours, what -> {});
        assertThat(rings.write(text("abcd"))).isEqualTo(4);
        pair.settle();
        grip.outputLimit(100, null);
        grip.shutdownOutput();
        pair.settle();
        assertThat(readTheirs()).isEqualTo("ab");
        assertThat(readTheirs()).isEqualTo("end");
        assertThat(rings.write(text("late"))).isEqualTo(-1);
        now(theirs.write(text("still")));
        pair.settle();
        assertThat(rings.available()).isEqualTo(5);
    }

    @Test
    void whatARingHoldsLeavesOnceWithinTheLimit() {
        grip.outputLimit(8, null);
        RingConnection rings = RingConnection.over(ours, what -> {});
        assertThat(rings.write(text("abc"))).isEqualTo(3);
        pair.settle();
        assertThat(rings.write(text("defghi"))).isEqualTo(6);
        pair.settle();
        assertThat(readTheirs()).isEqualTo("abcdefgh");
        grip.outputLimit(9, null);
        assertThat(rings.write(text("j"))).isEqualTo(1);
        pair.settle();
        assertThat(readTheirs()).isEqualTo("i");
    }

    @Test
    void anAbortInTheUsersPlaceResets() {
        RingConnection rings = RingConnection.over(ours, what -> {});
        grip.abort();
        pair.settle();
        assertThat(now(theirs.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(rings.hasEnded()).isTrue();
        assertThat(rings.write(text("late"))).isEqualTo(-1);
    }

    @Test
    void aKilledUserLeavesAFin() {
        now(ours.write(text("last")));
        grip.kill();
        pair.settle();
        assertThat(readTheirs()).isEqualTo("last");
        assertThat(readTheirs()).isEqualTo("end");
        assertThat(theirs.ended()).isNotDone();
    }

    @Test
    void aKilledUserWithUnreadOctetsLeavesAReset() {
        now(theirs.write(text("unread")));
        pair.settle();
        grip.kill();
        pair.settle();
        assertThat(now(theirs.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    /** What the connection refuses leaves the buffer as it was. */
    @Test
    void aSendThatFailsRestoresTheLimit() {
        grip.abort();
        pair.settle();
        ByteBuffer octets = text("abc");
        CompletableFuture<Void> writing = ours.write(octets);
        assertThat(SteeredPair.failure(writing)).isInstanceOf(IOException.class);
        assertThat(octets.remaining()).isEqualTo(3);
    }
}
