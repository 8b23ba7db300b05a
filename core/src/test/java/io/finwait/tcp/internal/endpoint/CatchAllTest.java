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
import io.finwait.tcp.IncomingHandler.Gone;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.endpoint.Bench.Peer;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;
import io.finwait.wire.Unreachable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * SYNs for any address and port, of which the user is asked before they are answered. Names begin
 * with the ids of docs/requirements.md.
 */
class CatchAllTest {

    private static final IpAddress ELSEWHERE = IpAddress.parse("93.184.216.34");
    private static final long WAIT = 30 * SECOND;

    private final Bench bench = new Bench(config -> config.prefix(IpPrefix.ALL_V4));
    private final List<Incoming> asked = new ArrayList<>();
    private final List<Connection> established = new ArrayList<>();
    private final List<Gone> gone = new ArrayList<>();
    private CatchAll catchAll = open(CatchAllLimits.DEFAULT.withWaitNs(WAIT));

    private CatchAll open(CatchAllLimits limits) {
        if (catchAll != null) {
            catchAll.close();
        }
        catchAll = bench.endpoint.catchAll(limits, new Recorder());
        return catchAll;
    }

    private final class Recorder implements IncomingHandler {

        @Override
        public void onIncoming(Incoming incoming) {
            asked.add(incoming);
        }

        @Override
        public void onEstablished(Incoming incoming, Connection connection) {
            assertThat(connection.remotePort()).isEqualTo(incoming.remotePort());
            established.add(connection);
        }

        @Override
        public void onGone(Incoming incoming, Gone why) {
            gone.add(why);
        }
    }

    private Peer caller(int port) {
        Peer peer = bench.new Peer(port, true);
        peer.host = ELSEWHERE;
        peer.hostPort = 443;
        return peer;
    }

    private Peer syn(int port) {
        Peer peer = caller(port);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        return peer;
    }

