package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A transport without room: what was to be sent is sent when there is some, and only then. */
class NoRoomTest {

    private static final int PEER_PORT = 40_000;

    /** When the tail of a single segment is probed, and long before it is given up. */
    private static final long PROBE_NS = 210 * Bench.MS;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    /** Nothing leaves; then there is room, and one segment leaves. */
    private Bench.Sent leavesOnce() {
        bench.work();
        assertThat(bench.sent).as("without room").isEmpty();
        bench.wire.room = 100;
        bench.work();
        assertThat(bench.sent).as("with room").hasSize(1);
        return bench.sent.remove(0);
    }

    @Test
    void aSyn() throws IOException {
        bench.wire.room = 0;
        bench.endpoint.connect(Bench.HOST, 1_234, Bench.PEERS, PEER_PORT);
        assertThat(leavesOnce().has(SYN)).isTrue();
    }

    @Test
    void textAndTheFinBehindIt() throws IOException {
        Bench.Peer peer = bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        bench.wire.room = 0;
        assertThat(connection.send(ByteBuffer.allocate(500))).isEqualTo(500);
        Bench.Sent text = leavesOnce();
        assertThat(text.text()).isEqualTo(500);
        assertThat(text.seq()).isEqualTo(peer.ack);
        bench.wire.room = 0;
        connection.shutdownOutput();
        bench.work();
        Bench.Sent fin = leavesOnce();
        assertThat(fin.has(FIN)).isTrue();
        assertThat(fin.seq()).isEqualTo(peer.ack + 500);
        peer.segment(ACK, peer.seq, peer.ack + 501, 0);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
    }

    @Test
    void textThatGoesAgain() throws IOException {
        bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        assertThat(connection.send(ByteBuffer.allocate(500))).isEqualTo(500);
        bench.work();
        int seq = bench.sent.remove(0).seq();
        bench.wire.room = 0;
        bench.pass(2 * SECOND);
        Bench.Sent again = leavesOnce();
        assertThat(again.seq()).isEqualTo(seq);
        assertThat(again.text()).isEqualTo(500);
    }

    /** A probe that has not left is no octet that was sent: it may still leave with others. */
    @Test
    void aProbeOfAClosedWindow() throws IOException {
        Bench.Peer peer = bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.send(ByteBuffer.allocate(500))).isEqualTo(500);
        bench.wire.room = 0;
        bench.pass(2 * SECOND);
        assertThat(connection.unacknowledged()).isEqualTo(500);
        Bench.Sent probe = leavesOnce();
        assertThat(probe.text()).isEqualTo(1);
        assertThat(probe.seq()).isEqualTo(peer.ack);
        peer.window = 60_000;
        peer.segment(ACK, peer.seq, peer.ack + 1, 0);
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.sent.get(0).seq()).isEqualTo(peer.ack + 1);
        assertThat(bench.sent.get(0).text()).isEqualTo(499);
    }

    private Connection withSack() throws IOException {
        Bench.Peer peer = bench.new Peer(PEER_PORT, false);
        peer.sack = true;
        bench.open(peer);
        return listener.accept();
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    /** The probe is one that was sent only when it has left (RFC 8985 §7.3). */
    @Test
    void aTailLossProbe() throws IOException {
        Connection connection = withSack();
        assertThat(connection.send(ByteBuffer.allocate(500))).isEqualTo(500);
        bench.work();
        Bench.Sent last = bench.sent.remove(0);
        bench.wire.room = 0;
        bench.pass(PROBE_NS);
        assertThat(count(Counter.TAIL_LOSS_PROBES)).isZero();
        Bench.Sent probe = leavesOnce();
        assertThat(probe.seq()).isEqualTo(last.seq());
        assertThat(probe.text()).isEqualTo(500);
        assertThat(count(Counter.TAIL_LOSS_PROBES)).isEqualTo(1);
    }

    @Test
    void aTailLossProbeOfTextThatWasNeverSent() throws IOException {
        Connection connection = withSack();
        assertThat(connection.send(ByteBuffer.allocate(500))).isEqualTo(500);
        bench.work();
        Bench.Sent last = bench.sent.remove(0);
        assertThat(connection.send(ByteBuffer.allocate(300))).isEqualTo(300);
        bench.work();
        assertThat(bench.sent).as("Nagle holds it back").isEmpty();
        bench.wire.room = 0;
        bench.pass(PROBE_NS);
        assertThat(count(Counter.TAIL_LOSS_PROBES)).isZero();
        Bench.Sent probe = leavesOnce();
        assertThat(probe.seq()).isEqualTo(last.seq() + 500);
        assertThat(probe.text()).isEqualTo(300);
        assertThat(count(Counter.TAIL_LOSS_PROBES)).isEqualTo(1);
    }

    @Test
    void aKeepaliveProbe() throws IOException {
        Bench.Peer peer = bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        connection.keepAlive(10 * SECOND, SECOND, 5);
        bench.wire.room = 0;
        bench.pass(10 * SECOND);
        Bench.Sent probe = leavesOnce();
        assertThat(probe.seq()).isEqualTo(peer.ack - 1);
        assertThat(probe.text()).isZero();
    }

    /** A ping is answered when it comes, and not later. */
    @Test
    void theAnswerToAPingIsLost() {
        bench.wire.room = 0;
        bench.wire.incoming.add(ping());
        bench.work();
        assertThat(bench.others).isEmpty();
        assertThat(count(Counter.ANSWERS_WITHOUT_ROOM)).isEqualTo(1);
        bench.wire.room = 100;
        bench.work();
        assertThat(bench.others).isEmpty();
        bench.wire.incoming.add(ping());
        bench.work();
        assertThat(bench.others).hasSize(1);
        assertThat(count(Counter.ANSWERS_WITHOUT_ROOM)).isEqualTo(1);
    }

    private static byte[] ping() {
        int length = Ipv4.HEADER_LENGTH + 12;
        ByteBuffer b = ByteBuffer.allocate(length);
        int from = (int) Bench.PEERS.low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.ICMP, from, (int) Bench.HOST.low());
        int at = Ipv4.HEADER_LENGTH;
        b.put(at, (byte) 8).putInt(at + 4, 0xBEEF0007);
        b.putShort(at + 2, (short) Checksum.finish(Checksum.add(b, at, 12, 0)));
        return b.array();
    }

    @Test
    void anAckOfText() {
        Bench.Peer peer = bench.open(PEER_PORT, false);
        bench.wire.room = 0;
        peer.text(1_000);
        peer.text(1_000);
        peer.text(1_000);
        Bench.Sent ack = leavesOnce();
        assertThat(ack.ack()).isEqualTo(peer.seq);
    }

    /** A segment that belongs to nobody is answered when it comes, and not later. */
    @Test
    void aResetForNobodysSegmentIsLost() {
        bench.wire.room = 0;
        Bench.Peer stranger = bench.new Peer(PEER_PORT, false);
        stranger.segment(ACK, 1, 2, 0);
        bench.work();
        assertThat(bench.endpoint.counters().get(Counter.ANSWERS_WITHOUT_ROOM)).isEqualTo(1);
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
        bench.wire.room = 100;
        bench.work();
        assertThat(bench.sent).isEmpty();
        stranger.segment(ACK, 1, 2, 0);
        assertThat(leavesWithRoom().has(RST)).isTrue();
    }

    private Bench.Sent leavesWithRoom() {
        bench.work();
        return bench.sent.remove(0);
    }
}
