package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.MS;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SECOND;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What the calls on a connection say and do in each part of its life, and what they leave. */
class ConnectionCallsTest {

    private final Bench bench =
            new Bench(config -> config.sendBufferOctets(4_000).receiveBufferOctets(8_000));
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private Bench.Peer peer = bench.open(5_000, false);
    private Connection connection = listener.accept();

    private int receive() throws IOException {
        return connection.receive(ByteBuffer.allocate(10_000));
    }

    private void finOfPeer() {
        peer.segment(FIN | ACK, peer.seq, peer.ack, 0);
        peer.seq++;
        bench.work();
    }

    private void ackOfFin() {
        peer.ack++;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
    }

    @Test
    void roomIsWhatIsNotYetQueued() throws IOException {
        assertThat(connection.sendRoom()).isEqualTo(4_000);
        peer.window = 0;
        peer.segment(ACK, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(connection.send(ByteBuffer.allocate(1_500))).isEqualTo(1_500);
        assertThat(connection.sendRoom()).isEqualTo(2_500);
        assertThat(connection.unsent()).isEqualTo(1_500);
        assertThat(connection.unacknowledged()).isEqualTo(1_500);
        ByteBuffer more = ByteBuffer.allocate(3_000);
        assertThat(connection.send(more)).isEqualTo(2_500);
        assertThat(more.remaining()).isEqualTo(500);
        assertThat(connection.send(more)).isZero();
        assertThat(connection.sendRoom()).isZero();
        connection.shutdownOutput();
        assertThat(connection.sendRoom()).isZero();
        connection.abort();
        assertThat(connection.sendRoom()).isZero();
        assertThat(connection.unsent()).as("stays known").isEqualTo(4_000);
        assertThat(connection.unacknowledged()).isZero();
    }

    @Test
    void aBufferWithoutRoomTakesNothing() throws IOException {
        peer.text(5);
        bench.work();
        assertThat(connection.receive(ByteBuffer.allocate(0))).isZero();
        assertThat(connection.unread()).isEqualTo(5);
        assertThat(receive()).isEqualTo(5);
        assertThat(receive()).isZero();
    }

    /** True when receive() would not return 0; whoever waits for it must not wait for ever. */
    @Test
    void readableMeansThatReceiveHasAnAnswer() throws IOException {
        assertThat(connection.isReadable()).isFalse();
        peer.text(5);
        bench.work();
        assertThat(connection.isReadable()).isTrue();
        receive();
        assertThat(connection.isReadable()).isFalse();
        finOfPeer();
        assertThat(connection.isReadable()).isTrue();
        assertThat(receive()).isEqualTo(-1);
        connection.abort();
        assertThat(connection.isReadable()).isTrue();
        assertThatThrownBy(this::receive).hasMessage("Connection reset");
    }

    @Test
    void aClosedOneIsReadableSinceReceiveThrows() {
        connection.close();
        bench.work();
        assertThat(connection.hasEnded()).isFalse();
        assertThatThrownBy(this::receive).hasMessageContaining("closed at this end");
        assertThat(connection.isReadable()).isTrue();
    }

    @Test
    void whatIsSetBelongsToTheConnectionAlone() {
        assertThat(connection.userTimeout()).isZero();
        connection.userTimeout(7 * SECOND);
        assertThat(connection.userTimeout()).isEqualTo(7 * SECOND);
        connection.attach("mine");
        connection.abort();
        assertThat(connection.userTimeout()).isZero();
        assertThat(connection.attachment()).isEqualTo("mine");
        connection.linger(0);
        connection.userTimeout(1);
        connection.keepAlive(1, 1, 1);
        connection.nagle(false);
        connection.shutdownOutput();
        connection.shutdownInput();
        connection.closeGracefully(bench.now);
        connection.close();
        bench.work();
        assertThat(connection.closeReason().message()).isNotNull();
    }

    /** A probe goes only when its time has come, and none when it was switched off. */
    @Test
    void keepaliveIsSetAndSwitchedOff() {
        connection.keepAlive(10 * SECOND, SECOND, 3);
        bench.pass(9 * SECOND);
        assertThat(bench.sent).isEmpty();
        connection.keepAlive(0, SECOND, 3);
        bench.pass(100 * SECOND);
        assertThat(bench.sent).isEmpty();
        connection.keepAlive(10 * SECOND, SECOND, 3);
        bench.pass(11 * SECOND);
        assertThat(bench.sent).hasSize(2);
        bench.pass(10 * SECOND);
        assertThat(connection.closeReason().message()).contains("keepalive");
    }

    @Test
    void nagleHoldsBackASmallSegmentUntilItIsSwitchedOff() throws IOException {
        connection.send(ByteBuffer.allocate(10));
        bench.work();
        connection.send(ByteBuffer.allocate(10));
        bench.work();
        assertThat(bench.sent).hasSize(1);
        connection.nagle(false);
        bench.work();
        assertThat(bench.sent).hasSize(2);
    }

    @Test
    void anErrorIsToldOnceToWhoSends() {
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1)))
                .hasMessage("Connection reset by peer");
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1))).hasMessage("Broken pipe");
        assertThatThrownBy(this::receive).hasMessage("Connection reset by peer");
        assertThatThrownBy(this::receive).hasMessage("Connection reset by peer");
    }

    @Test
    void whoHasReadTheErrorIsToldBrokenPipe() {
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThatThrownBy(this::receive).hasMessage("Connection reset by peer");
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1))).hasMessage("Broken pipe");
    }

    @Test
    void whoHasClosedIsToldBrokenPipe() {
        connection.close();
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1))).hasMessage("Broken pipe");
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1))).hasMessage("Broken pipe");
    }

    @Test
    void closingOneThatHasEndedGivesItsTextBack() {
        peer.text(100);
        bench.work();
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(bench.endpoint.pool().inUse()).isPositive();
        connection.close();
        assertThat(bench.endpoint.pool().inUse()).isZero();
        connection.close();
        assertThatThrownBy(this::receive).hasMessageContaining("closed at this end");
    }

    /** Its FIN is sent once, however often and by whatever call it is closed. */
    @Test
    void aSecondCloseOfAnyKindDoesNothing() {
        connection.shutdownOutput();
        connection.shutdownOutput();
        connection.close();
        connection.close();
        connection.closeGracefully(bench.now + SECOND);
        connection.shutdownOutput();
        bench.work();
        assertThat(bench.sent.stream().filter(each -> each.has(FIN))).hasSize(1);
        assertThat(connection.state()).isEqualTo(State.FIN_WAIT_1);
        assertThat(bench.endpoint.orphanCount()).isEqualTo(1);
    }

    @Test
    void aGracefulCloseReadsOnAndClosesWithThePeersFin() {
        peer.text(100);
        bench.work();
        connection.closeGracefully(bench.now + 10 * SECOND);
        bench.work();
        assertThat(connection.unread()).isZero();
        assertThat(bench.endpoint.orphanCount()).isZero();
        ackOfFin();
        peer.text(900);
        bench.work();
        assertThat(connection.unread()).isZero();
        assertThat(bench.lastTo(5_000).has(RST)).isFalse();
        finOfPeer();
        assertThat(connection.state()).isEqualTo(State.TIME_WAIT);
    }

    /** Its FIN has come before ours is acknowledged: nothing is left to read on for. */
    @Test
    void aGracefulCloseBehindThePeersFinClosesAtOnce() {
        finOfPeer();
        connection.closeGracefully(bench.now + 10 * SECOND);
        bench.work();
        assertThat(connection.state()).isEqualTo(State.LAST_ACK);
        assertThat(bench.endpoint.orphanCount()).isEqualTo(1);
        ackOfFin();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void theDeadlineOfAGracefulCloseIsTheOneThatWasSetLast() {
        connection.closeGracefully(bench.now + 10 * SECOND);
        connection.closeGracefully(bench.now + 20 * SECOND);
        bench.work();
        ackOfFin();
        bench.pass(20 * SECOND - 1);
        assertThat(bench.endpoint.orphanCount()).isZero();
        bench.pass(1);
        assertThat(bench.endpoint.orphanCount()).isEqualTo(1);
    }

    /** Text that was read and thrown away opens the window again. */
    @Test
    void aGracefulCloseTellsThePeerOfItsWindow() {
        connection.closeGracefully(bench.now + 10 * SECOND);
        bench.work();
        ackOfFin();
        for (int i = 0; i < 20; i++) {
            peer.text(900);
            bench.work();
        }
        bench.pass(SECOND);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(peer.seq);
        assertThat(bench.lastTo(5_000).window()).isGreaterThan(4_000);
    }

    @Test
    void releaseIsForWhatHasEnded() {
        assertThatThrownBy(connection::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the connection is ESTABLISHED");
        connection.abort();
        connection.release();
        connection.release();
        bench.work();
        Bench.Peer other = bench.open(5_001, false);
        Connection next = listener.accept();
        assertThat(next).as("used again").isSameAs(connection);
        bench.open(5_002, false);
        assertThat(listener.accept()).as("given back once").isNotSameAs(connection);
        assertThat(next.remotePort()).isEqualTo(other.port);
    }

    /** Everything that one connection's user set, and that happened to it, is gone. */
    @Test
    void aHandleThatIsUsedAgainKnowsNothingOfTheFirst() throws IOException {
        connection.attach("mine");
        connection.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection told) {
                        throw new AssertionError("told the first one's observer");
                    }
                });
        connection.closeGracefully(bench.now + SECOND);
        bench.work();
        finOfPeer();
        ackOfFin();
        assertThat(connection.state()).isEqualTo(State.TIME_WAIT);
        connection.release();
        peer = bench.open(5_001, false);
        assertThat(listener.accept()).isSameAs(connection);
        assertThat(connection.attachment()).isNull();
        assertThat(connection.hasEnded()).isFalse();
        assertThat(connection.closeReason()).isNull();
        assertThat(connection.isReadable()).isFalse();
        assertThat(receive()).as("its own stream has not ended").isZero();
        peer.text(10);
        bench.work();
        assertThat(connection.unread()).as("nothing is drained").isEqualTo(10);
        assertThat(connection.send(ByteBuffer.allocate(5))).isEqualTo(5);
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
        assertThat(receive()).isEqualTo(10);
        assertThatThrownBy(() -> connection.send(ByteBuffer.allocate(1)))
                .as("the error is told anew")
                .hasMessage("Connection reset by peer");
    }

    /** An active open: what was sent before the answer waits for it. */
    @Test
    void textOfAConnectionThatIsNotOpenYetWaits() throws IOException {
        Connection ours = bench.endpoint.connect(Bench.HOST, 6_000, Bench.PEERS, 7_000);
        assertThat(ours.send(ByteBuffer.allocate(100))).isEqualTo(100);
        bench.work();
        assertThat(bench.lastTo(7_000).flags()).isEqualTo(SYN);
        assertThat(bench.lastTo(7_000).text()).isZero();
        assertThat(ours.unsent()).isEqualTo(100);
        assertThat(ours.toString()).contains("SYN_SENT");
        ours.close();
        assertThat(ours.closeReason().message()).isEqualTo("Closed before it was established");
        assertThat(ours.toString()).contains("CLOSED_EARLY");
        assertThat(ours.unsent()).isEqualTo(100);
        bench.pass(10 * SECOND);
        assertThat(bench.lastTo(7_000).flags()).as("nothing more").isEqualTo(SYN);
    }

    @Test
    void theWindowIsToldWhenMuchWasRead() throws IOException {
        for (int i = 0; i < 8; i++) {
            peer.text(1_000);
            bench.work();
        }
        bench.pass(500 * MS);
        bench.sent.clear();
        connection.receive(ByteBuffer.allocate(10));
        bench.work();
        assertThat(bench.sent).as("silly window syndrome avoidance").isEmpty();
        receive();
        bench.work();
        assertThat(bench.sent).hasSize(1);
        assertThat(bench.sent.get(0).window()).isGreaterThan(4_000);
        assertThat(bench.sent.get(0).ack()).isEqualTo(peer.seq);
    }

    /** Behind the peer's FIN no window is of use. */
    @Test
    void noWindowIsToldBehindThePeersFin() throws IOException {
        for (int i = 0; i < 7; i++) {
            peer.text(1_000);
            bench.work();
        }
        finOfPeer();
        bench.pass(SECOND);
        bench.sent.clear();
        assertThat(receive()).isEqualTo(7_000);
        bench.work();
        assertThat(bench.sent).isEmpty();
    }
}
