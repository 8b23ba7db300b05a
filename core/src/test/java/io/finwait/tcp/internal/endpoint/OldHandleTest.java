package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo.TimerKind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A handle that was kept while its pair of sockets served another connection. */
class OldHandleTest {

    private static final int PORT = 5_000;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    /** The peer closed first: nothing is left here. */
    private Connection closedByThePeer() {
        Bench.Peer peer = bench.open(PORT, false);
        Connection connection = listener.accept();
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        connection.close();
        bench.work();
        peer.segment(ACK, peer.seq + 1, peer.ack + 1, 0);
        bench.work();
        // Or the next one would have the same numbers.
        bench.pass(Bench.SECOND);
        return connection;
    }

    /** We closed first: TIME-WAIT is here. */
    private Connection closedByUs() {
        Bench.Peer peer = bench.open(PORT, false);
        Connection connection = listener.accept();
        connection.close();
        bench.work();
        peer.segment(FIN | ACK, peer.seq, peer.ack + 1, 0);
        bench.work();
        return connection;
    }

    @Test
    void itIsNotInTheTimeWaitOfTheNextConnection() {
        Connection old = closedByThePeer();
        assertThat(old.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(old.state()).isEqualTo(State.CLOSED);
        Connection next = closedByUs();
        assertThat(next.state()).isEqualTo(State.TIME_WAIT);
        assertThat(next.tcpInfo().timer().kind()).isEqualTo(TimerKind.TIME_WAIT);
        assertThat(old.state()).isEqualTo(State.CLOSED);
        assertThat(old.tcpInfo().timer().kind()).isEqualTo(TimerKind.OFF);
    }

    @Test
    void itIsNotInTheFinWait2OfTheNextConnection() {
        Connection old = closedByThePeer();
        Bench.Peer peer = bench.open(PORT, false);
        Connection next = listener.accept();
        next.close();
        bench.work();
        peer.segment(ACK, peer.seq, peer.ack + 1, 0);
        bench.work();
        assertThat(next.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(old.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void itsAbortLeavesTheNextConnectionsTimeWait() {
        Connection old = closedByThePeer();
        Connection next = closedByUs();
        old.abort();
        assertThat(next.state()).isEqualTo(State.TIME_WAIT);
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isEqualTo(1);
        next.abort();
        assertThat(next.state()).isEqualTo(State.CLOSED);
        assertThat(bench.endpoint.timeWait().size()).isZero();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
        next.abort();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
    }

    /** An internal error cut it off, and nothing of its TCB could be read. */
    @Test
    void oneThatIsCutOffTellsNothingOfTheOneBefore() throws IOException {
        Bench.Peer peer = bench.open(PORT, false);
        TcpConnection connection = (TcpConnection) listener.accept();
        connection.send(ByteBuffer.allocate(1_000));
        bench.work();
        connection.send(ByteBuffer.allocate(10));
        peer.text(50);
        bench.work();
        connection.abort();
        bench.work();
        assertThat(connection.closeReason().ending().unacknowledged()).isPositive();
        assertThat(connection.tcpInfo().sending().sent()).isPositive();
        connection.release();
        peer = bench.open(PORT + 1, false);
        assertThat(listener.accept()).isSameAs(connection);
        connection.tcb.rcv.buffer = null;
        connection.tcb.snd.buffer = null;
        peer.text(10);
        bench.work();
        CloseReason reason = connection.closeReason();
        assertThat(reason).isInstanceOf(CloseReason.Aborted.class);
        assertThat(reason.ending().unsent()).isZero();
        assertThat(reason.ending().unacknowledged()).isZero();
        assertThat(reason.ending().unread()).isZero();
        assertThat(connection.tcpInfo().sending().sent()).isZero();
        assertThat(connection.tcpInfo().receiving().received()).isZero();
        assertThat(connection.remotePort()).isEqualTo(PORT + 1);
    }

    /** TIME-WAIT was cut short with the endpoint: nothing is in a state any more. */
    @Test
    void abortOfAClosedEndpointsTimeWaitDoesNothing() {
        Connection connection = closedByUs();
        bench.endpoint.close();
        assertThat(bench.endpoint.states().toString()).isEmpty();
        connection.abort();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
        bench.endpoint.dropTimeWait();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
    }
}