    @Test
    void o01_theUserIsToldWhoCallsWhomAndNothingIsAnswered() {
        syn(40_000);
        assertThat(asked).hasSize(1);
        Incoming incoming = asked.get(0);
        assertThat(incoming.localAddress()).isEqualTo(ELSEWHERE);
        assertThat(incoming.localPort()).isEqualTo(443);
        assertThat(incoming.remoteAddress()).isEqualTo(Bench.PEERS);
        assertThat(incoming.remotePort()).isEqualTo(40_000);
        assertThat(incoming.isAlreadyOpen()).isFalse();
        bench.pass(10 * SECOND);
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void o02_anAcceptedOneIsAnsweredByWhatItsSynOffered() throws IOException {
        Peer peer = syn(40_000);
        bench.pass(2 * SECOND);
        assertThat(asked.get(0).accept()).isTrue();
        bench.work();
        Bench.Sent synAck = bench.lastTo(40_000);
        assertThat(synAck.flags()).isEqualTo(SYN | ACK);
        assertThat(synAck.ack()).isEqualTo(peer.seq + 1);
        assertThat(synAck.tsEcho()).isEqualTo(peer.tsValue);
        peer.completeHandshake();
        assertThat(established).hasSize(1);
        Connection connection = established.get(0);
        assertThat(connection.localAddress()).isEqualTo(ELSEWHERE);
        assertThat(connection.tcpInfo().sending().segmentOctets()).isEqualTo(1_000 - 12);
        peer.text(3);
        bench.work();
        assertThat(connection.receive(ByteBuffer.allocate(10))).isEqualTo(3);
        assertThat(catchAll.handshakes() + catchAll.waiting()).isZero();
    }

    /** Text that comes with the handshake's last ACK is told to the observer set meanwhile. */
    @Test
    void o02_textThatComesAtOnceIsThere() {
        Peer peer = syn(40_000);
        asked.get(0).accept();
        bench.work();
        peer.seq++;
        peer.ack = bench.lastTo(40_000).seq() + 1;
        peer.segment(ACK, peer.seq, peer.ack, 7);
        bench.work();
        assertThat(established.get(0).unread()).isEqualTo(7);
    }

    @Test
    void o03_aRefusedOneIsResetLikeAClosedPort() {
        Peer peer = syn(40_000);
        bench.pass(SECOND);
        assertThat(asked.get(0).refuse()).isTrue();
        bench.work();
        Bench.Sent reset = bench.lastTo(40_000);
        assertThat(reset.flags()).isEqualTo(RST | ACK);
        assertThat(reset.seq()).isZero();
        assertThat(reset.ack()).isEqualTo(peer.seq + 1);
        assertThat(catchAll.waiting()).isZero();
        assertThat(bench.endpoint.counters().get(Counter.RESETS_OUT)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Unreachable.class)
    void o04_anUnreachableOneIsToldByIcmp(Unreachable why) {
        Peer peer = syn(40_000);
        assertThat(asked.get(0).unreachable(why)).isTrue();
        bench.work();
        assertThat(bench.sent).isEmpty();
        ByteBuffer icmp = ByteBuffer.wrap(bench.others.get(0));
        assertThat(bench.endpoint.counters().get(Counter.PACKETS_OUT)).isEqualTo(1);
        assertThat(icmp.getInt(12)).as("from our own address").isEqualTo((int) Bench.HOST.low());
        assertThat(icmp.getInt(16)).isEqualTo((int) Bench.PEERS.low());
        assertThat(icmp.get(20)).isEqualTo((byte) 3);
        assertThat(icmp.get(21)).isEqualTo((byte) why.v4Code());
        assertThat(icmp.getInt(28 + 12)).as("quotes").isEqualTo((int) Bench.PEERS.low());
        assertThat(icmp.getInt(28 + 16)).isEqualTo((int) ELSEWHERE.low());
        assertThat(icmp.getShort(48) & 0xFFFF).isEqualTo(40_000);
        assertThat(icmp.getShort(50) & 0xFFFF).isEqualTo(443);
        assertThat(icmp.getInt(52)).isEqualTo(peer.seq);
    }

    /** ICMP errors of one source are limited as its resets are (RFC 1812 §4.3.2.8). */
    @Test
    void o04_unreachableIsToldSoOftenInASecond() {
        for (int i = 0; i < 1_500; i++) {
            syn(10_000 + i);
            asked.get(i).unreachable(Unreachable.HOST);
        }
        bench.work();
        assertThat(bench.others.size()).isBetween(750, 1_000);
        assertThat(bench.endpoint.counters().get(Counter.RESETS_LIMITED)).isPositive();
    }

    @Test
    void o06_repetitionsAreToldOnceAndTheNewestCounts() {
        Peer peer = syn(40_000);
        for (int i = 0; i < 5; i++) {
            bench.pass(SECOND);
            peer.tsValue += 1_000;
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
        }
        assertThat(asked).hasSize(1);
        asked.get(0).accept();
        bench.work();
        assertThat(bench.lastTo(40_000).tsEcho()).isEqualTo(peer.tsValue);
    }

    /** Its peer has begun anew, after a crash: nobody waits for the answer to the old SYN. */
    @Test
    void o06_anotherSynOfThePairTakesThePlaceOfTheFirst() {
        Peer peer = syn(40_000);
        peer.seq = 77_000;
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        asked.get(0).accept();
        bench.work();
        assertThat(asked).hasSize(1);
        assertThat(bench.lastTo(40_000).ack()).isEqualTo(77_001);
    }

    @Test
    void o05_anIgnoredOneIsSilentUntilItsTimeIsOver() {
        Peer peer = syn(40_000);
        assertThat(asked.get(0).ignore()).isTrue();
        for (int i = 0; i < 4; i++) {
            bench.pass(5 * SECOND);
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
        }
        assertThat(asked).hasSize(1);
        bench.pass(WAIT);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(asked).hasSize(2);
        assertThat(bench.sent).isEmpty();
        assertThat(gone).isEmpty();
    }

    @Test
    void o05_anotherCallOfAnIgnoredPeerIsTold() {
        Peer peer = syn(40_000);
        asked.get(0).ignore();
        bench.work();
        peer.segment(SYN, peer.seq + 50_000, 0, 0);
        bench.work();
        assertThat(asked).hasSize(2);
        assertThat(catchAll.waiting()).isEqualTo(1);
    }

    @Test
    void o07_theFirstAnswerCounts() {
        syn(40_000);
        Incoming incoming = asked.get(0);
        assertThat(incoming.isWaiting()).isTrue();
        assertThat(incoming.refuse()).isTrue();
        assertThat(incoming.isWaiting()).isFalse();
        assertThat(incoming.accept()).isFalse();
        assertThat(incoming.ignore()).isFalse();
        bench.work();
        assertThat(incoming.unreachable(Unreachable.HOST)).isFalse();
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
    }

    @Test
    void o08_whoNeverAnswersIsToldThatTheTimeIsOver() {
        syn(40_000);
        bench.pass(WAIT - 1);
        assertThat(gone).isEmpty();
        bench.pass(1);
        assertThat(gone).containsExactly(Gone.TIMED_OUT);
        assertThat(asked.get(0).accept()).as("an answer after that").isFalse();
        bench.work();
        assertThat(bench.sent).isEmpty();
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        syn(40_000);
        assertThat(asked).as("a repetition is told anew").hasSize(2);
    }

    @Test
    void o11_aResetTakesTheSynBackIfItsNumberIsRight() {
        Peer peer = syn(40_000);
        peer.segment(RST, peer.seq + 2, 0, 0);
        bench.work();
        assertThat(gone).isEmpty();
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(gone).containsExactly(Gone.NOT_COMPLETED);
        assertThat(asked.get(0).accept()).isFalse();
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void o10_aResetInTheHandshakeIsTold() {
        Peer peer = syn(40_000);
        asked.get(0).accept();
        bench.work();
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(gone).containsExactly(Gone.NOT_COMPLETED);
        assertThat(established).isEmpty();
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(catchAll.handshakes()).isZero();
    }

    @Test
    void o10_aHandshakeThatIsNeverCompletedIsTold() {
        syn(40_000);
        asked.get(0).accept();
        bench.pass(200 * SECOND);
        assertThat(gone).containsExactly(Gone.NOT_COMPLETED);
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    /** The oldest has waited longest in vain: an honest one needs a round trip and no more. */
    @Test
    void o09_aFloodOfSynsIsBoundedAndCrowdsOutTheOldest() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(100).withWaitNs(WAIT));
        for (int i = 0; i < 1_000; i++) {
            syn(10_000 + i);
        }
        assertThat(catchAll.waiting()).isEqualTo(100);
        assertThat(gone).hasSize(900).containsOnly(Gone.CROWDED_OUT);
        assertThat(asked.get(899).accept()).isFalse();
        assertThat(asked.get(900).accept()).isTrue();
        bench.work();
        assertThat(bench.lastTo(10_900).flags()).isEqualTo(SYN | ACK);
        bench.pass(WAIT);
        assertThat(catchAll.waiting()).isZero();
    }

    /** Hundreds in one batch, before anybody is told of the first. */
    @Test
    void o09_whoWasNeverToldOfOneIsNotToldThatItIsGone() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(10));
        for (int i = 0; i < 60; i++) {
            Peer peer = caller(10_000 + i);
            peer.segment(SYN, peer.seq, 0, 0);
        }
        bench.work();
        assertThat(asked.size() - gone.size()).isEqualTo(10);
    }

