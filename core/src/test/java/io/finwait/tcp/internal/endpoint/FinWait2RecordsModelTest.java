package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Orphans in FIN-WAIT-2, which are records of the TIME-WAIT table, end in any order and any way.
 */
class FinWait2RecordsModelTest {

    private enum End {
        FIN_COMES,
        RESET_COMES,
        TEXT_COMES
    }

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    private record Orphan(Bench.Peer peer, Connection handle) {}

    private Orphan orphan(int port) {
        Bench.Peer peer = bench.open(port, false);
        Connection handle = listener.accept();
        handle.close();
        bench.work();
        peer.ack++;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(handle.hasEnded()).isFalse();
        return new Orphan(peer, handle);
    }

    private void end(Orphan orphan, End how) {
        Bench.Peer peer = orphan.peer;
        switch (how) {
            case FIN_COMES -> peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
            case RESET_COMES -> peer.segment(RST, peer.seq, 0, 0);
            case TEXT_COMES -> peer.segment(ACK, peer.seq, peer.ack, 100);
        }
        bench.work();
    }

    private static void assertEnded(Orphan orphan, End how, String where) {
        CloseReason reason = orphan.handle.closeReason();
        switch (how) {
            case FIN_COMES -> assertThat(reason).as(where).isInstanceOf(CloseReason.Orderly.class);
            case RESET_COMES ->
                    assertThat(reason).as(where).isInstanceOf(CloseReason.ResetByPeer.class);
            case TEXT_COMES ->
                    assertThat(reason)
                            .as(where)
                            .isInstanceOfSatisfying(
                                    CloseReason.Aborted.class,
                                    aborted ->
                                            assertThat(aborted.cause())
                                                    .isEqualTo(AbortCause.DATA_AFTER_CLOSE));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2000", "2, 1", "3, 2", "4, 7", "5, 8", "6, 9", "7, 17", "8, 33", "9, 300"})
    void everyOneEndsInItsOwnWay(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Orphan> open = new ArrayList<>();
        int port = 10_000;
        int ended = 0;
        // Some begin while others end, and the last tenth is left to its time.
        while (ended < count - count / 10) {
            String where = "seed %d, after %d ends".formatted(seed, ended);
            int begun = ended + open.size();
            if (open.isEmpty() || (begun < count && random.nextInt(5) > 0)) {
                open.add(orphan(port++));
            } else {
                Orphan next = open.remove(random.nextInt(open.size()));
                End how = End.values()[random.nextInt(3)];
                end(next, how);
                assertEnded(next, how, where);
                ended++;
            }
            if (!open.isEmpty()) {
                Orphan other = open.get(random.nextInt(open.size()));
                assertThat(other.handle.hasEnded()).as(where).isFalse();
            }
        }
        assertThat(bench.endpoint.connectionCount()).isEqualTo(open.size());
        bench.pass(600 * SECOND);
        for (Orphan each : open) {
            assertThat(each.handle.closeReason())
                    .isInstanceOfSatisfying(
                            CloseReason.TimedOut.class,
                            reason ->
                                    assertThat(reason.cause()).isEqualTo(TimeoutCause.FIN_WAIT_2));
        }
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }
}
