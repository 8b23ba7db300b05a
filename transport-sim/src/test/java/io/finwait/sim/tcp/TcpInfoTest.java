package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.TcpInfo.Sending;
import io.finwait.tcp.TcpInfo.TimerKind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What {@code ss -ti} would say of our connections, in octets and nanoseconds. */
class TcpInfoTest {

    private static final int MSS = 1_448;

    private final TwoHosts hosts =
            new TwoHosts(1, LinkModel.perfect().delay(10 * MS), config -> config, config -> config);

    private Connection open() {
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        return ours;
    }

    /** The endpoint is told what time it is, as a driver tells it before a call. */
    private TcpInfo info(Connection connection) {
        hosts.client.doWork(hosts.net.nowNs());
        hosts.server.doWork(hosts.net.nowNs());
        return connection.tcpInfo();
    }

    private static List<TcpInfo> all(TwoHosts hosts) {
        hosts.client.doWork(hosts.net.nowNs());
        List<TcpInfo> all = new ArrayList<>();
        hosts.client.forEachTcpInfo(all::add);
        return all;
    }

    @Test
    void aFreshConnection() {
        TcpInfo info = info(open());
        assertThat(info.localAddress()).isEqualTo(TwoHosts.CLIENT);
        assertThat(info.remotePort()).isEqualTo(TwoHosts.PORT);
        assertThat(info.state()).isEqualTo(State.ESTABLISHED);
        assertThat(info.timer()).isEqualTo(new TcpInfo.Timer(TimerKind.OFF, 0, 0, 0));
        assertThat(info.roundTrip())
                .as("a round trip of 20 ms, half of it as variation, and RTO at its least")
                .isEqualTo(new TcpInfo.RoundTrip(20 * MS, 10 * MS, 220 * MS, 0));
        Sending sending = info.sending();
        assertThat(sending.segmentOctets()).isEqualTo(MSS);
        assertThat(sending.congestionWindow()).isEqualTo(10 * MSS);
        assertThat(sending.slowStartThreshold()).isEqualTo(Sending.UNLIMITED);
        assertThat(sending.window()).isPositive();
        assertThat(sending.buffer()).isPositive();
        assertThat(sending.reordering()).isEqualTo(3);
        assertThat(sending.sent() + sending.acknowledged() + sending.unacknowledged()).isZero();
        assertThat(info.receiving().timestamps()).isTrue();
        assertThat(info.receiving().sack()).isTrue();
        assertThat(info.receiving().window()).isPositive();
        assertThat(info.receiving().sinceHeardNs()).isEqualTo(980 * MS);
    }

