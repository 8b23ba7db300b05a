package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a duty cycle does, what it says that it has done, and when it wants the next one. */
class DutyCycleTest {

    private static final int COMMANDS = 1_024;

    private final Bench bench = new Bench();
    private final TcpEndpoint endpoint = bench.endpoint;
    private final Listener listener = endpoint.listen(Bench.PORT, 16);

    @Test
    void theEarlierTimeWhereOneMayBeNever() {
        long never = Long.MAX_VALUE;
        assertThat(DutyCycle.earlier(never, never)).isEqualTo(never);
        assertThat(DutyCycle.earlier(never, -5)).isEqualTo(-5);
        assertThat(DutyCycle.earlier(5, never)).isEqualTo(5);
        assertThat(DutyCycle.earlier(5, 4)).isEqualTo(4);
        assertThat(DutyCycle.earlier(4, 5)).isEqualTo(4);
        // A clock may have passed 2^63.
        assertThat(DutyCycle.earlier(Long.MIN_VALUE + 1, never - 1)).isEqualTo(never - 1);
        assertThat(DutyCycle.earlier(never - 1, Long.MIN_VALUE + 1)).isEqualTo(never - 1);
    }

    @Test
    void commandsRunInTheirOrderAndWakeTheTransport() {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            assertThat(endpoint.execute(() -> ran.add(number))).isTrue();
        }
        assertThat(bench.wire.wakeups).isEqualTo(10);
        assertThat(endpoint.nextDeadlineNs()).as("at once").isEqualTo(bench.now);
        assertThat(bench.cycle()).isEqualTo(10);
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    /** The driver must be woken although there was no room: it makes some. */
    @Test
    void aFullQueueTakesNoCommandMore() {
        for (int i = 0; i < COMMANDS; i++) {
            assertThat(endpoint.execute(() -> {})).isTrue();
        }
        assertThat(endpoint.execute(() -> {})).isFalse();
        assertThat(bench.wire.wakeups).isEqualTo(COMMANDS + 1);
        assertThat(bench.cycle()).isEqualTo(COMMANDS);
        assertThat(endpoint.execute(() -> {})).isTrue();
    }

    /** Or it would keep timers and packets waiting for ever. */
    @Test
    void aCommandThatGivesItselfAgainEndsNoCycle() {
        int[] runs = {0};
        Runnable again =
                new Runnable() {
                    @Override
                    public void run() {
                        runs[0]++;
                        endpoint.execute(this);
                    }
                };
        endpoint.execute(again);
        assertThat(bench.cycle()).isEqualTo(COMMANDS);
        assertThat(runs[0]).isEqualTo(COMMANDS);
        bench.cycle();
        assertThat(runs[0]).isEqualTo(2 * COMMANDS);
    }

    @Test
    void eachPacketAndEachTimerIsWork() {
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        bench.pass(SECOND);
        peer.text(10);
        peer.text(10);
        // Two packets, and the observer that is told once; the ACK waits for more text.
        assertThat(bench.cycle()).isEqualTo(3);
        assertThat(bench.cycle()).isZero();
        bench.pass(SECOND);
        connection.keepAlive(SECOND, SECOND, 3);
        assertThat(bench.cycle()).as("a timer that is only begun").isZero();
        bench.now += SECOND;
        // The timer and its probe.
        assertThat(bench.cycle()).isEqualTo(2);
    }

    @Test
    void aResetThatWaitsIsSentBeforeAnythingElse() throws IOException {
        bench.open(5_000, false);
        Connection one = listener.accept();
        bench.open(5_001, false);
        Connection other = listener.accept();
        bench.sent.clear();
        other.send(ByteBuffer.allocate(10));
        one.abort();
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(bench.now);
        bench.work();
        assertThat(bench.sent.get(0).has(RST)).isTrue();
        assertThat(bench.sent.get(1).text()).isEqualTo(10);
    }

    /** What has no room waits for the transport, not for a timer: nobody polls meanwhile. */
    @Test
    void withoutRoomTheNextCycleIsNotAtOnce() throws IOException {
        bench.open(5_000, false);
        Connection connection = listener.accept();
        bench.work();
        bench.wire.room = 0;
        connection.send(ByteBuffer.allocate(10));
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(bench.now);
        assertThat(bench.cycle()).isZero();
        assertThat(endpoint.nextDeadlineNs()).isGreaterThan(bench.now);
        bench.wire.room = 5;
        bench.sent.clear();
        bench.cycle();
        assertThat(bench.sent).hasSize(1);
    }

