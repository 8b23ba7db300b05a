package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What is dropped in silence changes nothing, and is counted once, under its own name. */
class DroppedSegmentsTest {

    private static final int PEER_PORT = 40_000;

    private final Bench bench = new Bench();

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    /** A segment for a connection in SYN-SENT. */
    private Connection synSent(int flags, int ackAhead) throws IOException {
        Connection connection =
                bench.endpoint.connect(Bench.HOST, Bench.PORT, Bench.PEERS, PEER_PORT);
        bench.work();
        Bench.Peer peer = bench.new Peer(PEER_PORT, false);
        peer.segment(flags, peer.seq, bench.lastTo(PEER_PORT).seq() + ackAhead, 0);
        bench.sent.clear();
        bench.work();
        return connection;
    }

    @Test
    void aResetWithoutAnAckDoesNotEndAnOpening() throws IOException {
        assertThat(synSent(RST, 0).state()).isEqualTo(State.SYN_SENT);
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(1);
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void whoHasNotSaidSynIsNotHeard() throws IOException {
        assertThat(synSent(ACK, 1).state()).isEqualTo(State.SYN_SENT);
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(1);
        assertThat(bench.sent).isEmpty();
    }

    /** RFC 7323 §3.2: both have agreed on them. */
    @Test
    void aSegmentWithoutTimestampsIsDroppedWhereBothUseThem() throws IOException {
        var listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer with = bench.open(PEER_PORT, true);
        Connection connection = listener.accept();
        Bench.Peer bare = bench.new Peer(PEER_PORT, false);
        bare.segment(ACK, with.seq, with.ack, 100);
        bare.segment(ACK | FIN, with.seq, with.ack, 0);
        bench.pass(500 * MS);
        assertThat(bench.sent).isEmpty();
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(2);
        assertThat(count(Counter.PAWS_DROPS)).isZero();
    }

    /** RFC 7323 §5.3: what is old is answered if it has a length. */
    @Test
    void whatIsOldByItsTimestampIsCounted() {
        bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(PEER_PORT, true);
        peer.tsValue--;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(bench.sent).isEmpty();
        assertThat(count(Counter.PAWS_DROPS)).isEqualTo(1);
        peer.segment(ACK, peer.seq, peer.ack, 10);
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.sent.get(0).ack()).isEqualTo(peer.seq);
        assertThat(count(Counter.PAWS_DROPS)).isEqualTo(2);
        assertThat(count(Counter.DROPPED_SEGMENTS)).isZero();
    }

    /** RFC 7323 §4.3: a SYN that goes again is echoed with its own time. */
    @Test
    void aSynThatComesAgainIsEchoedAnew() {
        bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.new Peer(PEER_PORT, true);
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.lastTo(PEER_PORT).tsEcho()).isEqualTo(1_000);
        bench.pass(300 * MS);
        peer.tsValue += 300;
        bench.sent.clear();
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.lastTo(PEER_PORT).tsEcho()).isEqualTo(1_300);
    }

    private void icmp(int type, int code, int quotedPort, int flippedBits) {
        int inner = Ipv4.HEADER_LENGTH + 8;
        int length = inner + Ipv4.HEADER_LENGTH + 8;
        ByteBuffer b = ByteBuffer.allocate(length);
        int us = (int) Bench.HOST.low();
        int peer = (int) Bench.PEERS.low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.ICMP, peer, us);
        int at = Ipv4.HEADER_LENGTH;
        b.put(at, (byte) type).put(at + 1, (byte) code);
        Ipv4.write(b, inner, 40, 0, 0, 64, Protocol.TCP, us, peer);
        b.putShort(length - 8, (short) Bench.PORT).putShort(length - 6, (short) quotedPort);
        int sum = Checksum.finish(Checksum.add(b, at, length - at, 0)) ^ flippedBits;
        bench.wire.incoming.add(b.putShort(at + 2, (short) sum).array());
        bench.work();
    }

    @Test
    void messagesOfIcmpAreCountedByWhatBecomesOfThem() {
        icmp(8, 0, 0, 0);
        assertThat(count(Counter.PINGS)).isEqualTo(1);
        assertThat(bench.others).hasSize(1);
        icmp(3, 1, PEER_PORT, 1);
        assertThat(count(Counter.BAD_PACKETS)).as("a wrong checksum").isEqualTo(1);
        icmp(3, 1, PEER_PORT, 0);
        assertThat(count(Counter.ICMP_IGNORED)).as("nobody's connection").isEqualTo(1);
        assertThat(count(Counter.ICMP_SOFT_ERRORS)).isZero();
        assertThat(count(Counter.PINGS)).isEqualTo(1);
        assertThat(count(Counter.BAD_PACKETS)).isEqualTo(1);
    }
}
