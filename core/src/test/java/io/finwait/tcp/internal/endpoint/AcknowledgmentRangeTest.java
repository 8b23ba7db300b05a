package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.PORT;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

/**
 * RFC 9293 §3.10.7.4, fifth step: in SYN-RECEIVED an ACK is good when SND.UNA < SEG.ACK =< SND.NXT.
 */
class AcknowledgmentRangeTest {

    private final Bench bench = new Bench();

    /** The numbers that the listener will use for this pair of sockets at this time. */
    private int learnIss(Bench.Peer peer) {
        peer.segment(SYN, 100, 0, 0);
        bench.work();
        int iss = bench.lastTo(peer.port).seq();
        peer.segment(Bench.RST, 101, 0, 0);
        bench.work();
        assertThat(bench.endpoint.connectionCount()).isZero();
        bench.sent.clear();
        return iss;
    }

    @Test
    void aSynAckBeforeOurSynHasLeftAcknowledgesNothing() {
        Listener listener = bench.endpoint.listen(PORT, 16);
        Bench.Peer peer = bench.new Peer(40_000, false);
        int iss = learnIss(peer);
        for (int offset = -1; offset <= 2; offset++) {
            peer.segment(SYN, 100, 0, 0);
            peer.segment(SYN | ACK, 100, iss + offset, 0);
            bench.cycle();
            assertThat(listener.accept()).as("ACK of ISS + " + offset).isNull();
            assertThat(bench.lastTo(peer.port).flags()).isEqualTo(SYN | ACK);
            peer.segment(Bench.RST, 101, 0, 0);
            bench.work();
            assertThat(bench.endpoint.connectionCount()).isZero();
        }
        // And with the very same numbers, once our SYN,ACK has left:
        peer.segment(SYN, 100, 0, 0);
        bench.work();
        peer.segment(SYN | ACK, 100, iss, 0);
        bench.work();
        assertThat(listener.accept()).isNull();
        peer.segment(ACK, 101, iss + 1, 0);
        bench.work();
        assertThat(listener.accept()).isNotNull();
    }

    @Test
    void anAckOfWhatHasNotLeftOpensNothing() {
        Listener listener = bench.endpoint.listen(PORT, 16);
        Bench.Peer peer = bench.new Peer(40_000, false);
        int iss = learnIss(peer);
        for (int offset = -1; offset <= 2; offset++) {
            peer.segment(SYN, 100, 0, 0);
            peer.segment(ACK, 101, iss + offset, 10);
            bench.cycle();
            assertThat(listener.accept()).as("ACK of ISS + " + offset).isNull();
            peer.segment(Bench.RST, 101, 0, 0);
            bench.work();
        }
    }

    @Test
    void inSynSentNothingIsAcknowledgedBeforeTheSynHasLeft() {
        bench.wire.room = 0;
        Connection connection = bench.endpoint.connect(Bench.HOST, PORT, Bench.PEERS, 40_000);
        int iss = ((TcpConnection) connection).tcb.snd.iss;
        Bench.Peer peer = bench.new Peer(40_000, false);
        for (int offset = -1; offset <= 2; offset++) {
            peer.segment(SYN | ACK, 100, iss + offset, 0);
            bench.cycle();
            assertThat(connection.state()).as("ACK of ISS + " + offset).isEqualTo(State.SYN_SENT);
        }
        peer.segment(SYN, 100, 0, 0);
        peer.segment(SYN | ACK, 100, iss, 0);
        peer.segment(SYN | ACK, 100, iss + 1, 0);
        bench.cycle();
        assertThat(connection.state()).isEqualTo(State.SYN_RECEIVED);
        bench.wire.room = 100;
        bench.work();
        peer.segment(SYN | ACK, 100, iss + 1, 0);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
    }
}
