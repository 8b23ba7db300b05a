package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.Bench.Peer;
import io.finwait.wire.Unreachable;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** SYNs that wait for the user's answer: full queues, repetitions, ends in every phase. */
class CatchAllEdgesTest {

    private static final long WAIT = 30 * SECOND;

    private final Bench bench = new Bench();
    private final List<String> told = new ArrayList<>();
    private final List<Incoming> asked = new ArrayList<>();
    private final List<Connection> established = new ArrayList<>();
    private CatchAll catchAll = open(CatchAllLimits.DEFAULT.withWaitNs(WAIT));

    private CatchAll open(CatchAllLimits limits) {
        if (catchAll != null) {
            catchAll.close();
        }
        catchAll =
                bench.endpoint.catchAll(
                        limits,
                        new IncomingHandler() {
                            @Override
                            public void onIncoming(Incoming incoming) {
                                told.add("asked " + incoming.remotePort());
                                asked.add(incoming);
                            }

                            @Override
                            public void onEstablished(Incoming incoming, Connection connection) {
                                told.add("established " + incoming.remotePort());
                                established.add(connection);
                            }

                            @Override
                            public void onGone(Incoming incoming, Gone why) {
                                told.add(why + " " + incoming.remotePort());
                            }
                        });
        return catchAll;
    }

    private Peer syn(int port) {
        Peer peer = bench.new Peer(port, true);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        return peer;
    }

    private Incoming last() {
        return asked.get(asked.size() - 1);
    }

    private Peer accepted(int port) {
        Peer peer = syn(port);
        assertThat(last().accept()).isTrue();
        bench.work();
        return peer;
    }

    /** The queue was full, but that is not why this one is gone. */
    @Test
    void aResetOfTheOldestInAFullQueueIsNoCrowdingOut() {
        open(CatchAllLimits.DEFAULT.withMaxHandshakes(1));
        Peer peer = accepted(40_000);
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(told).containsExactly("asked 40000", "NOT_COMPLETED 40000");
    }

    @Test
    void aFullQueueThatNobodyCompletesIsNoCrowdingOut() {
        open(CatchAllLimits.DEFAULT.withMaxHandshakes(1));
        accepted(40_000);
        bench.pass(200 * SECOND);
        assertThat(told).containsExactly("asked 40000", "NOT_COMPLETED 40000");
    }

