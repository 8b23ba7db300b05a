package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** When the deadline of an orphan ends, and which orphans count against the cap. */
class OrphanDeadlineTest {

    private static final long MINUTE = 60 * SECOND;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    /** Closed with text unsent, in front of a peer whose window is 0. */
    private Connection orphan(Bench.Peer peer) throws IOException {
        Connection connection = listener.accept();
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        connection.send(ByteBuffer.allocate(10_000));
        connection.close();
        bench.work();
        return connection;
    }

    private void window(Bench.Peer peer, int window) {
        peer.window = window;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
    }

    @Test
    void octetsThatAreAcknowledgedBeginTheCountOfRetriesAnew() throws IOException {
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = orphan(peer);
        for (int minute = 0; minute < 10; minute++) {
            window(peer, 1);
            peer.ack++;
            window(peer, 0);
            bench.pass(MINUTE);
            assertThat(connection.hasEnded()).as("minute %d", minute).isFalse();
        }
        window(peer, 60_000);
        while (!bench.lastTo(5_000).has(FIN)) {
            peer.ack = bench.lastTo(5_000).seq() + bench.lastTo(5_000).text();
            window(peer, 60_000);
        }
        peer.ack = bench.lastTo(5_000).seq() + bench.lastTo(5_000).text() + 1;
        window(peer, 60_000);
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
    }

    @Test
    void theFinsAcknowledgmentEndsTheDeadline() {
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        connection.shutdownOutput();
        bench.work();
        peer.ack++;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        connection.close();
        bench.pass(59 * SECOND);
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.TIME_WAIT);
    }

    /**
     * Records cost 48 octets each, in a table with caps of its own: they are no reason to reset.
     */
    @Test
    void recordsDoNotCountAgainstTheCapOfOrphans() throws IOException {
        Bench small =
                new Bench(config -> config.closePolicy(ClosePolicy.DEFAULT.withMaxOrphans(2)));
        Listener accepting = small.endpoint.listen(Bench.PORT, 16);
        for (int port = 6_000; port < 6_100; port++) {
            Bench.Peer peer = small.open(port, false);
            Connection connection = accepting.accept();
            connection.close();
            small.work();
            peer.ack++;
            peer.segment(ACK, peer.seq, peer.ack, 0);
            small.work();
            assertThat(connection.state()).as("port %d", port).isEqualTo(State.FIN_WAIT_2);
        }
        // Those that still hold a TCB do count.
        for (int port = 7_000; port < 7_003; port++) {
            small.open(port, false);
            small.sent.clear();
            accepting.accept().close();
            small.work();
            assertThat(small.lastTo(port).has(FIN)).as("port %d", port).isTrue();
        }
        assertThat(small.lastTo(7_000).has(RST)).as("the oldest made place").isTrue();
        assertThat(small.lastTo(7_001)).isNull();
    }
}
