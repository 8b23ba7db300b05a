package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.context.Memory;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Memory for text is counted, bounded and given back. */
class MemoryTest {

    private static final int MIB = 1 << 20;
    private static final int GAPS = 4;
    private static final int APART = 16_000;

    private final Bench bench =
            new Bench(config -> config.limits(Limits.DEFAULT.withMemoryOctets(4 * MIB)));
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final BlockPool pool = bench.endpoint.pool();
    private final List<Connection> accepted = new ArrayList<>();

    private Bench.Peer open(int port) {
        Bench.Peer peer = bench.open(port, false);
        accepted.add(listener.accept());
        return peer;
    }

    private void text(Bench.Peer peer, int ahead, int octets) {
        peer.segment(ACK, peer.seq + ahead, peer.ack, octets);
        bench.work();
    }

    /** One octet each, far apart: each would hold a block of 17.9 KB. */
    private void gaps(int connections) {
        for (int i = 0; i < connections; i++) {
            Bench.Peer peer = open(20_000 + i);
            for (int k = 1; k <= GAPS; k++) {
                text(peer, k * APART, 1);
            }
        }
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    @Test
    void aHundredUnreadOctetsTakeASmallBlock() {
        text(open(5000), 0, 100);
        assertThat(pool.octetsInUse()).isBetween(100L, 700L);
    }

    @Test
    void aSmallBlockGrowsIntoALargeOne() throws IOException {
        Bench.Peer peer = open(5000);
        ByteBuffer expected = ByteBuffer.allocate(20_000);
        for (int sent = 0; sent < 20_000; sent += 400) {
            text(peer, sent, 400);
        }
        assertThat(pool.inUse()).isEqualTo(2);
        assertThat(accepted.get(0).receive(expected)).isEqualTo(20_000);
        assertThat(pool.octetsInUse()).isZero();
    }

    @Test
    void f23_whatStandsBehindGapsStaysWithinTheBudget() throws IOException {
        gaps(300);
        assertThat(pool.octetsInUse()).isLessThan(4 * MIB);
        assertThat(count(Counter.MEMORY_PRESSURES)).isEqualTo(1);
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isGreaterThan(1_000);
        assertThat(count(Counter.BUFFERS_PRUNED)).as("there is still room in order").isZero();
        Bench.Peer honest = open(6000);
        text(honest, 0, 1000);
        assertThat(accepted.get(300).receive(ByteBuffer.allocate(2000))).isEqualTo(1000);
        assertThat(accepted).allMatch(each -> each.state() == State.ESTABLISHED);
    }

    /** Unread text in order has used up the budget: what stands behind gaps makes place. */
    @Test
    void f23_whatStandsBehindGapsMakesPlaceForTextInOrder() throws IOException {
        gaps(10);
        Bench.Peer slow = open(6000);
        for (int sent = 0; sent < 200_000; sent += 1000) {
            text(slow, sent, 1000);
        }
        Bench.Peer other = open(6001);
        for (int sent = 0; sent < 200_000; sent += 1000) {
            text(other, sent, 1000);
        }
        for (int port = 7000; port < 7030; port++) {
            Bench.Peer more = open(port);
            for (int sent = 0; sent < 200_000; sent += 1000) {
                text(more, sent, 1000);
            }
        }
        assertThat(count(Counter.BUFFERS_PRUNED)).isEqualTo(10);
        assertThat(pool.octetsInUse()).isLessThan(4 * MIB + 100_000);
        // Who reads gets on, though by little at a time.
        Bench.Peer honest = open(8000);
        Connection reads = accepted.get(accepted.size() - 1);
        int received = 0;
        ByteBuffer in = ByteBuffer.allocate(2000);
        for (int i = 0; i < 10; i++) {
            text(honest, received, 1000);
            received += reads.receive(in.clear());
        }
        assertThat(received).isEqualTo(10 * BlockPool.SMALL_OCTETS);
        assertThat(count(Counter.FAILURES_CONTAINED)).isZero();
    }

    /** A FIN that waited behind a gap is forgotten with it, and comes again. */
    @Test
    void aPrunedFinComesAgain() throws IOException {
        Bench.Peer peer = open(5000);
        peer.segment(FIN | ACK, peer.seq + 100, peer.ack, 100);
        bench.work();
        for (int port = 7000; port < 7020; port++) {
            Bench.Peer more = open(port);
            for (int sent = 0; sent < 240_000; sent += 1000) {
                text(more, sent, 1000);
            }
        }
        assertThat(count(Counter.BUFFERS_PRUNED)).isEqualTo(1);
        Connection connection = accepted.get(0);
        text(peer, 0, 100);
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
        peer.segment(FIN | ACK, peer.seq + 100, peer.ack, 100);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.CLOSE_WAIT);
        ByteBuffer in = ByteBuffer.allocate(1000);
        assertThat(connection.receive(in)).isEqualTo(200);
        assertThat(connection.receive(in)).isEqualTo(-1);
    }

    /** Its TCB becomes a record, which has no buffers: its growth is for others again. */
    @Test
    void anOrphanInFinWait2GivesItsGrowthBack() throws IOException {
        Bench small = new Bench(c -> c.sendBufferOctets(1_000).largestSendBufferOctets(50_000));
        Listener accepting = small.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = small.open(5000, false);
        Connection connection = accepting.accept();
        int sent = connection.send(ByteBuffer.allocate(20_000));
        assertThat(small.endpoint.bufferOctetsGranted()).isPositive();
        connection.close();
        for (int acknowledged = 0; acknowledged < sent; acknowledged += 1_000) {
            small.work();
            peer.segment(ACK, peer.seq, peer.ack + Math.min(sent, acknowledged + 1_000), 0);
        }
        small.work();
        peer.segment(ACK, peer.seq, peer.ack + sent + 1, 0);
        small.work();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(small.endpoint.timeWait().size()).isEqualTo(1);
        assertThat(small.endpoint.bufferOctetsGranted()).isZero();
    }

