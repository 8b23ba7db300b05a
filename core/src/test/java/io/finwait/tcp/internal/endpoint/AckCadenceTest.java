package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An ACK for every two full segments' octets, whatever the segments' size (RFC 9293 SHLD-19). */
class AckCadenceTest {

    private static final int FULL = 1_460;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final Bench.Peer peer = bench.open(5_000, false);
    private final Connection connection = listener.accept();

    /** The peer's own MSS is 1,000, so that two full segments are 2,000 octets. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 499, 500, 501, 536, 667, 730, 999, 1_000})
    void segmentsOfAnySize(int size) throws IOException {
        int unacknowledged = 0;
        ByteBuffer reader = ByteBuffer.allocate(4_096);
        for (int i = 0; i < 300; i++) {
            bench.sent.clear();
            peer.text(size);
            bench.work();
            unacknowledged += size;
            boolean due = unacknowledged >= 2_000;
            assertThat(bench.sent).as("segment %d of %d octets", i, size).hasSize(due ? 1 : 0);
            if (due) {
                assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
                unacknowledged = 0;
            }
            while (connection.receive(reader.clear()) > 0) {
                // Taken at once, so that the window never asks for news of itself.
            }
        }
    }

    /**
     * A sender that counts ACKs (RFC 5681 §3.1) must not find a batch acknowledged by one of them.
     */
    @Test
    void aBatchIsAcknowledgedInPairsWhileThePeerStarts() {
        for (int i = 0; i < 10; i++) {
            peer.text(1_000);
        }
        bench.work();
        assertThat(bench.sent).extracting(Bench.Sent::ack).doesNotHaveDuplicates().hasSize(4);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
    }

    @Test
    void theOddSegmentOfABatchIsAcknowledgedWithIt() {
        for (int i = 0; i < 7; i++) {
            peer.text(1_000);
        }
        bench.work();
        assertThat(bench.sent).hasSize(3);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
    }

    @Test
    void aBatchIsAcknowledgedOnceWhenThePeerRuns() throws IOException {
        ByteBuffer reader = ByteBuffer.allocate(4_096);
        while (peer.seq < 5_001 + (1 << 20) + FULL) {
            peer.text(1_000);
            bench.work();
            while (connection.receive(reader.clear()) > 0) {
                // Only the number of octets matters.
            }
        }
        bench.pass(Bench.SECOND);
        bench.sent.clear();
        for (int i = 0; i < 10; i++) {
            peer.text(1_000);
        }
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
    }

    /** Its sender does not know what has arrived: it should learn that soon. */
    @Test
    void whatComesPartlyAgainIsAcknowledgedAtOnce() {
        peer.text(300);
        bench.work();
        assertThat(bench.sent).isEmpty();
        peer.segment(Bench.ACK, peer.seq - 300, peer.ack, 700);
        bench.work();
        assertThat(bench.sent).isEmpty();
        peer.segment(Bench.ACK, peer.seq, peer.ack, 700);
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq + 700);
    }

    @Test
    void withoutRoomTheAckStaysOwed() {
        bench.wire.room = 0;
        for (int i = 0; i < 6; i++) {
            peer.text(1_000);
        }
        bench.cycle();
        assertThat(bench.sent).isEmpty();
        bench.wire.room = 10;
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
    }
}
