package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Limits;
import io.finwait.tcp.State;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** A listener's two queues at their edges, and its end. */
class TcpListenerTest {

    private static final int BACKLOG = 3;

    private Bench bench;
    private TcpListener listener;

    private void listen(SynCookies cookies) {
        bench = new Bench(config -> config.limits(Limits.DEFAULT.withSynCookies(cookies)));
        listener = (TcpListener) bench.endpoint.listen(Bench.PORT, BACKLOG);
    }

    private Bench.Peer syn(int port) {
        Bench.Peer peer = bench.new Peer(port, false);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        return peer;
    }

    private void complete(Bench.Peer peer) {
        peer.seq++;
        peer.ack = bench.lastTo(peer.port).seq() + 1;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    @Test
    void withoutCookiesTheOldestHandshakeMakesPlace() {
        listen(SynCookies.NEVER);
        Bench.Peer first = syn(5_000);
        for (int i = 1; i < BACKLOG; i++) {
            syn(5_000 + i);
        }
        assertThat(listener.synQueueLength()).isEqualTo(BACKLOG);
        assertThat(listener.isFullOfHandshakes()).isTrue();
        assertThat(count(Counter.LISTEN_DROPS)).isZero();
        assertThat(listener.takesReopening()).as("the oldest would go").isTrue();
        syn(6_000);
        assertThat(listener.synQueueLength()).isEqualTo(BACKLOG);
        assertThat(count(Counter.LISTEN_DROPS)).isEqualTo(1);
        complete(first);
        assertThat(bench.lastTo(5_000).has(RST)).as("it is forgotten").isTrue();
        assertThat(listener.acceptQueueLength()).isZero();
    }

    @Test
    void withCookiesThoseInTheQueueStay() {
        listen(SynCookies.WHEN_FULL);
        Bench.Peer first = syn(5_000);
        for (int i = 1; i < BACKLOG + 2; i++) {
            syn(5_000 + i);
        }
        assertThat(listener.synQueueLength()).isEqualTo(BACKLOG);
        assertThat(count(Counter.LISTEN_DROPS)).isZero();
        assertThat(count(Counter.SYN_COOKIES_SENT)).isEqualTo(2);
        complete(first);
        assertThat(listener.acceptQueueLength()).isEqualTo(1);
        assertThat(listener.synQueueLength()).isEqualTo(BACKLOG - 1);
    }

    /** Half of eight places, or of a larger backlog. */
    @Test
    void halfFullIsMoreThanHalfOfEightPlacesAtLeast() {
        listen(SynCookies.NEVER);
        TcpListener wide = (TcpListener) bench.endpoint.listen(81, 12);
        for (int i = 0; i < 6; i++) {
            Bench.Peer peer = bench.new Peer(5_000 + i, false);
            peer.hostPort = 81;
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
        }
        assertThat(wide.isHalfFullOfHandshakes()).isFalse();
        Bench.Peer peer = bench.new Peer(6_000, false);
        peer.hostPort = 81;
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(wide.isHalfFullOfHandshakes()).isTrue();
        for (int i = 0; i < BACKLOG; i++) {
            syn(7_000 + i);
        }
        assertThat(listener.isHalfFullOfHandshakes()).as("three of eight").isFalse();
    }

    /** Those that nobody has accepted are the kernel's backlog: a full one takes no more. */
    @Test
    void aFullAcceptQueueTakesNoSyn() {
        listen(SynCookies.NEVER);
        for (int i = 0; i < BACKLOG; i++) {
            assertThat(listener.takesConnection()).isTrue();
            complete(syn(5_000 + i));
        }
        assertThat(listener.acceptQueueLength()).isEqualTo(BACKLOG);
        assertThat(listener.takesConnection()).isFalse();
        assertThat(listener.takesReopening()).isFalse();
        syn(6_000);
        assertThat(bench.lastTo(6_000)).as("silence: it tries again").isNull();
        assertThat(count(Counter.LISTEN_OVERFLOWS)).isEqualTo(1);
        assertThat(listener.accept().remotePort()).as("the first").isEqualTo(5_000);
        assertThat(listener.takesConnection()).isTrue();
        syn(6_000);
        assertThat(bench.lastTo(6_000).flags()).isEqualTo(SYN | ACK);
    }

    /** A handshake that is given up is in no state any more, TIME-WAIT least of all. */
    @Test
    void aResetEndsAHandshake() {
        List<String> moves = new ArrayList<>();
        bench =
                new Bench(
                        config ->
                                config.observer(
                                        new EndpointObserver() {
                                            @Override
                                            public void onTransition(
                                                    ConnectionInfo connection,
                                                    State from,
                                                    Trigger trigger,
                                                    State to,
                                                    long nowNs) {
                                                moves.add(from + " " + trigger + " " + to);
                                            }
                                        }));
        listener = (TcpListener) bench.endpoint.listen(Bench.PORT, BACKLOG);
        Bench.Peer peer = syn(5_000);
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(moves).containsExactly("LISTEN SYN SYN_RECEIVED", "SYN_RECEIVED FORGET CLOSED");
        assertThat(listener.synQueueLength()).isZero();
        assertThat(count(Counter.FAILED_ATTEMPTS)).isEqualTo(1);
    }

    @Test
    void nothingToAcceptIsNull() {
        listen(SynCookies.NEVER);
        assertThat(listener.accept()).isNull();
        complete(syn(5_000));
        assertThat(listener.accept()).isNotNull();
        assertThat(listener.accept()).isNull();
    }

    @Test
    void itsEndEndsWhatNobodyHasAccepted() {
        listen(SynCookies.NEVER);
        complete(syn(5_000));
        Connection accepted = listener.accept();
        complete(syn(5_001));
        syn(5_002);
        Bench.Peer reset = syn(5_003);
        complete(reset);
        reset.segment(RST, reset.seq, 0, 0);
        bench.work();
        assertThat(listener.acceptQueueLength()).isEqualTo(2);
        assertThat(listener.toString()).isEqualTo("port 80 listening");
        bench.sent.clear();
        listener.close();
        listener.close();
        bench.work();
        assertThat(listener.isClosed()).isTrue();
        assertThat(listener.toString()).isEqualTo("port 80 (closed)");
        assertThat(listener.acceptQueueLength()).isZero();
        assertThat(listener.synQueueLength()).isZero();
        assertThat(bench.sent).as("one RST, and silence for the handshake").hasSize(1);
        assertThat(bench.lastTo(5_001).has(RST)).isTrue();
        assertThat(accepted.state()).isEqualTo(State.ESTABLISHED);
        assertThat(bench.endpoint.connectionCount()).isEqualTo(1);
        assertThat(bench.endpoint.states().toString()).isEqualTo("ESTABLISHED=1");
        syn(5_004);
        assertThat(bench.lastTo(5_004).has(RST)).isTrue();
    }

    @Test
    void whatItsEndEndsHasThatReason() {
        listen(SynCookies.NEVER);
        complete(syn(5_001));
        Connection[] seen = new Connection[1];
        bench.endpoint.forEachConnection(each -> seen[0] = (TcpConnection) ((Tcb) each).connection);
        CloseReason[] reason = new CloseReason[1];
        seen[0].observer(
                new ConnectionObserver() {
                    @Override
                    public void onEnded(Connection connection) {
                        reason[0] = connection.closeReason();
                    }
                });
        listener.close();
        assertThat(seen[0].closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        aborted ->
                                assertThat(aborted.cause()).isEqualTo(AbortCause.LISTENER_CLOSED));
        bench.work();
        assertThat(reason[0]).as("a released handle is told nothing").isNull();
    }

    /** Until text comes, or the time is over: then an ACK alone completes it. */
    @Test
    void deferAcceptWaitsForText() {
        listen(SynCookies.NEVER);
        listener.deferAccept(5 * SECOND);
        Bench.Peer silent = syn(5_000);
        complete(silent);
        assertThat(listener.acceptQueueLength()).isZero();
        assertThat(listener.synQueueLength()).isEqualTo(1);
        Bench.Peer talking = syn(5_001);
        complete(talking);
        talking.text(1);
        bench.work();
        assertThat(listener.acceptQueueLength()).isEqualTo(1);
        assertThat(listener.accept().unread()).isEqualTo(1);
        bench.pass(5 * SECOND);
        silent.segment(ACK, silent.seq, silent.ack, 0);
        bench.work();
        assertThat(listener.acceptQueueLength()).isEqualTo(1);
    }

    /** Port, address, backlog, deferred accept, closed, accept queue, handshakes. */
    @Test
    void theWordsOfItsDigestAreInThisOrder() {
        listen(SynCookies.NEVER);
        TcpListener one = (TcpListener) bench.endpoint.listen(Bench.HOST, 81, 2);
        one.deferAccept(7);
        List<Long> words = new ArrayList<>();
        one.digest(words::add);
        long low = Bench.HOST.low();
        assertThat(words).containsExactly(81L, 0L, low, 2L, 7L, 0L, 0L, 0L);
        complete(syn(5_000));
        syn(5_001);
        words.clear();
        listener.digest(words::add);
        assertThat(words).hasSize(10).startsWith(80L, 0L, 0L, 3L, 0L, 0L, 1L);
        assertThat(words.get(8)).isEqualTo(1);
        assertThat(words.get(9) - words.get(7)).as("of the ports").isNotZero();
    }

    @Test
    void badArgumentsAreTold() {
        listen(SynCookies.NEVER);
        assertThatThrownBy(() -> listener.deferAccept(-1))
                .hasMessageContaining("-1 ns is negative");
        listener.deferAccept(0);
        assertThatThrownBy(() -> listener.onAcceptable(null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> bench.endpoint.listen(0, 1)).hasMessageContaining("port 0");
        assertThatThrownBy(() -> bench.endpoint.listen(65_536, 1)).hasMessageContaining("65536");
        assertThatThrownBy(() -> bench.endpoint.listen(81, 0)).hasMessageContaining("backlog 0");
        bench.endpoint.listen(65_535, 1);
        bench.endpoint.listen(1, 1);
        assertThat(bench.endpoint.states().get(State.LISTEN)).isEqualTo(3);
    }

    @Test
    void oneAddressIsToldInItsName() {
        listen(SynCookies.NEVER);
        assertThat(bench.endpoint.listen(Bench.HOST, 81, 1).toString())
                .isEqualTo("port 81 of 10.0.0.2 listening");
        assertThat(listener.address()).isNull();
    }
}
