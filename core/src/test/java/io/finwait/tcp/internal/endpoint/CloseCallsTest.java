package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.Aborted;
import io.finwait.tcp.CloseReason.TimedOut;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.TcpInfo.TimerKind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** When a CLOSE is an abort, what it starts and stops, and what is counted. */
class CloseCallsTest {

    private Bench bench;
    private Listener listener;
    private Bench.Peer peer;
    private Connection connection;

    private void open(UnaryOperator<ClosePolicy> policy) {
        openWith(config -> config.closePolicy(policy.apply(ClosePolicy.DEFAULT)));
    }

    private void openWith(UnaryOperator<EndpointConfig.Builder> config) {
        bench = new Bench(config);
        listener = bench.endpoint.listen(Bench.PORT, 16);
        peer = bench.open(5_000, false);
        connection = listener.accept();
    }

    private void close() {
        connection.close();
        bench.work();
    }

    private void ackOfFin() {
        peer.ack = bench.lastTo(5_000).seq() + 1;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
    }

    private void assertAborted(AbortCause cause) {
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        Aborted.class, reason -> assertThat(reason.cause()).isEqualTo(cause));
        assertThat(bench.lastTo(5_000).has(RST)).isTrue();
    }

    private void assertTimedOut(TimeoutCause cause) {
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        TimedOut.class, reason -> assertThat(reason.cause()).isEqualTo(cause));
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    private List<String> observed() {
        List<String> told = new ArrayList<>();
        connection.observer(
                new ConnectionObserver() {
                    @Override
                    public void onLingerExpired(Connection of) {
                        told.add("linger expired");
                    }

                    @Override
                    public void onCloseAcknowledged(Connection of) {
                        told.add("acknowledged");
                    }

                    @Override
                    public void onEnded(Connection of) {
                        told.add("ended");
                    }
                });
        return told;
    }

    @Test
    void unreadTextIsTheFirstReasonForAReset() {
        open(policy -> policy);
        peer.text(1);
        bench.work();
        connection.linger(0);
        close();
        assertAborted(AbortCause.UNREAD_DATA);
        assertThat(count(Counter.ABORTS_UNREAD_DATA)).isEqualTo(1);
        assertThat(count(Counter.ABORTS_LINGER)).isZero();
    }

    @Test
    void whereThePolicySaysSoUnreadTextIsThrownAway() {
        open(policy -> policy.withResetOnUnreadData(false));
        peer.text(100);
        bench.work();
        close();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_1);
        assertThat(count(Counter.ABORTS_UNREAD_DATA)).isZero();
    }

    @Test
    void lingerZeroIsCounted() {
        open(policy -> policy);
        connection.linger(0);
        close();
        assertAborted(AbortCause.LINGER_ZERO);
        assertThat(count(Counter.ABORTS_LINGER)).isEqualTo(1);
    }

    @Test
    void withoutFinWait2OnlyThePeerMayCloseFirst() {
        open(ClosePolicy::withoutFinWait2);
        close();
        assertAborted(AbortCause.NO_FIN_WAIT_2);
        peer = bench.open(5_001, false);
        connection = listener.accept();
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        close();
        assertThat(connection.state()).isEqualTo(State.LAST_ACK);
    }

    /** What stands behind a gap was not received; when it comes again it is text after CLOSE. */
    @Test
    void textBehindAGapIsForgottenByTheClose() {
        open(policy -> policy);
        peer.segment(FIN | ACK, peer.seq + 10, peer.ack, 10);
        bench.work();
        close();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_1);
        peer.segment(ACK, peer.seq, peer.ack, 10);
        bench.work();
        assertAborted(AbortCause.DATA_AFTER_CLOSE);
        assertThat(count(Counter.ABORTS_DATA_AFTER_CLOSE)).isEqualTo(1);
    }

    /** The same for a FIN behind a gap that holds nothing but the FIN's own number. */
    @Test
    void aFinBehindAGapIsForgottenByTheClose() {
        open(policy -> policy);
        peer.segment(FIN | ACK, peer.seq + 1, peer.ack, 0);
        bench.work();
        close();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_1);
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.CLOSING);
    }

    @Test
    void theLingerTimeIsExact() {
        open(policy -> policy);
        List<String> told = observed();
        connection.linger(3 * SECOND);
        close();
        bench.pass(3 * SECOND - 1);
        assertThat(told).isEmpty();
        bench.pass(1);
        assertThat(told).containsExactly("linger expired");
        ackOfFin();
        assertThat(told).containsExactly("linger expired", "acknowledged");
    }

    @Test
    void theOrphansTimeIsExactAndIsForThoseOnlyWhoseFinIsNotAcknowledged() {
        open(policy -> policy.withOrphanTimeout(Duration.ofSeconds(5)));
        List<String> told = observed();
        close();
        bench.pass(5 * SECOND - 1);
        assertThat(told).isEmpty();
        bench.pass(1);
        assertThat(told).containsExactly("ended");
        assertTimedOut(TimeoutCause.ORPHAN);
        assertThat(count(Counter.ABORTS_TIMEOUT)).isEqualTo(1);
        assertThat(count(Counter.FIN_WAIT_2_TIMEOUTS)).isZero();

        peer = bench.open(5_000, false);
        connection = listener.accept();
        close();
        ackOfFin();
        bench.pass(6 * SECOND);
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
    }

    /** Half-closed before, and acknowledged: the wait for the peer's FIN begins with the CLOSE. */
    @Test
    void theWaitInFinWait2BeginsWithTheClose() {
        open(
                policy ->
                        policy.withFinWait2Timeout(Duration.ofSeconds(8))
                                .withOrphanTimeout(Duration.ofSeconds(2)));
        connection.shutdownOutput();
        bench.work();
        ackOfFin();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
        bench.pass(100 * SECOND);
        assertThat(connection.hasEnded()).as("who reads may wait").isFalse();
        close();
        bench.pass(8 * SECOND - 1);
        assertThat(connection.hasEnded()).isFalse();
        bench.pass(1);
        assertTimedOut(TimeoutCause.FIN_WAIT_2);
        assertThat(count(Counter.FIN_WAIT_2_TIMEOUTS)).isEqualTo(1);
        assertThat(count(Counter.ABORTS_TIMEOUT)).isZero();
    }

    @Test
    void nobodyAsksThePeerOfAnOrphanWhetherItIsThere() {
        open(policy -> policy.withFinWait2Timeout(Duration.ZERO));
        connection.keepAlive(SECOND, SECOND, 2);
        close();
        ackOfFin();
        assertThat(bench.endpoint.nextDeadlineNs()).as("no timer").isEqualTo(Long.MAX_VALUE);
        bench.sent.clear();
        bench.pass(100 * SECOND);
        assertThat(bench.sent).isEmpty();
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_2);
    }

    /** The same time as a record's. */
    @Test
    void anOrphanThatIsNoRecordHasItsTimeInFinWait2() {
        openWith(
                config ->
                        config.limits(Limits.DEFAULT.withFinWait2Records(0))
                                .closePolicy(
                                        ClosePolicy.DEFAULT.withFinWait2Timeout(
                                                Duration.ofSeconds(8))));
        close();
        ackOfFin();
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(bench.now + 8 * SECOND);
        assertThat(connection.tcpInfo().timer())
                .isEqualTo(new TcpInfo.Timer(TimerKind.FIN_WAIT_2, 8 * SECOND, 0, 0));
        bench.pass(8 * SECOND - 1);
        assertThat(connection.hasEnded()).isFalse();
        bench.pass(1);
        assertTimedOut(TimeoutCause.FIN_WAIT_2);
    }

    /** The way that is told ends where the connection does. */
    @Test
    void aResetIsTheLastStepOfTheWay() {
        open(policy -> policy);
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(connection.closeReason().ending().pathInWords())
                .isEqualTo("SYN_RECEIVED > ESTABLISHED > CLOSED");
        assertThat(bench.endpoint.states().toString()).isEqualTo("LISTEN=1");
        assertThat(count(Counter.ESTABLISHED_RESETS)).isEqualTo(1);
        assertThat(count(Counter.RESETS_IN)).isEqualTo(1);
    }

    /** Text that waits goes before the FIN, which is sent with the last of it. */
    @Test
    void whatIsQueuedIsDeliveredBeforeTheFin() throws IOException {
        open(policy -> policy);
        connection.send(ByteBuffer.allocate(1_500));
        close();
        assertThat(bench.sent).hasSize(2);
        assertThat(bench.sent.get(0).has(FIN)).isFalse();
        assertThat(bench.sent.get(1).has(FIN)).isTrue();
        assertThat(bench.sent.get(1).text()).isEqualTo(500);
    }

    @Test
    void everyEndGivesBackAllThatWasHeld() throws IOException {
        open(policy -> policy);
        connection.send(ByteBuffer.allocate(100));
        peer.text(100);
        bench.work();
        connection.abort();
        bench.work();
        connection.release();
        assertThat(bench.endpoint.pool().inUse()).isZero();
        assertThat(bench.endpoint.orphanCount()).isZero();
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.endpoint.states().toString()).isEqualTo("LISTEN=1");
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anEndpointWithoutTimeWaitForgetsAtOnce() {
        open(policy -> policy);
        bench.endpoint.defences().timeWait(false);
        close();
        peer.segment(FIN | ACK, peer.seq, peer.ack + 1, 0);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
        assertThat(bench.endpoint.timeWait().size()).isZero();
        assertThat(bench.endpoint.states().get(State.TIME_WAIT)).isZero();
    }
}
