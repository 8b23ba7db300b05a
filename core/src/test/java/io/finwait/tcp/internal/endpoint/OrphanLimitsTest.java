package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason.TimedOut;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What nobody owns has an end, whatever its peer does with its window (T-22; CVE-2009-1926). */
class OrphanLimitsTest {

    private static final long HOUR = 3_600 * SECOND;
    private static final long DEADLINE = 900 * SECOND;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final Bench.Peer peer = bench.open(40_000, false);
    private final Connection connection = listener.accept();

    private void tellWindow(int window) {
        peer.window = window;
        peer.segment(ACK, peer.seq, peer.ack, 0);
    }

    private void closeBehind(int octets) throws IOException {
        tellWindow(0);
        bench.work();
        connection.send(ByteBuffer.allocate(octets));
        connection.close();
        bench.work();
    }

    private void assertGivenUp(Connection ended) {
        assertThat(ended.closeReason())
                .isInstanceOfSatisfying(
                        TimedOut.class,
                        reason -> assertThat(reason.cause()).isEqualTo(TimeoutCause.ORPHAN));
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.endpoint.orphanCount()).isZero();
        assertThat(bench.endpoint.pool().inUse()).isZero();
    }

    /**
     * The peer opens its window and closes it again: in one batch, faster than any timer, slower.
     */
    @ParameterizedTest
    @ValueSource(longs = {0, 100 * MS, 900 * MS, 10 * SECOND, 60 * SECOND})
    void aWindowThatTogglesAndTakesNothingIsNoProgress(long apartNs) throws IOException {
        closeBehind(50_000);
        long begun = bench.now;
        while (!connection.hasEnded() && bench.now - begun < HOUR) {
            tellWindow(1);
            if (apartNs > 0) {
                bench.pass(apartNs);
            }
            tellWindow(0);
            bench.pass(Math.max(apartNs, 100 * MS));
        }
        assertGivenUp(connection);
        assertThat(bench.now - begun).as("no longer than the tries take").isLessThan(HOUR / 2);
    }

    @Test
    void answersToItsProbesDoNotMakeMoreOfThem() throws IOException {
        closeBehind(50_000);
        int probes = 0;
        long begun = bench.now;
        while (!connection.hasEnded() && bench.now - begun < HOUR) {
            bench.sent.clear();
            bench.pass(100 * MS);
            if (bench.lastTo(peer.port) != null && bench.lastTo(peer.port).text() == 1) {
                probes++;
                tellWindow(0);
                bench.work();
            }
        }
        assertGivenUp(connection);
        assertThat(probes).isEqualTo(ClosePolicy.DEFAULT.orphanRetries());
    }

    @Test
    void anOpenWindowThatTakesNothingIsNoProgressEither() throws IOException {
        closeBehind(50_000);
        tellWindow(60_000);
        long begun = bench.now;
        while (!connection.hasEnded() && bench.now - begun < HOUR) {
            bench.pass(5 * SECOND);
            tellWindow(60_000 + (int) (bench.now / SECOND & 1));
        }
        assertGivenUp(connection);
    }

    @Test
    void oneOctetAtATimeIsProgressAndHasAnEndAllTheSame() throws IOException {
        closeBehind(50_000);
        long begun = bench.now;
        while (!connection.hasEnded() && bench.now - begun < 2 * HOUR) {
            bench.pass(30 * SECOND);
            peer.ack++;
            tellWindow(0);
        }
        assertThat(bench.now - begun).isBetween(DEADLINE, DEADLINE + 60 * SECOND);
        assertGivenUp(connection);
    }

    @Test
    void whatProbesDeliverIsProgress() throws IOException {
        closeBehind(100);
        for (int i = 0; i < 40; i++) {
            bench.sent.clear();
            while (bench.lastTo(peer.port) == null && !connection.hasEnded()) {
                bench.pass(100 * MS);
            }
            assertThat(connection.hasEnded()).as("after %s octets", i).isFalse();
            assertThat(bench.lastTo(peer.port).seq()).isEqualTo(peer.ack);
            peer.ack++;
            tellWindow(0);
            bench.work();
        }
        assertThat(connection.unacknowledged()).isEqualTo(60);
    }

    @Test
    void whoReadsAfterALongPauseGetsEverything() throws IOException {
        closeBehind(3_000);
        bench.pass(240 * SECOND);
        tellWindow(60_000);
        bench.sent.clear();
        bench.work();
        // The first answer to the window is lost.
        bench.pass(61 * SECOND);
        assertThat(connection.hasEnded()).isFalse();
        peer.ack += 3_000;
        tellWindow(60_000);
        bench.pass(SECOND);
        peer.ack++;
        tellWindow(60_000);
        bench.work();
        assertThat(connection.unacknowledged()).isZero();
        assertThat(connection.hasEnded()).isFalse();
    }

    @Test
    void whileSomebodyOwnsItAClosedWindowIsNoEnd() throws IOException {
        tellWindow(0);
        bench.work();
        connection.send(ByteBuffer.allocate(1_000));
        for (long begun = bench.now; bench.now - begun < 4 * HOUR; ) {
            bench.pass(20 * SECOND);
            tellWindow(bench.now / SECOND % 40 < 20 ? 0 : 1);
        }
        assertThat(connection.hasEnded()).isFalse();
    }
}