    @Test
    void theNextCycleIsDueWithTheFirstTimerOfAnyKind() {
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        Bench.Peer first = bench.open(5_000, false);
        Connection one = listener.accept();
        one.close();
        bench.work();
        first.segment(FIN | ACK, first.seq, first.ack + 1, 0);
        bench.work();
        assertThat(one.state()).isEqualTo(State.TIME_WAIT);
        long timeWaitEnds = endpoint.timeWait().nextDeadlineNs();
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(timeWaitEnds);
        bench.open(5_001, false);
        Connection other = listener.accept();
        other.keepAlive(SECOND, SECOND, 3);
        bench.work();
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(bench.now + SECOND);
        other.keepAlive(1_000 * SECOND, SECOND, 3);
        bench.work();
        bench.pass(10 * MS);
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(timeWaitEnds);
        bench.wire.nextDeadlineNs = bench.now + 1;
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(bench.now + 1);
    }

    @Test
    void aClosedEndpointWantsNothing() {
        bench.open(5_000, false);
        endpoint.execute(() -> {});
        endpoint.close();
        endpoint.close();
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(bench.cycle()).isZero();
        assertThatThrownBy(() -> endpoint.listen(81, 1)).hasMessageContaining("closed");
        assertThatThrownBy(() -> endpoint.connect(Bench.PEERS, 1)).hasMessageContaining("closed");
    }

    /** What was read between two cycles counts when the next one begins, without another read. */
    @Test
    void theBufferGrowsByWhatWasReadBetweenTwoCycles() throws IOException {
        Bench growing =
                new Bench(c -> c.receiveBufferOctets(8_000).largestReceiveBufferOctets(1 << 20));
        Listener accepting = growing.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = growing.open(5_000, false);
        Connection connection = accepting.accept();
        growing.pass(100 * MS);
        for (int i = 0; i < 5; i++) {
            peer.text(1_000);
        }
        growing.work();
        assertThat(connection.receive(ByteBuffer.allocate(10_000))).isEqualTo(5_000);
        assertThat(connection.tcpInfo().receiving().buffer()).isEqualTo(8_000);
        growing.pass(100 * MS);
        assertThat(connection.tcpInfo().receiving().buffer()).isEqualTo(20_000);
    }

    /** Two threads may follow each other, not meet. */
    @Test
    void itBelongsToOneThread() throws InterruptedException {
        List<Throwable> thrown = new ArrayList<>();
        Runnable work =
                () -> {
                    try {
                        bench.cycle();
                    } catch (IllegalStateException e) {
                        thrown.add(e);
                    }
                };
        Thread other = new Thread(work);
        other.start();
        other.join(10_000);
        assertThat(thrown).hasSize(1);
        assertThat(thrown.get(0)).hasMessageContaining("handOver()");
        endpoint.handOver();
        Thread next = new Thread(work);
        next.start();
        next.join(10_000);
        assertThat(thrown).hasSize(1);
        assertThatThrownBy(bench::cycle).hasMessageContaining("belongs to");
    }

    @Test
    void aBatchIsTakenWholeAndInOrder() {
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        for (int i = 0; i < 64; i++) {
            peer.text(1);
        }
        peer.text(1);
        bench.cycle();
        assertThat(connection.unread()).as("a batch is 64 packets").isEqualTo(64);
        bench.cycle();
        assertThat(connection.unread()).isEqualTo(65);
    }

    /** A callback closes the endpoint: the packets behind it are not taken. */
    @Test
    void aBatchEndsWhereTheEndpointIsClosed() {
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        connection.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection of) {
                        endpoint.close();
                    }
                });
        for (int i = 0; i < 40; i++) {
            peer.text(1);
        }
        bench.sent.clear();
        bench.cycle();
        assertThat(bench.sent).as("one RST, and no answer to what came behind").hasSize(1);
        assertThat(bench.sent.get(0).has(RST)).isTrue();
    }
}
