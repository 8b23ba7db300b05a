package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.buffer.BlockPool;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What is freed when memory gets short, and whose. */
class MemoryPressureTest {

    private static final int MIB = 1 << 20;
    private static final int BUDGET = 4 * MIB;
    private static final int SEGMENT = 1_000;

    /** A little more than a large block. */
    private static final int LONG = 17_000;

    private static final int LEFT = 100;
    private static final int HOARDERS = 16;

    private final Bench bench =
            new Bench(
                    config ->
                            config.limits(Limits.DEFAULT.withMemoryOctets(BUDGET))
                                    .sendBufferOctets(256 * 1024));
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final BlockPool pool = bench.endpoint.pool();
    private final List<Bench.Peer> peers = new ArrayList<>();
    private final List<Connection> accepted = new ArrayList<>();

    private Bench.Peer open() {
        Bench.Peer peer = bench.open(20_000 + peers.size(), false);
        peers.add(peer);
        accepted.add(listener.accept());
        return peer;
    }

    private void text(Bench.Peer peer, int octets) {
        for (int left = octets; left > 0; left -= SEGMENT) {
            peer.text(Math.min(left, SEGMENT));
            bench.work();
        }
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    /** A peer has sent much, and its user has read nearly all of it. */
    private void leaveLittle() throws IOException {
        text(open(), LONG);
        Connection reads = accepted.get(accepted.size() - 1);
        assertThat(reads.receive(ByteBuffer.allocate(LONG - LEFT))).isEqualTo(LONG - LEFT);
    }

    @Test
    void aLittleMoreThanASmallBlockHoldsTakesAMediumOne() {
        text(open(), 800);
        assertThat(pool.octetsInUse()).isBetween(4_096L, 4_300L);
    }

    @Test
    void thinTextInOrderIsCopiedTogether() throws IOException {
        while (!pool.isUnderPressure()) {
            leaveLittle();
        }
        long thin = pool.octetsInUse();
        text(open(), LEFT);
        assertThat(pool.octetsInUse()).isLessThan(thin / 2);
        assertThat(count(Counter.BUFFERS_COLLAPSED)).isGreaterThan(50);
        assertThat(count(Counter.BUFFERS_PRUNED)).isZero();
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isZero();
        for (int i = 0; i < peers.size(); i++) {
            ByteBuffer in = ByteBuffer.allocate(LONG);
            assertThat(accepted.get(i).receive(in)).isEqualTo(LEFT);
            for (int k = 0; k < LEFT; k++) {
                assertThat(in.get(k)).isEqualTo((byte) (peers.get(i).seq - LEFT + k));
            }
        }
        assertThat(pool.octetsInUse()).isZero();
    }

    /** What was sent and is acknowledged but for a few octets. */
    @Test
    void thinTextThatWasSentIsCopiedTogether() throws IOException {
        while (!pool.isUnderPressure()) {
            Bench.Peer peer = open();
            Connection sends = accepted.get(accepted.size() - 1);
            assertThat(sends.send(ByteBuffer.allocate(LONG))).isEqualTo(LONG);
            for (int acknowledged = 0; acknowledged < LONG - LEFT; ) {
                bench.work();
                acknowledged = Math.min(LONG - LEFT, acknowledged + 4 * SEGMENT);
                peer.segment(ACK, peer.seq, peer.ack + acknowledged, 0);
            }
            bench.work();
            assertThat(sends.unacknowledged()).isEqualTo(LEFT);
        }
        long thin = pool.octetsInUse();
        text(open(), LEFT);
        assertThat(pool.octetsInUse()).isLessThan(thin / 2);
        for (int i = 0; i < peers.size() - 1; i++) {
            Bench.Peer peer = peers.get(i);
            assertThat(accepted.get(i).unacknowledged()).isEqualTo(LEFT);
            peer.segment(ACK, peer.seq, peer.ack + LONG, 0);
        }
        bench.work();
        assertThat(accepted).allMatch(each -> each.unacknowledged() == 0);
    }

    /** Some whose users do not read hoard behind gaps; one that reads has a few octets there. */
    @Test
    void whoHoldsMostAndDoesNotReadLosesFirst() throws IOException {
        Bench.Peer small = open();
        small.segment(ACK, small.seq + 500, small.ack, 500);
        bench.work();
        for (int i = 0; i < HOARDERS; i++) {
            Bench.Peer hoards = open();
            text(hoards, LEFT);
            for (int gap = 1; gap <= 3; gap++) {
                hoards.segment(ACK, hoards.seq + gap * LONG, hoards.ack, 1);
                bench.work();
            }
        }
        while (!pool.isFull()) {
            text(open(), 10 * LONG);
        }
        text(open(), LEFT);
        assertThat(count(Counter.BUFFERS_PRUNED)).as("the hoarders").isEqualTo(HOARDERS);
        small.segment(ACK, small.seq, small.ack, 500);
        bench.work();
        assertThat(accepted.get(0).receive(ByteBuffer.allocate(2_000))).isEqualTo(1_000);
        for (int i = 1; i <= HOARDERS; i++) {
            assertThat(accepted.get(i).receive(ByteBuffer.allocate(2_000))).isEqualTo(LEFT);
        }
        assertThat(count(Counter.FAILURES_CONTAINED)).isZero();
        // What was pruned has to come again: when the gap before it is filled, it is not there.
        for (Connection each : accepted.subList(HOARDERS + 1, accepted.size())) {
            each.abort();
        }
        bench.work();
        Bench.Peer hoards = peers.get(1);
        text(hoards, LONG);
        ByteBuffer in = ByteBuffer.allocate(2 * LONG);
        assertThat(accepted.get(1).receive(in)).isEqualTo(LONG);
        bench.pass(Bench.SECOND);
        assertThat(bench.lastTo(hoards.port).ack()).isEqualTo(hoards.seq);
    }

    /** Under mere pressure text in order is taken, and none behind a gap. */
    @Test
    void underPressureOnlyTextInOrderIsTaken() throws IOException {
        while (!pool.isUnderPressure()) {
            text(open(), SEGMENT);
        }
        Bench.Peer peer = open();
        text(peer, LONG);
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isZero();
        peer.segment(ACK, peer.seq + 500, peer.ack, 500);
        bench.work();
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isEqualTo(1);
        text(peer, 500);
        ByteBuffer in = ByteBuffer.allocate(2 * LONG);
        assertThat(accepted.get(accepted.size() - 1).receive(in)).isEqualTo(LONG + 500);
    }

    /** Without memory each connection has room for a small block, so that no peer stands still. */
    @Test
    void withoutMemoryEachConnectionTakesALittle() throws IOException {
        while (!pool.isFull()) {
            text(open(), 10 * LONG);
        }
        long before = count(Counter.TEXT_DROPPED_FOR_MEMORY);
        Bench.Peer peer = open();
        text(peer, BlockPool.SMALL_OCTETS - 1);
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isEqualTo(before);
        text(peer, 2);
        assertThat(count(Counter.TEXT_DROPPED_FOR_MEMORY)).isEqualTo(before + 1);
        Connection reads = accepted.get(accepted.size() - 1);
        ByteBuffer in = ByteBuffer.allocate(2_000);
        assertThat(reads.receive(in)).isEqualTo(BlockPool.SMALL_OCTETS);
    }

    /** Under mere pressure what stands behind gaps stays: it was taken while there was room. */
    @Test
    void copyingTogetherLeavesWhatStandsBehindGaps() throws IOException {
        Bench.Peer peer = open();
        peer.segment(ACK, peer.seq + 500, peer.ack, 500);
        bench.work();
        while (!pool.isUnderPressure()) {
            leaveLittle();
        }
        text(open(), LEFT);
        assertThat(count(Counter.BUFFERS_COLLAPSED)).isPositive();
        peer.segment(ACK, peer.seq, peer.ack, 500);
        bench.work();
        ByteBuffer in = ByteBuffer.allocate(2_000);
        assertThat(accepted.get(0).receive(in)).isEqualTo(1_000);
        for (int k = 0; k < 1_000; k++) {
            assertThat(in.get(k)).isEqualTo((byte) (peer.seq + k));
        }
    }
}