    @Test
    void o10_handshakesOfAcceptedOnesAreBoundedToo() {
        open(CatchAllLimits.DEFAULT.withMaxHandshakes(5));
        for (int i = 0; i < 20; i++) {
            syn(10_000 + i);
            asked.get(i).accept();
            bench.work();
        }
        assertThat(catchAll.handshakes()).isEqualTo(5);
        assertThat(gone).hasSize(15).containsOnly(Gone.CROWDED_OUT);
    }

    /** What is lost with cookies: the peer sees "connected" before anybody was asked. */
    @Test
    void o12_cookiesAreTheLastResort() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1).withAnswersWhenFull(true));
        syn(40_000);
        Peer peer = syn(40_001);
        assertThat(asked).hasSize(1);
        assertThat(bench.lastTo(40_001).flags()).isEqualTo(SYN | ACK);
        assertThat(asked.get(0).accept()).isTrue();
        bench.work();
        peer.completeHandshake();
        assertThat(asked).hasSize(2);
        Incoming late = asked.get(1);
        assertThat(late.isAlreadyOpen()).isTrue();
        assertThat(established).isEmpty();
        assertThat(late.accept()).isTrue();
        bench.work();
        assertThat(established).hasSize(1);
        assertThat(established.get(0).state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void o12_declinedAfterACookieIsAReset() {
        open(CatchAllLimits.DEFAULT.withMaxWaiting(1).withAnswersWhenFull(true));
        syn(40_000);
        Peer peer = syn(40_001);
        asked.get(0).refuse();
        bench.work();
        peer.completeHandshake();
        assertThat(asked.get(1).unreachable(Unreachable.HOST)).isTrue();
        bench.work();
        assertThat(bench.lastTo(40_001).has(RST)).isTrue();
        assertThat(bench.others).isEmpty();
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    /** Without cookies an ACK for nobody is answered as at a closed port, guessed or not. */
    @Test
    void o12_anAckForNobodyIsReset() {
        syn(40_000);
        caller(40_000).segment(ACK, 5_001, 1_234, 0);
        bench.work();
        assertThat(bench.lastTo(40_000).flags()).isEqualTo(RST);
        assertThat(bench.lastTo(40_000).seq()).isEqualTo(1_234);
        assertThat(asked.get(0).isWaiting()).as("the SYN still waits").isTrue();
    }

    @Test
    void o14_aListenerTakesWhatIsIts() {
        bench.endpoint.listen(443, 8);
        syn(40_000);
        assertThat(asked).isEmpty();
        assertThat(bench.lastTo(40_000).flags()).isEqualTo(SYN | ACK);
    }

    @Test
    void o14_aListenerAtOneAddressOfAPrefixLeavesTheRest() {
        bench.endpoint.listen(IpAddress.parse("93.184.216.35"), 443, 8);
        syn(40_000);
        assertThat(asked).hasSize(1);
    }

    /** We closed first, and the peer calls again from the same port (RFC 6191). */
    @Test
    void o13_aSynThatReopensTimeWaitWaitsAsWell() {
        Peer peer = syn(40_000);
        asked.get(0).accept();
        bench.work();
        peer.completeHandshake();
        closeFirst(peer);
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        bench.pass(SECOND);
        peer.tsValue += 1_000;
        peer.segment(SYN, peer.seq + 10, 0, 0);
        bench.work();
        assertThat(asked).hasSize(2);
        assertThat(bench.sent).isEmpty();
        int oldEnd = peer.ack;
        asked.get(1).accept();
        bench.work();
        Bench.Sent synAck = bench.lastTo(40_000);
        assertThat(synAck.flags()).isEqualTo(SYN | ACK);
        assertThat(synAck.seq() - oldEnd).as("above the old numbers").isPositive();
        peer.seq += 10;
        peer.completeHandshake();
        assertThat(established).hasSize(2);
        assertThat(bench.endpoint.timeWait().size()).isZero();
    }

    @Test
    void o13_aDeclinedOneLeavesTimeWaitAsItWas() {
        Peer peer = syn(40_000);
        asked.get(0).accept();
        bench.work();
        peer.completeHandshake();
        closeFirst(peer);
        int oldSeq = peer.seq;
        peer.tsValue += 1_000;
        peer.segment(SYN, oldSeq + 10, 0, 0);
        bench.work();
        asked.get(1).refuse();
        bench.work();
        bench.sent.clear();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        peer.segment(FIN | ACK, oldSeq - 1, peer.ack, 0);
        bench.work();
        assertThat(bench.lastTo(40_000).flags()).as("the old FIN is acknowledged").isEqualTo(ACK);
        bench.pass(240 * SECOND);
        assertThat(bench.endpoint.timeWait().size()).isZero();
    }

    /** Our FIN, its ACK, the peer's FIN. */
    private void closeFirst(Peer peer) {
        established.get(0).close();
        bench.work();
        peer.ack++;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        peer.seq++;
        bench.work();
        assertThat(established.get(0).closeReason()).isInstanceOf(CloseReason.Orderly.class);
        bench.sent.clear();
    }

    @Test
    void o16_whatAHandlerThrowsRefusesAndGoesNoFurther() {
        catchAll.close();
        bench.endpoint.catchAll(
                CatchAllLimits.DEFAULT,
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        throw new IllegalStateException("planted");
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {}
                });
        syn(40_000);
        assertThat(bench.lastTo(40_000).has(RST)).isTrue();
        syn(40_001);
        assertThat(bench.lastTo(40_001).has(RST)).isTrue();
    }

    @Test
    void o17_whoClosesItIsAskedNoMore() {
        Peer peer = syn(40_000);
        syn(40_001);
        asked.get(1).accept();
        bench.work();
        catchAll.close();
        assertThat(catchAll.isClosed()).isTrue();
        assertThat(asked.get(0).accept()).isFalse();
        bench.work();
        assertThat(bench.endpoint.connectionCount()).isZero();
        bench.sent.clear();
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.lastTo(40_000).flags()).isEqualTo(RST | ACK);
        assertThat(gone).isEmpty();
        assertThat(bench.endpoint.states().get(State.LISTEN)).isZero();
    }

    @Test
    void onlyOneCatchesAll() {
        assertThatThrownBy(() -> bench.endpoint.catchAll(CatchAllLimits.DEFAULT, new Recorder()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("close that first");
        catchAll.close();
        bench.endpoint.catchAll(CatchAllLimits.DEFAULT, new Recorder()).close();
    }

    @Test
    void o17_theEndpointsCloseEndsIt() {
        Peer peer = syn(40_000);
        asked.get(0).accept();
        bench.work();
        peer.completeHandshake();
        syn(40_001);
        bench.endpoint.close();
        assertThat(catchAll.isClosed()).isTrue();
        assertThat(asked.get(1).refuse()).isFalse();
        assertThat(bench.endpoint.pool().inUse()).isZero();
    }

    /** Multicasts and broadcasts are nobody's own, whatever the prefix. */
    @Test
    void o15_aPrefixOfEverythingHoldsHostsAlone() {
        for (String none : List.of("224.0.0.1", "255.255.255.255", "0.0.0.0")) {
            Peer peer = caller(40_000);
            peer.host = IpAddress.parse(none);
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
        }
        assertThat(asked).isEmpty();
        assertThat(bench.endpoint.counters().get(Counter.NOT_FOR_US)).isEqualTo(3);
    }
}
