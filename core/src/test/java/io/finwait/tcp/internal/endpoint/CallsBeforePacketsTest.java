package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a user did between two duty cycles leaves before the packets of the next one are processed:
 * the call came first.
 */
class CallsBeforePacketsTest {

    private static final int PEER = 40_000;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    @Test
    void theFinLeavesBeforeTheResetThatAnswersTextWhichCameTooLate() {
        Bench.Peer peer = bench.open(PEER, false);
        Connection connection = listener.accept();
        bench.sent.clear();
        connection.close();
        peer.text(10);
        bench.work();
        assertThat(bench.sent).hasSize(2);
        assertThat(bench.sent.get(0).has(FIN)).isTrue();
        assertThat(bench.sent.get(1).has(RST)).isTrue();
    }

    @Test
    void textLeavesBeforeTheResetThatThePeerSends() throws IOException {
        Bench.Peer peer = bench.open(PEER, false);
        Connection connection = listener.accept();
        bench.sent.clear();
        connection.send(ByteBuffer.allocate(10));
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.sent.get(0).text()).isEqualTo(10);
    }

    /** Whoever sleeps until then would let the call wait for a timer or a packet. */
    @Test
    void whatAUserAsksForIsDueAtOnce() throws IOException {
        bench.open(PEER, false);
        Connection connection = listener.accept();
        bench.work();
        assertThat(bench.endpoint.nextDeadlineNs()).isGreaterThan(bench.now);
        connection.send(ByteBuffer.allocate(10));
        assertThat(bench.endpoint.nextDeadlineNs()).as("SEND").isLessThanOrEqualTo(bench.now);
        bench.work();
        bench.endpoint.connect(Bench.HOST, 1_234, Bench.PEERS, PEER);
        assertThat(bench.endpoint.nextDeadlineNs()).as("OPEN").isLessThanOrEqualTo(bench.now);
        bench.work();
        connection.keepAlive(Bench.SECOND, Bench.SECOND, 1);
        assertThat(bench.endpoint.nextDeadlineNs()).as("a timer").isLessThanOrEqualTo(bench.now);
        bench.work();
        connection.abort();
        assertThat(bench.endpoint.nextDeadlineNs()).as("ABORT").isLessThanOrEqualTo(bench.now);
    }
}