    @Test
    void octetsOnTheirWayAndThere() throws IOException {
        Connection ours = open();
        Connection theirs = hosts.listener.accept();
        ours.send(ByteBuffer.wrap(new byte[20 * MSS]));
        hosts.run(5 * MS);
        Sending sending = info(ours).sending();
        assertThat(sending.sent()).isEqualTo(10 * MSS);
        assertThat(sending.unacknowledged()).isEqualTo(10 * MSS);
        assertThat(sending.unsent()).isEqualTo(10 * MSS);
        assertThat(sending.sinceSentNs()).isEqualTo(5 * MS);
        assertThat(info(ours).timer().kind()).isEqualTo(TimerKind.RETRANSMISSION);
        assertThat(info(ours).timer().leftNs()).isEqualTo(39 * MS);
        hosts.run(SECOND);
        ours.close();
        hosts.run(SECOND);
        TcpInfo received = info(theirs);
        assertThat(received.receiving().received()).isEqualTo(20 * MSS);
        assertThat(received.receiving().unread()).isEqualTo(20 * MSS);
        assertThat(received.state()).isEqualTo(State.CLOSE_WAIT);
        sending = info(ours).sending();
        assertThat(ours.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(sending.acknowledged()).as("without SYN and FIN").isEqualTo(20 * MSS);
        assertThat(sending.sent()).isEqualTo(20 * MSS);
        assertThat(sending.unacknowledged()).isZero();
        assertThat(info(ours).timer().kind()).isEqualTo(TimerKind.FIN_WAIT_2);
    }

    @Test
    void whatIsLostIsSackedAndSentAgain() throws IOException {
        loseTheFirstOfThreeSegments();
    }

    private void loseTheFirstOfThreeSegments() throws IOException {
        Connection ours = open();
        Connection theirs = hosts.listener.accept();
        hosts.net.from("client").matching(Segments.text()).first().drop();
        ours.send(ByteBuffer.wrap(new byte[3 * MSS]));
        hosts.run(15 * MS);
        assertThat(info(theirs).receiving().outOfOrder()).isEqualTo(2 * MSS);
        assertThat(info(theirs).receiving().received()).isZero();
        // Less than the quarter of a round trip that RACK leaves to what was overtaken.
        hosts.run(7 * MS);
        assertThat(info(ours).sending().sacked()).isEqualTo(2 * MSS);
        assertThat(info(ours).sending().retransmitted()).isZero();
        hosts.run(10 * SECOND);
        TcpInfo info = info(ours);
        assertThat(info.sending().sacked()).isZero();
        assertThat(info.sending().retransmitted()).isEqualTo(MSS);
        assertThat(info.sending().segmentsRetransmitted()).isEqualTo(1);
        assertThat(info.sending().slowStartThreshold()).isEqualTo((int) (0.7 * 3 * MSS));
        assertThat(info.sending().acknowledged()).isEqualTo(3 * MSS);
        assertThat(info(theirs).receiving().received()).isEqualTo(3 * MSS);
    }

    @Test
    void aTimerThatHasFiredCountsAndDoubles() throws IOException {
        Connection ours = open();
        hosts.net.from("client").matching(Segments.text()).drop();
        ours.send(ByteBuffer.wrap(new byte[1]));
        hosts.run(SECOND);
        TcpInfo info = info(ours);
        assertThat(info.timer())
                .as("220 ms to the probe and as long after it, then 440, then 880")
                .isEqualTo(new TcpInfo.Timer(TimerKind.RETRANSMISSION, 760 * MS, 2, 0));
        assertThat(info.roundTrip().doublings()).isEqualTo(2);
        assertThat(info.roundTrip().timeoutNs()).isEqualTo(880 * MS);
    }

    @Test
    void keepaliveAndAClosedWindowHaveTheirTimers() throws IOException {
        Connection ours = open();
        ours.keepAlive(60 * SECOND, SECOND, 3);
        hosts.run(SECOND);
        assertThat(info(ours).timer())
                .isEqualTo(new TcpInfo.Timer(TimerKind.KEEPALIVE, 59 * SECOND, 0, 0));
        ByteBuffer text = ByteBuffer.wrap(new byte[1 << 20]);
        while (text.hasRemaining() && info(ours).sending().window() > 0) {
            ours.send(text);
            hosts.run(SECOND);
        }
        assertThat(info(ours).sending().window()).isZero();
        assertThat(ours.send(ByteBuffer.wrap(new byte[1]))).isEqualTo(1);
        hosts.run(100 * MS);
        assertThat(info(ours).timer().kind()).isEqualTo(TimerKind.WINDOW_PROBE);
    }

    @Test
    void theTotalsOutliveTheConnection() throws IOException {
        Connection ours = open();
        Connection theirs = hosts.listener.accept();
        ours.send(ByteBuffer.wrap(new byte[100]));
        theirs.send(ByteBuffer.wrap(new byte[7]));
        hosts.run(SECOND);
        ours.shutdownOutput();
        theirs.shutdownOutput();
        hosts.run(SECOND);
        TcpInfo info = info(ours);
        assertThat(info.state()).isEqualTo(State.TIME_WAIT);
        assertThat(info.timer().kind()).isEqualTo(TimerKind.TIME_WAIT);
        assertThat(info.timer().leftNs()).isBetween(59 * SECOND, 60 * SECOND);
        assertThat(info.sending().sent()).isEqualTo(100);
        assertThat(info.sending().acknowledged()).isEqualTo(100);
        assertThat(info.receiving().received()).isEqualTo(7);
        assertThat(info.receiving().unread()).isEqualTo(7);
        assertThat(all(hosts)).extracting(TcpInfo::state).containsExactly(State.TIME_WAIT);
        hosts.run(60 * SECOND);
        info = info(ours);
        assertThat(info.state()).isEqualTo(State.CLOSED);
        assertThat(info.timer().kind()).isEqualTo(TimerKind.OFF);
        assertThat(info.sending().acknowledged()).isEqualTo(100);
        assertThat(all(hosts)).isEmpty();
    }

    @Test
    void anOrphanThatIsARecordIsListedOnce() {
        Connection ours = open();
        ours.close();
        hosts.run(SECOND);
        assertThat(all(hosts)).hasSize(1);
        TcpInfo info = all(hosts).get(0);
        assertThat(info.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(info.timer().kind()).isEqualTo(TimerKind.FIN_WAIT_2);
        assertThat(info.timer().leftNs()).isBetween(59 * SECOND, 60 * SECOND);
    }

    /** What the TCB was used for before is nobody's business. */
    @Test
    void aConnectionKnowsNothingOfTheOneBefore() throws IOException {
        loseTheFirstOfThreeSegments();
        Connection before = open();
        before.abort();
        hosts.run(SECOND);
        before.release();
        hosts.net.from("client").matching(Segments.any()).drop();
        Connection ours = hosts.connect();
        hosts.run(MS);
        TcpInfo info = info(ours);
        assertThat(info.sending().segmentOctets()).isZero();
        assertThat(info.sending().congestionWindow()).isZero();
        assertThat(info.sending().slowStartThreshold()).isEqualTo(Sending.UNLIMITED);
        assertThat(info.sending().retransmitted()).isZero();
        assertThat(info.sending().sinceSentNs()).isEqualTo(MS);
        assertThat(info.receiving().received()).isZero();
    }

    /** SYN_SENT has neither segment size nor window, and nothing that throws. */
    @Test
    void beforeItIsOpen() {
        hosts.net.from("client").matching(Segments.any()).drop();
        Connection ours = hosts.connect();
        assertThat(info(ours).state()).isEqualTo(State.SYN_SENT);
        hosts.run(2 * SECOND);
        TcpInfo info = info(ours);
        assertThat(info.timer())
                .isEqualTo(new TcpInfo.Timer(TimerKind.RETRANSMISSION, SECOND, 1, 0));
        assertThat(info.roundTrip().smoothedNs()).isZero();
        assertThat(info.sending().sent()).isZero();
        assertThat(info.sending().unacknowledged()).isZero();
        assertThat(info.sending().segmentsRetransmitted()).isEqualTo(1);
    }

    @Test
    void howLongAgoTextCame() throws IOException {
        Connection ours = hosts.connect();
        hosts.run(15 * MS);
        assertThat(info(ours).state()).isEqualTo(State.SYN_SENT);
        assertThat(info(ours).receiving().sinceTextNs()).as("in the handshake").isZero();
        hosts.run(35 * MS);
        assertThat(info(ours).receiving().sinceTextNs())
                .as("since the SYN,ACK came, at 20 ms")
                .isEqualTo(30 * MS);
        Connection theirs = hosts.listener.accept();
        theirs.send(ByteBuffer.allocate(10));
        hosts.run(40 * MS);
        assertThat(info(ours).receiving().sinceTextNs())
                .as("of 40 ms text travelled 10")
                .isEqualTo(30 * MS);
    }
}
