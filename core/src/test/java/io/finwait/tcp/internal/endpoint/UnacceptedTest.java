package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.RST;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Connections that nobody accepts. */
class UnacceptedTest {

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    private void openSendAndReset(int port) {
        Bench.Peer peer = bench.open(port, false);
        peer.text(100);
        bench.work();
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
    }

    @Test
    void oneThatHasEndedCanStillBeAcceptedAndRead() throws IOException {
        openSendAndReset(5_000);
        Connection connection = listener.accept();
        assertThat(connection.receive(ByteBuffer.allocate(1_000))).isEqualTo(100);
        connection.release();
        assertThat(bench.endpoint.pool().inUse()).isZero();
    }

    @Test
    void closingTheListenerGivesBackWhatTheyHold() {
        openSendAndReset(5_000);
        bench.open(5_001, false).text(100);
        bench.work();
        assertThat(bench.endpoint.pool().inUse()).isPositive();
        listener.close();
        assertThat(bench.endpoint.pool().inUse()).isZero();
        assertThat(bench.endpoint.connectionCount()).isZero();
    }
}