    @Test
    void thePoolGivesBackWhatAFloodNeeded() {
        Bench large = new Bench(config -> config.limits(Limits.DEFAULT.withMemoryOctets(1L << 30)));
        Listener accepting = large.endpoint.listen(Bench.PORT, 16);
        List<Bench.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Bench.Peer peer = large.open(20_000 + i, false);
            peers.add(peer);
            accepting.accept();
            for (int k = 1; k <= GAPS; k++) {
                peer.segment(ACK, peer.seq + k * APART, peer.ack, 1);
                large.work();
            }
        }
        BlockPool flooded = large.endpoint.pool();
        assertThat(flooded.octetsInUse()).isGreaterThan(20 * MIB);
        for (Bench.Peer peer : peers) {
            peer.segment(RST | ACK, peer.seq, peer.ack, 0);
        }
        large.work();
        assertThat(flooded.octetsInUse()).isZero();
        assertThat(flooded.octetsFree()).isLessThanOrEqualTo(4 * MIB);
    }

    /** What connections take counts as well, and is given back with them. */
    @Test
    void f23_connectionsAndEntriesCount() {
        List<Bench.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            peers.add(open(20_000 + i));
        }
        long empty = bench.endpoint.timeWait().octets();
        assertThat(pool.octetsElsewhere() - empty).isEqualTo(200L * Memory.CONNECTION_OCTETS);
        for (int i = 0; i < 200; i++) {
            Bench.Peer peer = peers.get(i);
            accepted.get(i).close();
            bench.work();
            peer.segment(FIN | ACK, peer.seq, peer.ack + 1, 0);
            bench.work();
        }
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(200);
        long table = bench.endpoint.timeWait().octets();
        long kept = 200L * Memory.CONNECTION_OCTETS;
        assertThat(pool.octetsElsewhere()).isEqualTo(table + kept);
    }

    @Test
    void recordsInFinWait2Count() {
        int orphans = 100;
        for (int i = 0; i < orphans; i++) {
            Bench.Peer peer = open(20_000 + i);
            accepted.get(i).close();
            bench.work();
            peer.segment(ACK, peer.seq, peer.ack + 1, 0);
            bench.work();
        }
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(orphans);
        long counted = pool.octetsElsewhere() - bench.endpoint.timeWait().octets();
        assertThat(counted).isEqualTo(orphans * 48L + Memory.CONNECTION_OCTETS);
    }

    /** A budget that connections have used up takes no more of them, and throws nowhere. */
    @Test
    void f23_connectionsAloneDoNotExceedTheBudget() {
        int most = 4 * MIB / Memory.CONNECTION_OCTETS;
        for (int i = 0; i < most; i++) {
            open(20_000 + i);
        }
        Bench.Peer late = bench.new Peer(30_000, false);
        late.segment(SYN, late.seq, 0, 0);
        bench.work();
        assertThat(count(Counter.LISTEN_OVERFLOWS)).isEqualTo(1);
        assertThat(listener.synQueueLength()).isZero();
        assertThat(bench.endpoint.connectionCount()).isEqualTo(most);
        assertThat(count(Counter.FAILURES_CONTAINED)).isZero();
    }

    @Test
    void f23_pressureIsLeftWhenThePeersAreGone() {
        List<Bench.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Bench.Peer peer = open(20_000 + i);
            peers.add(peer);
            for (int k = 1; k <= GAPS; k++) {
                text(peer, k * APART, 1);
            }
        }
        assertThat(count(Counter.MEMORY_PRESSURES)).isEqualTo(1);
        assertThat(count(Counter.MEMORY_PRESSURES_LEFT)).isZero();
        for (Bench.Peer peer : peers) {
            peer.segment(RST | ACK, peer.seq, peer.ack, 0);
        }
        bench.work();
        assertThat(count(Counter.MEMORY_PRESSURES)).isEqualTo(1);
        assertThat(count(Counter.MEMORY_PRESSURES_LEFT)).isEqualTo(1);
    }

    /** Blocks that are kept for later count too: they go before more than the budget is held. */
    @Test
    void whatIsKeptForLaterGoesWhenAllTogetherIsTooMuch() throws IOException {
        for (int i = 0; i < 100; i++) {
            Bench.Peer peer = open(20_000 + i);
            for (int sent = 0; sent < 10_000; sent += 1_000) {
                text(peer, sent, 1_000);
            }
        }
        ByteBuffer in = ByteBuffer.allocate(20_000);
        for (Connection each : accepted) {
            each.receive(in.clear());
        }
        assertThat(pool.octetsInUse()).isZero();
        assertThat(pool.octetsFree()).isGreaterThan(MIB);
        for (int i = 0; i < 1_300; i++) {
            text(bench.open(30_000 + i, false), 0, 100);
            listener.accept();
        }
        long held = pool.octetsInUse() + pool.octetsFree() + pool.octetsElsewhere();
        assertThat(held).isLessThanOrEqualTo(4 * MIB + 1000);
    }
}