    @Test
    void whoIsCrowdedOutIsTheOldestAndIsCounted() {
        open(CatchAllLimits.DEFAULT.withMaxHandshakes(2));
        accepted(40_000);
        accepted(40_001);
        assertThat(told).containsExactly("asked 40000", "asked 40001");
        long drops = bench.endpoint.counters().get(Counter.LISTEN_DROPS);
        accepted(40_002);
        assertThat(told)
                .containsExactly("asked 40000", "asked 40001", "asked 40002", "CROWDED_OUT 40000");
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_DROPS)).isEqualTo(drops + 1);
        assertThat(catchAll.handshakes()).isEqualTo(2);
    }

    @Test
    void asManyWaitAsMayAndNotOneMore() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(2).withWaitNs(WAIT));
        syn(40_000);
        syn(40_001);
        assertThat(catchAll.waiting()).isEqualTo(2);
        assertThat(told).containsExactly("asked 40000", "asked 40001");
        syn(40_002);
        assertThat(catchAll.waiting()).isEqualTo(2);
        assertThat(told).endsWith("CROWDED_OUT 40000", "asked 40002");
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_DROPS)).isEqualTo(1);
    }

    /** Each has its own time, and the next deadline is the oldest one's. */
    @Test
    void eachHasItsTime() {
        syn(40_000);
        long first = bench.now + WAIT;
        bench.pass(10 * SECOND);
        syn(40_001);
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(first);
        bench.now = first - 1;
        assertThat(bench.cycle()).isZero();
        bench.now = first;
        // One SYN whose time is over, and one callback.
        assertThat(bench.cycle()).isEqualTo(2);
        assertThat(told).endsWith("TIMED_OUT 40000");
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(first + 10 * SECOND);
        bench.pass(10 * SECOND);
        assertThat(told).endsWith("TIMED_OUT 40001");
    }

    /** A repetition does not begin the time anew: its peer could wait for ever. */
    @Test
    void aRepetitionDoesNotBeginTheTimeAnew() {
        Peer peer = syn(40_000);
        bench.pass(20 * SECOND);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.pass(10 * SECOND);
        assertThat(told).containsExactly("asked 40000", "TIMED_OUT 40000");
    }

    @Test
    void whoIsAnsweredHasNoTimeAnyMore() {
        accepted(40_000);
        syn(40_001);
        last().refuse();
        bench.work();
        assertThat(catchAll.waiting()).isZero();
        acceptedPeer().completeHandshake();
        bench.pass(2 * WAIT);
        assertThat(told).containsExactly("asked 40000", "asked 40001", "established 40000");
    }

    private Peer acceptedPeer() {
        return bench.new Peer(40_000, true);
    }

    @Test
    void answersThatWaitAreCarriedOutAtOnce() {
        syn(40_000);
        assertThat(bench.endpoint.nextDeadlineNs()).isGreaterThan(bench.now);
        last().refuse();
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(bench.now);
        assertThat(bench.cycle()).isPositive();
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
    }

    /** Taken back between the answer and the cycle that would carry it out. */
    @Test
    void anAnswerToOneThatIsGoneIsNotCarriedOut() {
        Peer peer = syn(40_000);
        bench.endpoint.execute(() -> {});
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(last().accept()).isFalse();
        assertThat(last().unreachable(Unreachable.HOST)).isFalse();
        bench.work();
        assertThat(bench.sent).isEmpty();
        assertThat(told).endsWith("NOT_COMPLETED 40000");
        assertThat(bench.endpoint.counters().get(Counter.RESETS_IN)).isEqualTo(1);
    }

    /** The answer is given, and a newer SYN crowds it out before it is carried out. */
    @Test
    void anAnswerToOneThatIsCrowdedOutIsNotCarriedOut() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1));
        syn(40_000);
        Incoming first = last();
        catchAll.close();
        assertThat(first.refuse()).isFalse();
        bench.work();
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void withoutAReasonUnreachableIsRefused() {
        syn(40_000);
        assertThatThrownBy(() -> last().unreachable(null)).isInstanceOf(NullPointerException.class);
        assertThat(last().isWaiting()).isTrue();
    }

    @Test
    void whatIsAttachedStays() {
        syn(40_000);
        assertThat(last().attachment()).isNull();
        last().attach("mine");
        assertThat(last().attachment()).isEqualTo("mine");
        assertThat(last().toString()).contains("40000", "WAITING");
    }

    /** A FIN or text for nobody is answered as at a closed port. */
    @Test
    void whatIsNoSynIsReset() {
        Peer peer = bench.new Peer(40_000, false);
        peer.segment(FIN | ACK, peer.seq, 77, 0);
        bench.work();
        assertThat(bench.lastTo(40_000).flags()).isEqualTo(RST);
        assertThat(bench.lastTo(40_000).seq()).isEqualTo(77);
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void acceptedWhereTheMaximumIsReachedIsCrowdedOut() {
        Bench small = new Bench(config -> config.maxConnections(1));
        small.endpoint.listen(80, 5);
        List<Incoming> waiting = new ArrayList<>();
        List<Object> gone = new ArrayList<>();
        small.endpoint.catchAll(
                CatchAllLimits.DEFAULT,
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        waiting.add(incoming);
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {}

                    @Override
                    public void onGone(Incoming incoming, Gone why) {
                        gone.add(why);
                    }
                });
        Peer peer = small.new Peer(40_000, false);
        peer.hostPort = 443;
        peer.segment(SYN, peer.seq, 0, 0);
        small.work();
        small.open(5_000, false);
        assertThat(waiting.get(0).accept()).isTrue();
        small.work();
        assertThat(gone).containsExactly(IncomingHandler.Gone.CROWDED_OUT);
        assertThat(small.sent).isEmpty();
        assertThat(small.endpoint.counters().get(Counter.LISTEN_OVERFLOWS)).isEqualTo(1);
    }

    /** An exception of the handler is the connection's end, and nobody else's. */
    @Test
    void whatIsThrownWhenItIsEstablishedEndsIt() {
        catchAll.close();
        List<Connection> opened = new ArrayList<>();
        bench.endpoint.catchAll(
                CatchAllLimits.DEFAULT,
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        incoming.accept();
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {
                        opened.add(connection);
                        throw new IllegalStateException("planted");
                    }
                });
        Peer peer = syn(40_000);
        peer.completeHandshake();
        assertThat(opened.get(0).closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        reason ->
                                assertThat(reason.cause())
                                        .isEqualTo(CloseReason.AbortCause.OBSERVER_FAILED));
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    /** It is open, and its user was not told when everything is closed: nobody would own it. */
    @Test
    void oneThatNobodyWasToldOfEndsWithTheCatchAll() {
        Peer peer = accepted(40_000);
        peer.seq++;
        peer.ack = bench.lastTo(40_000).seq() + 1;
        Peer other = bench.new Peer(40_001, true);
        IncomingHandler closing =
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        catchAll.close();
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {
                        established.add(connection);
                    }
                };
        bench.endpoint.catchAll.notices.begin(closing);
        other.segment(SYN, other.seq, 0, 0);
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(established).isEmpty();
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.endpoint.states().toString()).isEmpty();
        assertThat(bench.endpoint.catchAll.notices.isEmpty()).isTrue();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    /** A handler closes while the end of another SYN is not told yet: nobody is there to tell. */
    @Test
    void anEndThatIsNotToldIsForgottenWithTheCatchAll() {
        Peer first = syn(40_000);
        bench.endpoint.catchAll.notices.begin(
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        catchAll.close();
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {}
                });
        Peer other = bench.new Peer(40_001, true);
        other.segment(SYN, other.seq, 0, 0);
        first.segment(RST, first.seq + 1, 0, 0);
        bench.work();
        assertThat(catchAll.isClosed()).isTrue();
        assertThat(bench.endpoint.catchAll.notices.isEmpty()).isTrue();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    @Test
    void whatAHandlerThrowsIsCounted() {
        bench.endpoint.catchAll.notices.begin(
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        throw new IllegalStateException("planted");
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {}
                });
        syn(40_000);
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isEqualTo(1);
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
    }

    /** The transport throws for the RST: the SYN is gone all the same, and its user is told. */
    @Test
    void anAnswerThatCannotBeSentIsCountedAndEndsTheWait() {
        syn(40_000);
        bench.wire.failsTo = 40_000;
        last().refuse();
        bench.work();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isEqualTo(1);
        assertThat(told).containsExactly("asked 40000", "NOT_COMPLETED 40000");
        assertThat(catchAll.waiting()).isZero();
    }

    @Test
    void aClosedOneSaysSo() {
        syn(40_000);
        accepted(40_001);
        assertThat(catchAll.toString()).isEqualTo("catch-all, 1 wait");
        assertThat(catchAll.isClosed()).isFalse();
        assertThat(bench.endpoint.states().get(State.LISTEN)).isEqualTo(1);
        CatchAll first = catchAll;
        open(CatchAllLimits.DEFAULT);
        syn(40_002);
        assertThat(first.isClosed()).isTrue();
        assertThat(first.toString()).isEqualTo("catch-all (closed)");
        assertThat(first.waiting()).isZero();
        assertThat(first.handshakes()).isZero();
        first.close();
        assertThat(catchAll.isClosed()).as("closing the first again closes no other").isFalse();
        assertThat(catchAll.waiting()).isEqualTo(1);
        assertThat(bench.endpoint.states().get(State.LISTEN)).isEqualTo(1);
    }

    /** The SYN that waits over TIME-WAIT comes again: it is not another reopening. */
    @Test
    void aReopeningSynThatComesAgainIsTheSame() {
        Peer peer = accepted(40_000);
        peer.completeHandshake();
        established.get(0).close();
        bench.work();
        peer.ack++;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isEqualTo(1);
        bench.sent.clear();
        peer.tsValue += 5_000;
        int again = peer.seq + 100;
        for (int i = 0; i < 3; i++) {
            bench.pass(SECOND);
            peer.segment(SYN, again, 0, 0);
            bench.work();
        }
        assertThat(bench.sent).isEmpty();
        assertThat(asked).hasSize(2);
        assertThat(catchAll.waiting()).isEqualTo(1);
        peer.segment(SYN | ACK, again, 77, 0);
        bench.work();
        assertThat(bench.lastTo(40_000).flags()).as("a SYN,ACK is no SYN").isEqualTo(RST);
        assertThat(catchAll.waiting()).isEqualTo(1);
        // An old segment of the first connection is still TIME-WAIT's to judge.
        peer.segment(RST, again + 1, 0, 0);
        bench.work();
        assertThat(told).endsWith("NOT_COMPLETED 40000");
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        assertThat(bench.endpoint.timeWait().counters().returned()).isEqualTo(1);
    }

    /** There is no place for it: TIME-WAIT goes on, and the peer may call again. */
    @Test
    void aReopeningSynWithoutPlaceLeavesTimeWait() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1).withAnswersWhenFull(true));
        Peer peer = accepted(40_000);
        peer.completeHandshake();
        established.get(0).close();
        bench.work();
        peer.ack++;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        syn(40_001);
        bench.sent.clear();
        long drops = bench.endpoint.counters().get(Counter.LISTEN_DROPS);
        peer.tsValue += 5_000;
        bench.pass(SECOND);
        peer.segment(SYN, peer.seq + 100, 0, 0);
        bench.work();
        assertThat(bench.sent).as("no cookie").isEmpty();
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_DROPS)).isEqualTo(drops + 1);
        assertThat(bench.endpoint.timeWait().counters().returned()).isEqualTo(1);
        assertThat(asked).hasSize(2);
    }

    @Test
    void oneThatACookieBroughtCrowdsOutTheOldest() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1).withAnswersWhenFull(true));
        syn(40_000);
        Peer peer = syn(40_001);
        peer.completeHandshake();
        assertThat(told).containsExactly("asked 40000", "CROWDED_OUT 40000", "asked 40001");
        assertThat(catchAll.waiting()).isEqualTo(1);
        assertThat(last().isAlreadyOpen()).isTrue();
        assertThat(last().ignore()).isTrue();
        bench.work();
        assertThat(bench.lastTo(40_001).has(RST)).as("an open one can't be ignored").isTrue();
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    /** Its peer has reset it before the answer: the user is told, and gets what there is. */
    @Test
    void anOpenOneThatHasEndedIsHandedOverWithItsEnd() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1).withAnswersWhenFull(true));
        syn(40_000);
        Peer peer = syn(40_001);
        peer.completeHandshake();
        peer.text(10);
        bench.work();
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(last().accept()).isTrue();
        bench.work();
        assertThat(established).hasSize(1);
        assertThat(established.get(0).hasEnded()).isTrue();
        assertThat(established.get(0).unread()).isEqualTo(10);
        assertThatThrownBy(
                        () -> {
                            established.get(0).receive(ByteBuffer.allocate(20));
                            established.get(0).receive(ByteBuffer.allocate(20));
                        })
                .hasMessage("Connection reset by peer");
    }
}
