package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** One orphan too many: the oldest and largest goes, and never the answer to the next client. */
class OrphanCapsTest {

    private Bench bench;
    private Listener listener;

    private void limits(UnaryOperator<Limits> limits, int maxOrphans) {
        bench =
                new Bench(
                        config ->
                                config.limits(limits.apply(Limits.DEFAULT))
                                        .closePolicy(
                                                ClosePolicy.DEFAULT.withMaxOrphans(maxOrphans)));
        listener = bench.endpoint.listen(Bench.PORT, 16);
    }

    /** A connection that was closed with octets for which the peer offers no window. */
    private Connection closedWith(int port, int octets) throws IOException {
        Bench.Peer peer = bench.open(port, false);
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        Connection connection = listener.accept();
        connection.send(ByteBuffer.allocate(octets));
        connection.close();
        bench.work();
        return connection;
    }

    private static boolean madePlace(Connection connection) {
        return connection.closeReason() instanceof CloseReason.Aborted aborted
                && aborted.cause() == AbortCause.TOO_MANY_ORPHANS;
    }

    /** Or it would reset clients that take what a server has written, because they are many. */
    @Test
    void theirOctetsMayTakeWhatTextMay() {
        assertThat(Limits.DEFAULT.orphanOctets())
                .isGreaterThanOrEqualTo(Limits.DEFAULT.memoryOctets());
    }

    @Test
    void f08_theLargestOfTheOldestMakesPlace() throws IOException {
        limits(l -> l, 3);
        Connection small = closedWith(5000, 100);
        Connection large = closedWith(5001, 10_000);
        Connection middle = closedWith(5002, 500);
        Connection last = closedWith(5003, 20_000);
        assertThat(madePlace(large)).isTrue();
        assertThat(bench.lastTo(5001).has(RST)).isTrue();
        assertThat(List.of(small, middle, last)).noneMatch(Connection::hasEnded);
        assertThat(bench.endpoint.orphanCount()).isEqualTo(3);
        assertThat(bench.endpoint.counters().get(Counter.ABORTS_TOO_MANY_ORPHANS)).isEqualTo(1);
    }

    @Test
    void ofEqualsTheOldestMakesPlace() throws IOException {
        limits(l -> l, 2);
        Connection first = closedWith(5000, 100);
        Connection second = closedWith(5001, 100);
        closedWith(5002, 100);
        assertThat(madePlace(first)).isTrue();
        assertThat(second.hasEnded()).isFalse();
    }

    @Test
    void theirOctetsAreLimitedTogether() throws IOException {
        limits(l -> l.withOrphanOctets(10_000), 100);
        List<Connection> closed = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            closed.add(closedWith(5000 + i, 3_000));
        }
        assertThat(closed.stream().filter(OrphanCapsTest::madePlace)).hasSize(7);
        assertThat(closed.subList(7, 10)).noneMatch(Connection::hasEnded);
        Connection tooLarge = closedWith(6000, 10_001);
        assertThat(madePlace(tooLarge)).as("it would not fit alone").isTrue();
        assertThat(closed.subList(7, 10)).noneMatch(Connection::hasEnded);
    }

    /** What was acknowledged since the CLOSE takes no place. */
    @Test
    void octetsThatHaveGoneDoNotCount() throws IOException {
        limits(l -> l.withOrphanOctets(10_000), 100);
        Bench.Peer peer = bench.open(5000, false);
        Connection first = listener.accept();
        first.send(ByteBuffer.allocate(8_000));
        first.close();
        bench.work();
        peer.segment(ACK, peer.seq, peer.ack + 8_000, 0);
        bench.work();
        Connection second = closedWith(5001, 8_000);
        assertThat(first.hasEnded()).isFalse();
        assertThat(second.hasEnded()).isFalse();
    }

    /** A connection that was closed with octets, of which the peer has then taken some. */
    private Connection closedAndTaken(int port, int octets, int taken) throws IOException {
        Bench.Peer peer = bench.open(port, false);
        Connection connection = listener.accept();
        connection.send(ByteBuffer.allocate(octets));
        connection.close();
        bench.work();
        peer.segment(ACK, peer.seq, peer.ack + taken, 0);
        bench.work();
        return connection;
    }

    @Test
    void whosePeerTakesItsTextIsTheLastToGo() throws IOException {
        limits(l -> l, 20);
        List<Connection> taking = new ArrayList<>();
        for (int port = 5000; port < 5019; port++) {
            taking.add(closedAndTaken(port, 50_000, 1_000));
        }
        Connection stalled = closedWith(6000, 10);
        Connection last = closedWith(6001, 10);
        assertThat(madePlace(stalled)).isTrue();
        assertThat(taking).as("older and larger").noneMatch(Connection::hasEnded);
        assertThat(last.hasEnded()).isFalse();
    }

    /** It was looked at a moment ago, and nothing can have come since. */
    @Test
    void whosePeerLetsTimersPassGoesFirst() throws IOException {
        limits(l -> l, 3);
        Bench.Peer peer = bench.open(5000, false);
        Connection taking = listener.accept();
        taking.send(ByteBuffer.allocate(50_000));
        taking.close();
        bench.work();
        Connection one = closedWith(6000, 10);
        Connection two = closedWith(6001, 10);
        for (int taken = 1_000; taken <= 10_000; taken += 1_000) {
            bench.pass(200 * Bench.MS);
            peer.segment(ACK, peer.seq, peer.ack + taken, 0);
            bench.work();
        }
        closedWith(6002, 20_000);
        closedWith(6003, 20_000);
        assertThat(madePlace(one)).isTrue();
        assertThat(madePlace(two)).isTrue();
        assertThat(taking.hasEnded()).isFalse();
    }

    @Test
    void whereAllTakeTheirTextOneOfThemMakesPlace() throws IOException {
        limits(l -> l, 2);
        Connection first = closedAndTaken(5000, 5_000, 1_000);
        Connection second = closedAndTaken(5001, 5_000, 1_000);
        closedWith(5002, 10);
        assertThat(madePlace(first)).isTrue();
        assertThat(second.hasEnded()).isFalse();
    }

    @Test
    void withNoneAllowedTheCloseItselfIsAnAbort() throws IOException {
        limits(l -> l, 0);
        assertThat(madePlace(closedWith(5000, 1))).isTrue();
    }

    @Test
    void recordsHaveACapOfTheirOwn() {
        limits(l -> l.withFinWait2Records(3), 1);
        List<Connection> closed = new ArrayList<>();
        for (int port = 5000; port < 5005; port++) {
            Bench.Peer peer = bench.open(port, false);
            Connection connection = listener.accept();
            connection.close();
            bench.work();
            peer.segment(ACK, peer.seq, peer.ack + 1, 0);
            bench.work();
            closed.add(connection);
        }
        assertThat(closed.subList(0, 2)).allMatch(OrphanCapsTest::madePlace);
        assertThat(bench.lastTo(5001).has(RST)).isTrue();
        assertThat(closed.subList(2, 5)).allMatch(each -> each.state() == State.FIN_WAIT_2);
        assertThat(bench.endpoint.orphanCount()).isEqualTo(3);
        assertThat(bench.endpoint.counters().get(Counter.ABORTS_TOO_MANY_ORPHANS)).isEqualTo(2);
        assertThat(bench.lastTo(5004).has(FIN)).isTrue();
    }
}
