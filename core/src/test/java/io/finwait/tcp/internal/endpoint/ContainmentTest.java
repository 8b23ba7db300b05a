package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.PORT;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.Aborted;
import io.finwait.tcp.CloseReason.Orderly;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What throws while one connection is handled ends that one, and everybody else goes on. As far as
 * we know nothing does; so the faults are planted: a transport that throws for one peer, a part of
 * a TCB that is missing, an observer.
 */
class ContainmentTest {

    private static final int BAD = 40_000;
    private static final int GOOD = 40_001;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(PORT, 16);
    private Bench.Peer badPeer;
    private Bench.Peer goodPeer;
    private Connection bad;
    private Connection good;

    @BeforeEach
    void openTwo() {
        badPeer = bench.open(BAD, true);
        bad = listener.accept();
        goodPeer = bench.open(GOOD, true);
        good = listener.accept();
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("planted"),
                new AssertionError("planted"),
                new OutOfMemoryError("planted"),
                new StackOverflowError("planted"),
                new NoClassDefFoundError("planted"));
    }

    private Tcb badTcb() {
        return ((TcpConnection) bad).tcb;
    }

    /**
     * The bad one has ended with a reason of its own, is in no table any more, and nothing spins.
     */
    private void onlyTheBadOneHasEnded(AbortCause cause) throws IOException {
        assertThat(bad.closeReason())
                .isInstanceOfSatisfying(
                        Aborted.class, reason -> assertThat(reason.cause()).isEqualTo(cause));
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isPositive();
        assertThatThrownBy(() -> bad.receive(ByteBuffer.allocate(1)))
                .hasMessage(bad.closeReason().message());
        goesOn();
        bad.release();
        // The pair of sockets is free again, and so are the TCB and all that it was counted in.
        bench.wire.failsTo = -1;
        badPeer = bench.open(BAD, true);
        bad = listener.accept();
        assertThat(bad.state()).isEqualTo(State.ESTABLISHED);
        badPeer.text(700);
        bench.work();
        assertThat(bad.unread()).isEqualTo(700);
        badPeer.segment(RST, badPeer.seq, 0, 0);
        bench.work();
        assertThat(bad.receive(ByteBuffer.allocate(1_000))).isEqualTo(700);
        closesInOrder();
    }

    private void goesOn() throws IOException {
        bench.work();
        assertThat(bench.endpoint.connectionCount()).isEqualTo(1);
        assertThat(bench.endpoint.orphanCount()).isZero();
        goodPeer.text(500);
        bench.pass(SECOND);
        assertThat(bench.lastTo(GOOD).ack()).isEqualTo(goodPeer.seq);
        ByteBuffer text = ByteBuffer.allocate(2_000);
        int octets = good.receive(text);
        assertThat(octets).isGreaterThanOrEqualTo(500);
        for (int i = 0; i < octets; i++) {
            assertThat(text.get(i)).isEqualTo((byte) (goodPeer.seq - octets + i));
        }
        good.send(ByteBuffer.allocate(300));
        bench.work();
        goodPeer.ack = bench.lastTo(GOOD).seq() + 300;
        goodPeer.segment(ACK, goodPeer.seq, goodPeer.ack, 0);
        bench.work();
        assertThat(good.unacknowledged()).isZero();
        assertThat(bench.endpoint.nextDeadlineNs()).isGreaterThan(bench.now);
    }

    private void closesInOrder() {
        goodPeer.segment(ACK | FIN, goodPeer.seq, goodPeer.ack, 0);
        bench.work();
        good.close();
        bench.work();
        goodPeer.segment(ACK, goodPeer.seq + 1, goodPeer.ack + 1, 0);
        bench.work();
        assertThat(good.closeReason()).isInstanceOf(Orderly.class);
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    // Output.

    @ParameterizedTest
    @MethodSource("failures")
    void whatThrowsInOutput(Throwable failure) throws IOException {
        bench.wire.failsTo = BAD;
        bench.wire.failures = 1;
        bench.wire.failure = failure;
        bad.send(ByteBuffer.allocate(5_000));
        good.send(ByteBuffer.allocate(10));
        bench.work();
        assertThat(bench.lastTo(BAD).has(RST)).isTrue();
        assertThat(bench.lastTo(GOOD).text()).isEqualTo(10);
        goodPeer.ack += 10;
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    @Test
    void whatThrowsInOutputAgainForTheReset() throws IOException {
        bench.wire.failsTo = BAD;
        bad.send(ByteBuffer.allocate(5_000));
        bench.work();
        assertThat(bench.lastTo(BAD)).isNull();
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    /** The room of the segment that was begun goes back to the transport. */
    @Test
    void whatThrowsBetweenClaimAndCommit() throws IOException {
        bad.send(ByteBuffer.allocate(100));
        badTcb().snd.buffer = new SendBuffer(bench.endpoint.pool());
        bench.work();
        assertThat(bench.wire.abandoned).isEqualTo(1);
        assertThat(bench.lastTo(BAD).has(RST)).isTrue();
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    // Input.

    @Test
    void whatThrowsInInput() throws IOException {
        badTcb().rcv.buffer = null;
        badPeer.text(100);
        goodPeer.text(100);
        badPeer.text(100);
        bench.work();
        assertThat(bench.lastTo(BAD).has(RST)).isTrue();
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    /** Ending it throws as well, whatever it was doing: it is dropped out of all tables. */
    @Test
    void whatThrowsWhenItIsEnded() throws IOException {
        bad.send(ByteBuffer.allocate(100));
        bench.work();
        badTcb().rcv.buffer = null;
        badTcb().snd.buffer = null;
        badPeer.text(100);
        bench.work();
        // The text, the RST and the end.
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isEqualTo(3);
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    /** Its state is CLOSED already, and some tables still hold it. */
    @Test
    void whatThrowsWhenThePeersResetEndsIt() throws IOException {
        badTcb().snd.buffer = null;
        badPeer.segment(RST, badPeer.seq, 0, 0);
        bench.work();
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    @Test
    void whatThrowsWhenAnOrphanIsEnded() throws IOException {
        bad.send(ByteBuffer.allocate(100));
        bad.close();
        bench.work();
        assertThat(bench.endpoint.orphanCount()).isEqualTo(1);
        badTcb().snd.buffer = null;
        bench.pass(10 * SECOND);
        assertThat(bad.closeReason()).isInstanceOf(Aborted.class);
        goesOn();
        closesInOrder();
    }

    @Test
    void whatThrowsInAHandshakeCountsForNoBacklog() throws IOException {
        bench.wire.failsTo = 50_000;
        for (int i = 0; i < 40; i++) {
            Bench.Peer peer = bench.new Peer(50_000, false);
            peer.segment(SYN, 1_000 * i, 0, 0);
            bench.work();
        }
        assertThat(listener.synQueueLength()).isZero();
        bad.abort();
        goesOn();
    }

    // Timers.

    @Test
    void whatThrowsInATimer() throws IOException {
        bad.keepAlive(SECOND, SECOND, 1);
        bench.pass(1_500 * MS);
        bench.wire.failsTo = BAD;
        bench.pass(SECOND);
        onlyTheBadOneHasEnded(AbortCause.INTERNAL_ERROR);
    }

    /** Or whoever is idle would not look again. */
    @Test
    void aTimerThatThrowsIsWorkToo() {
        bad.keepAlive(SECOND, SECOND, 1);
        bench.work();
        badTcb().snd.buffer = null;
        badTcb().rcv.buffer = null;
        badTcb().keepaliveProbes = 0;
        bench.now += SECOND;
        assertThat(bench.cycle()).isPositive();
        assertThat(bad.hasEnded()).isTrue();
    }

    @Test
    void whatThrowsInATimerOfAConnectionWithoutAHandle() throws IOException {
        bad.closeGracefully(bench.now + SECOND);
        bench.work();
        badTcb().connection = null;
        bench.pass(2 * SECOND);
        goesOn();
        assertThat(bad.hasEnded()).as("its handle was lost: nobody could tell it").isFalse();
    }

    // Callbacks.

    @ParameterizedTest
    @MethodSource("failures")
    void whatAnObserverThrows(Throwable failure) throws IOException {
        bad.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection connection) {
                        Bench.raise(failure);
                    }
                });
        badPeer.text(10);
        goodPeer.text(10);
        bench.work();
        assertThat(bench.lastTo(BAD).has(RST)).isTrue();
        onlyTheBadOneHasEnded(AbortCause.OBSERVER_FAILED);
    }

    /** What has ended in order has: its TIME-WAIT is not for an observer to end by a mistake. */
    @Test
    void whatAnObserverThrowsAtTheEnd() throws IOException {
        bad.observer(
                new ConnectionObserver() {
                    @Override
                    public void onEnded(Connection connection) {
                        throw new AssertionError("planted");
                    }
                });
        bad.shutdownOutput();
        bench.work();
        badPeer.segment(ACK | FIN, badPeer.seq, badPeer.ack + 1, 0);
        bench.work();
        assertThat(bad.closeReason()).isInstanceOf(Orderly.class);
        assertThat(bad.state()).isEqualTo(State.TIME_WAIT);
        goesOn();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatTheActionOfAListenerThrows(Throwable failure) throws IOException {
        listener.onAcceptable(() -> Bench.raise(failure));
        bench.open(50_000, false);
        assertThat(listener.accept().state()).isEqualTo(State.ESTABLISHED);
        bad.abort();
        listener.close();
        assertThat(bench.endpoint.connectionCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatACommandThrows(Throwable failure) throws IOException {
        boolean[] ran = new boolean[1];
        bench.endpoint.execute(() -> Bench.raise(failure));
        bench.endpoint.execute(() -> ran[0] = true);
        bad.abort();
        goesOn();
        assertThat(ran[0]).isTrue();
    }

    // What belongs to no connection.

    @ParameterizedTest
    @MethodSource("failures")
    void whatThrowsForASegmentWithoutAConnection(Throwable failure) throws IOException {
        bench.wire.failsTo = 50_000;
        bench.wire.failure = failure;
        Bench.Peer nobody = bench.new Peer(50_000, false);
        goodPeer.text(5);
        nobody.segment(ACK, 1, 1, 10);
        goodPeer.text(5);
        bad.abort();
        goesOn();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isEqualTo(1);
    }

    @Test
    void whatThrowsForAnEntryInTimeWait() throws IOException {
        bad.shutdownOutput();
        bench.work();
        badPeer.segment(ACK | FIN, badPeer.seq, badPeer.ack + 1, 0);
        bench.work();
        bench.wire.failsTo = BAD;
        badPeer.segment(ACK | FIN, badPeer.seq, badPeer.ack + 1, 0);
        goesOn();
        assertThat(bad.state()).isEqualTo(State.TIME_WAIT);
        bench.pass(300 * SECOND);
        assertThat(bench.endpoint.timeWait().size()).isZero();
    }

    // Text that still lies in the transport's buffers, which it fills anew.

    @Test
    void textOfOthersIsKeptWhereOnesOwnCannotBe() throws IOException {
        ReceiveBuffer withoutMemory = new ReceiveBuffer(null, bench.endpoint.context.lentText);
        badTcb().rcv.buffer = withoutMemory;
        ((TcpConnection) bad).input = withoutMemory;
        badPeer.text(10);
        goodPeer.text(700);
        badPeer.text(10);
        bench.work();
        for (int i = 0; i < 3; i++) {
            bench.new Peer(50_000 + i, false).segment(ACK, i, i, 900);
        }
        bench.work();
        assertThat(good.unread()).isEqualTo(700);
        goesOn();
        assertThat(bad.closeReason()).isInstanceOf(Aborted.class);
        assertThatThrownBy(() -> bad.receive(ByteBuffer.allocate(10)))
                .hasMessage(bad.closeReason().message());
    }

    @Test
    void closingTheEndpointEndsAllOthers() {
        badTcb().snd.buffer = null;
        bench.wire.failsTo = BAD;
        bench.endpoint.close();
        assertThat(bad.hasEnded()).isTrue();
        assertThat(good.closeReason())
                .isInstanceOfSatisfying(
                        Aborted.class,
                        reason -> assertThat(reason.cause()).isEqualTo(AbortCause.ENDPOINT_CLOSED));
        assertThat(bench.lastTo(GOOD).has(RST)).isTrue();
    }
}
