package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason.TimedOut;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** How often an orphan asks a peer whose window stays closed, though it answers (T-22). */
class OrphanProbesTest {

    private static final int PEER_PORT = 40_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void itAsksAsOftenAsThePolicySays(int retries) throws IOException {
        Bench bench =
                new Bench(
                        config ->
                                config.closePolicy(ClosePolicy.DEFAULT.withOrphanRetries(retries)));
        var listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.send(ByteBuffer.allocate(100))).isEqualTo(100);
        bench.work();
        connection.close();
        bench.work();
        assertThat(bench.sent).isEmpty();
        int probes = 0;
        while (connection.closeReason() == null && probes < 100) {
            bench.pass(SECOND / 10);
            if (!bench.sent.isEmpty()) {
                probes += bench.sent.size();
                bench.sent.clear();
                peer.segment(ACK, peer.seq, peer.ack, 0);
            }
        }
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        TimedOut.class,
                        reason -> assertThat(reason.cause()).isEqualTo(TimeoutCause.ORPHAN));
        // What it says when it gives up is a reset.
        assertThat(probes).isEqualTo(retries);
    }
}
