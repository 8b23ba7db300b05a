package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.buffer.SequenceRanges;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;

/** What stands behind gaps, and what happens when there are more gaps than places. */
class SequenceRangesTest {

    /** Not a constant to the compiler, which would refuse the wrap. */
    private static final int BASE = Integer.parseInt("2147483347");

    @Test
    void whatIsNearerTakesThePlaceOfWhatIsFurthestAway() {
        SequenceRanges ranges = new SequenceRanges();
        for (int i = 1; i <= 4; i++) {
            assertThat(ranges.add(BASE + 100 * i, BASE + 100 * i + 10, 4)).isTrue();
        }
        assertThat(ranges.add(BASE + 500, BASE + 510, 4)).isFalse();
        assertThat(ranges.add(BASE, BASE + 10, 4)).isTrue();
        assertThat(ranges.count()).isEqualTo(4);
        assertThat(ranges.has(BASE, BASE + 10)).isTrue();
        assertThat(ranges.has(BASE + 300, BASE + 310)).isTrue();
        assertThat(ranges.has(BASE + 400, BASE + 401)).isFalse();
        assertThat(ranges.advance(BASE)).isEqualTo(BASE + 10);
    }

    @Test
    void whatJoinsARangeNeedsNoPlace() {
        SequenceRanges ranges = new SequenceRanges();
        for (int i = 1; i <= 4; i++) {
            ranges.add(BASE + 100 * i, BASE + 100 * i + 10, 4);
        }
        assertThat(ranges.add(BASE + 410, BASE + 420, 4)).isTrue();
        assertThat(ranges.add(BASE + 110, BASE + 200, 4)).isTrue();
        assertThat(ranges.count()).isEqualTo(3);
        assertThat(ranges.right(2)).isEqualTo(BASE + 420);
    }

    /** The same ranges as a set of bits has, with and without too little place. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isASetOfNumbers(long seed) {
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            // Across 2^31, across 2^32, and anywhere.
            int base =
                    switch (run / 2 % 3) {
                        case 0 -> BASE;
                        case 1 -> -300;
                        default -> random.nextInt();
                    };
            SequenceRanges ranges = new SequenceRanges();
            BitSet bits = new BitSet();
            int most = run % 2 == 0 ? 1_000 : 1 + random.nextInt(8);
            int nxt = 0;
            for (int i = 0; i < 100; i++) {
                int from = nxt + random.nextInt(600);
                int to = from + 1 + random.nextInt(20);
                boolean added = ranges.add(base + from, base + to, most);
                if (added) {
                    bits.set(from, to);
                }
                assertThat(ranges.count()).isLessThanOrEqualTo(most);
                String name = "seed " + seed + ", run " + run + ", step " + i;
                assertThat(added || from > nxt).as(name + ": the next one is taken").isTrue();
                int kept = ranges.count() - 1;
                if (kept >= 0) {
                    // What made place lies behind all that is held.
                    bits.clear(ranges.right(kept) - base, 2_000);
                }
                int at = nxt;
                for (int r = 0; r < ranges.count(); r++) {
                    int left = bits.nextSetBit(at);
                    at = bits.nextClearBit(left);
                    assertThat(ranges.left(r) - base).as(name).isEqualTo(left);
                    assertThat(ranges.right(r) - base).as(name).isEqualTo(at);
                    assertThat(ranges.has(base + left, base + at)).as(name).isTrue();
                    assertThat(ranges.has(base + left, base + at + 1)).as(name).isFalse();
                }
                assertThat(bits.nextSetBit(at)).as(name).isEqualTo(-1);
                if (bits.get(nxt)) {
                    nxt = bits.nextClearBit(nxt);
                    assertThat(ranges.advance(base + nxt - 1)).as(name).isEqualTo(base + nxt);
                }
            }
        }
    }

    /** A peer that sends every second octet fills all places; what comes next in order is taken. */
    @Test
    void theSegmentAtRcvNxtIsTakenHoweverManyGapsThereAre() throws IOException {
        Bench bench = new Bench();
        Listener listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(40_000, false);
        Connection connection = listener.accept();
        int first = peer.seq;
        for (int i = 0; i < 3_000; i++) {
            peer.segment(Bench.ACK, first + 1_000 + 2 * i, peer.ack, 1);
        }
        bench.work();
        int ranges = ((TcpConnection) connection).tcb.rcv.reassembly.count();
        assertThat(ranges).isBetween(64, 1_000);

        peer.segment(Bench.ACK, first, peer.ack, 500);
        bench.work();
        assertThat(connection.unread()).isEqualTo(500);
        assertThat(bench.lastTo(40_000).ack()).isEqualTo(first + 500);

        // And all of it arrives when the peer sends it again, whatever had to make place.
        for (int at = 500; at < 7_000; at += 500) {
            peer.segment(Bench.ACK, first + at, peer.ack, 500);
        }
        bench.work();
        ByteBuffer text = ByteBuffer.allocate(10_000);
        assertThat(connection.receive(text)).isEqualTo(7_000);
        for (int i = 0; i < 7_000; i++) {
            assertThat(text.get(i)).isEqualTo((byte) (first + i));
        }
    }
}
