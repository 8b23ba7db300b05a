package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What an endpoint's observer is told of those that are only an entry of the TIME-WAIT table. */
class TimeWaitTransitionsTest {

    private final List<String> moves = new ArrayList<>();
    private final Bench bench = new Bench(config -> config.observer(new Noting()));
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final Bench.Peer peer = bench.open(5_000, false);
    private final Connection connection = listener.accept();

    private final class Noting implements EndpointObserver {
        @Override
        public void onTransition(
                ConnectionInfo of, State from, Trigger trigger, State to, long nowNs) {
            assertThat(of.remotePort()).isEqualTo(5_000);
            assertThat(of.state()).isEqualTo(to);
            assertThat(of.unread()).isEqualTo(to == State.CLOSE_WAIT ? 7 : 0);
            assertThat(of.unacknowledged()).isZero();
            assertThat(nowNs).isEqualTo(bench.now);
            moves.add(from + " " + trigger + " " + to);
        }
    }

    private void finWait2() {
        connection.close();
        bench.work();
        peer.ack++;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        moves.clear();
    }

    private void timeWait() {
        finWait2();
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        peer.seq++;
        bench.work();
        assertThat(moves).containsExactly("FIN_WAIT_2 FIN TIME_WAIT");
        moves.clear();
    }

    @Test
    void twoMslIsTheEnd() {
        timeWait();
        bench.pass(300 * SECOND);
        assertThat(moves).containsExactly("TIME_WAIT TWO_MSL CLOSED");
    }

    @Test
    void abortIsTheEnd() {
        timeWait();
        connection.abort();
        bench.work();
        assertThat(moves).containsExactly("TIME_WAIT ABORT CLOSED");
    }

    @Test
    void aRecordTimesOut() {
        finWait2();
        bench.pass(300 * SECOND);
        assertThat(moves).containsExactly("FIN_WAIT_2 TIMEOUT CLOSED");
    }

    @Test
    void aRecordIsReset() {
        finWait2();
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(moves).containsExactly("FIN_WAIT_2 RESET CLOSED");
    }

    @Test
    void aRecordIsAborted() {
        finWait2();
        connection.abort();
        bench.work();
        assertThat(moves).containsExactly("FIN_WAIT_2 ABORT CLOSED");
        assertThat(bench.lastTo(5_000).has(RST)).isTrue();
    }

    @Test
    void whatIsUnreadIsPartOfThePicture() {
        peer.text(7);
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(moves).endsWith("ESTABLISHED FIN CLOSE_WAIT");
    }

    /** Without an observer there is nothing to tell, and the end of the wait is all the work. */
    @Test
    void withoutAnObserverNothingIsTold() {
        Bench silent = new Bench();
        Listener accepting = silent.endpoint.listen(Bench.PORT, 16);
        Bench.Peer caller = silent.open(5_000, false);
        Connection one = accepting.accept();
        one.close();
        silent.work();
        caller.segment(FIN | ACK, caller.seq, caller.ack + 1, 0);
        silent.work();
        assertThat(one.state()).isEqualTo(State.TIME_WAIT);
        silent.now = silent.endpoint.nextDeadlineNs();
        assertThat(silent.cycle()).isEqualTo(1);
        assertThat(silent.cycle()).isZero();
        assertThat(one.state()).isEqualTo(State.CLOSED);
    }
}
