package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.HOST;
import static io.finwait.tcp.internal.endpoint.Bench.PEERS;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.profile.WireProfile;
import io.finwait.tcp.internal.profile.WireProfile.Habit;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitPolicy.Reuse;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** A connection that takes over the pair of sockets of TIME-WAIT (RFC 6191, RFC 9293 §3.6.1). */
class ReopeningTest {

    private static final int ISS = 1_000_000;
    private static final int OWN = 6_000;

    private Bench bench =
            new Bench(
                    config ->
                            config.timeWaitPolicy(
                                    TimeWaitPolicy.defaults()
                                            .withReuse(Reuse.ALL, Duration.ofSeconds(1))));
    private Listener listener = bench.endpoint.listen(Bench.PORT, 16);

    /** Closed by this end first; returns the peer, whose next numbers may be used. */
    private Bench.Peer timeWait() {
        Bench.Peer peer = bench.open(5_000, true);
        Connection connection = listener.accept();
        connection.close();
        bench.work();
        peer.ack++;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        peer.seq++;
        bench.work();
        assertThat(connection.state()).isEqualTo(State.TIME_WAIT);
        bench.sent.clear();
        return peer;
    }

    private void callAgain(Bench.Peer peer) {
        bench.pass(2 * SECOND);
        peer.tsValue += 2_000;
        peer.seq += 1_000;
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
    }

    /** The clock that numbers follow has not advanced as far as the old connection has sent. */
    @Test
    void thePeersSynIsAnsweredFromAboveTheOldNumbers() {
        bench.endpoint.initialSequence().fix(ISS);
        Bench.Peer peer = timeWait();
        callAgain(peer);
        assertThat(bench.lastTo(5_000).flags()).isEqualTo(SYN | ACK);
        assertThat(bench.lastTo(5_000).seq() - peer.ack).isPositive();
        assertThat(bench.endpoint.states().get(State.SYN_RECEIVED)).isEqualTo(1);
    }

    @Test
    void ourOwnSynIsAboveTheOldNumbersToo() {
        bench.endpoint.initialSequence().fix(ISS);
        Connection old = bench.endpoint.connect(HOST, OWN, PEERS, 80);
        bench.work();
        Bench.Peer peer = bench.new Peer(80, true);
        peer.hostPort = OWN;
        peer.segment(SYN | ACK, peer.seq, ISS + 1, 0);
        bench.work();
        old.close();
        bench.work();
        peer.segment(FIN | ACK, peer.seq + 1, ISS + 2, 0);
        bench.work();
        assertThat(old.state()).isEqualTo(State.TIME_WAIT);
        bench.pass(2 * SECOND);
        Connection next = bench.endpoint.connect(HOST, OWN, PEERS, 80);
        bench.work();
        assertThat(bench.lastTo(80).flags()).isEqualTo(SYN);
        assertThat(bench.lastTo(80).seq() - (ISS + 2)).isPositive();
        assertThat(next.state()).isEqualTo(State.SYN_SENT);
        assertThat(bench.endpoint.timeWait().size()).as("parked").isEqualTo(1);
        next.abort();
        bench.work();
        assertThat(old.state()).as("it has failed").isEqualTo(State.TIME_WAIT);
        assertThat(bench.endpoint.timeWait().counters().returned()).isEqualTo(1);
    }

    /** While it is parked for another connection, the old handle must not end it. */
    @Test
    void abortLeavesAnEntryThatIsParked() {
        Bench.Peer peer = bench.open(5_000, true);
        Connection old = listener.accept();
        old.close();
        bench.work();
        peer.ack++;
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        peer.seq++;
        bench.work();
        callAgain(peer);
        old.abort();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        peer.segment(RST, peer.seq + 1, 0, 0);
        bench.work();
        assertThat(bench.endpoint.timeWait().counters().returned()).isEqualTo(1);
        old.abort();
        assertThat(bench.endpoint.timeWait().size()).isZero();
    }

    /** Its SYN comes again, since our answer was lost: it is answered again, and is no other. */
    @Test
    void theSynThatComesAgainIsAnsweredAgain() {
        Bench.Peer peer = timeWait();
        callAgain(peer);
        int iss = bench.lastTo(5_000).seq();
        bench.sent.clear();
        peer.segment(SYN, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.endpoint.connectionCount()).isEqualTo(1);
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.sent.get(0).ack()).isEqualTo(peer.seq + 1);
        assertThat(bench.sent.get(0).seq() - iss).isBetween(0, 1);
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    /** What takes over removes the entry only when it is open. */
    @Test
    void theEntryGoesWhenTheNextConnectionIsOpen() {
        Bench.Peer peer = timeWait();
        callAgain(peer);
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isEqualTo(1);
        peer.seq++;
        peer.segment(ACK, peer.seq, bench.lastTo(5_000).seq() + 1, 0);
        bench.work();
        assertThat(listener.accept().state()).isEqualTo(State.ESTABLISHED);
        assertThat(bench.endpoint.timeWait().size()).isZero();
        assertThat(bench.endpoint.states().toString()).isEqualTo("LISTEN=1 ESTABLISHED=1");
    }

    /** At the maximum nothing is taken over: TIME-WAIT answers (RFC 9293 §3.10.7). */
    @Test
    void withoutPlaceForAConnectionTimeWaitAnswers() {
        bench = new Bench(config -> config.maxConnections(1));
        listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = timeWait();
        bench.endpoint.connect(PEERS, 99);
        bench.work();
        bench.sent.clear();
        callAgain(peer);
        assertThat(bench.lastTo(5_000).flags()).isEqualTo(ACK);
        assertThat(bench.lastTo(5_000).seq()).isEqualTo(peer.ack);
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isEqualTo(1);
    }

    /** The habit of another stack: RFC 793 resets for a SYN in the window. */
    @Test
    void withTheHabitASynInTheWindowEndsTimeWait() {
        bench = new Bench(config -> config, WireProfile.NONE.with(Habit.INSECURE_SYN, true));
        listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = timeWait();
        peer.segment(SYN | RST, peer.seq + 5, 0, 0);
        bench.work();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        peer.segment(SYN, peer.seq - 5, 0, 0);
        bench.work();
        assertThat(bench.lastTo(5_000).has(RST)).as("below the window").isFalse();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        peer.segment(SYN, peer.seq + 5, 0, 0);
        bench.work();
        assertThat(bench.lastTo(5_000).has(RST)).isTrue();
        assertThat(bench.endpoint.timeWait().size()).isZero();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
    }

    @Test
    void withoutTheHabitASynInTheWindowReopens() {
        Bench.Peer peer = timeWait();
        peer.tsValue += 1;
        peer.segment(SYN, peer.seq + 5, 0, 0);
        bench.work();
        assertThat(bench.lastTo(5_000).flags()).isEqualTo(SYN | ACK);
    }

    /** For tests that want a port back: orphans in FIN-WAIT-2 are not in TIME-WAIT, and stay. */
    @Test
    void droppingTimeWaitLeavesOrphans() {
        timeWait();
        Bench.Peer peer = bench.open(5_001, false);
        Connection orphan = listener.accept();
        orphan.close();
        bench.work();
        peer.segment(ACK, peer.seq, peer.ack + 1, 0);
        bench.work();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(2);
        bench.endpoint.dropTimeWait();
        assertThat(bench.endpoint.timeWait().size()).isEqualTo(1);
        assertThat(orphan.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
        assertThat(bench.endpoint.states().get(State.FIN_WAIT_2)).isEqualTo(1);
    }
}
