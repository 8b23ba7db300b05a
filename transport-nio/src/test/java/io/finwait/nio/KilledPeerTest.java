package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Transports;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Segment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A process is killed as by {@code kill -9}: its TCP can't say goodbye, it is simply no longer
 * there. The other end finds out by its timers, in whatever state it is, or never when it has none
 * running. Its process is this one; its clock is the test's, so that hours take no time.
 */
// What closes an endpoint must be the thread that ran it.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SAME_THREAD)
@Tag("ci")
class KilledPeerTest {

    private static final String OURS = "10.0.0.1";
    private static final String THEIRS = "10.0.0.2";
    private static final long SECOND = 1_000_000_000L;
    private static final long IDLE = 30 * SECOND;
    private static final long INTERVAL = 5 * SECOND;
    private static final int PROBES = 4;

    /** The last probe has its interval, too. */
    private static final long KEEPALIVE = IDLE + PROBES * INTERVAL;

    /** No time passes in a round trip here, so the probe of the tail waits for its slack only. */
    private static final long TAIL_LOSS_PROBE = 4_000_000L;

    /** Retransmissions 1, 2, 4 and 8 s behind the probe, and 16 s for an answer to the last one. */
    private static final int R2 = 4;

    private static final long RETRANSMISSIONS = TAIL_LOSS_PROBE + (1 + 2 + 4 + 8 + 16) * SECOND;
    private static final long CONNECT_TIMEOUT = 20 * SECOND;

    @TempDir Path folder;

    private ChildJvm victim;
    private Survivor survivor;
    private Listener listener;
    private Connection connection;

    private void openOverUdp() throws Exception {
        UdpPair ports = UdpPair.free();
        open(ports.first(), ports.second());
    }

    private void openOverUnix() throws Exception {
        String uri = "unix:" + folder.resolve("s");
        open(uri + "?role=server", uri + "?role=client");
    }

    private void open(String ours, String theirs) throws Exception {
        EndpointConfig.Builder config =
                EndpointConfig.at(OURS)
                        .retransmissionTimeouts(
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(SECOND),
                                Duration.ofNanos(60 * SECOND))
                        .retransmissions(2, R2)
                        .connectTimeout(Duration.ofNanos(CONNECT_TIMEOUT));
        survivor = new Survivor(Transports.open(ours), config);
        survivor.settle();
        victim = ChildJvm.start(Victim.class, theirs, THEIRS, OURS);
        victim.untilItSays("ready");
        listener = survivor.endpoint().listen(Mover.PORT, 1);
    }

    private void connect() {
        victim.tell("connect");
        survivor.until("a connection", () -> listener.acceptQueueLength() > 0);
        connection = listener.accept();
        connection.keepAlive(IDLE, INTERVAL, PROBES);
    }

    private void shutOutput() {
        connection.shutdownOutput();
        survivor.settle();
    }

    private void deaf() {
        survivor.ear().hearsOnly(segment -> false);
    }

    @AfterEach
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SAME_THREAD)
    void close() {
        if (survivor != null) {
            survivor.close();
        }
        if (victim != null) {
            victim.close();
        }
    }

    private void endsBy(TimeoutCause cause, long within) {
        assertThat(survivor.timeToTheEndOf(connection, 10 * within)).isEqualTo(within);
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.TimedOut.class,
                        reason -> assertThat(reason.cause()).isEqualTo(cause));
        assertThat(survivor.endpoint().connectionCount()).isZero();
    }

    @Test
    void establishedEndsByKeepalive() throws Exception {
        openOverUdp();
        connect();
        assertThat(survivor.state()).isEqualTo(State.ESTABLISHED);
        victim.kill();
        endsBy(TimeoutCause.KEEPALIVE, KEEPALIVE);
    }

    @Test
    void establishedOverAUnixDomainSocketEndsByKeepalive() throws Exception {
        openOverUnix();
        connect();
        victim.kill();
        endsBy(TimeoutCause.KEEPALIVE, KEEPALIVE);
    }

    @Test
    void withoutKeepaliveAnIdleEndStays() throws Exception {
        openOverUdp();
        connect();
        connection.keepAlive(0, 0, 0);
        victim.kill();
        assertThat(survivor.passUntil(connection::hasEnded, Duration.ofDays(365).toNanos()))
                .isFalse();
        assertThat(survivor.state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void finWait1EndsByRetransmission() throws Exception {
        openOverUdp();
        connect();
        deaf();
        shutOutput();
        assertThat(survivor.state()).isEqualTo(State.FIN_WAIT_1);
        victim.kill();
        endsBy(TimeoutCause.RETRANSMISSION, RETRANSMISSIONS);
    }

    @Test
    void finWait2EndsByKeepalive() throws Exception {
        openOverUdp();
        connect();
        shutOutput();
        survivor.untilIn(State.FIN_WAIT_2);
        victim.kill();
        endsBy(TimeoutCause.KEEPALIVE, KEEPALIVE);
    }

    /** Nobody can read any more, so nobody needs a keepalive: the close policy's timer runs. */
    @Test
    void finWait2OfAnOrphanEndsByItsOwnTimer() throws Exception {
        openOverUdp();
        connect();
        connection.close();
        survivor.untilIn(State.FIN_WAIT_2);
        victim.kill();
        endsBy(TimeoutCause.FIN_WAIT_2, 60 * SECOND);
    }

    @Test
    void closeWaitEndsByKeepalive() throws Exception {
        openOverUdp();
        connect();
        victim.tell("shut");
        survivor.untilIn(State.CLOSE_WAIT);
        victim.kill();
        endsBy(TimeoutCause.KEEPALIVE, KEEPALIVE);
    }

    @Test
    void withoutKeepaliveCloseWaitStays() throws Exception {
        openOverUdp();
        connect();
        connection.keepAlive(0, 0, 0);
        victim.tell("shut");
        survivor.untilIn(State.CLOSE_WAIT);
        victim.kill();
        assertThat(survivor.passUntil(connection::hasEnded, Duration.ofDays(365).toNanos()))
                .isFalse();
        assertThat(survivor.state()).isEqualTo(State.CLOSE_WAIT);
    }

    /** The FINs cross: theirs, which knows nothing of ours, arrives when ours has gone. */
    @Test
    void closingEndsByRetransmission() throws Exception {
        openOverUdp();
        connect();
        survivor.ear().keeps(Segment::hasFin);
        victim.tell("shut");
        survivor.until("their FIN", survivor.ear()::hasKept);
        shutOutput();
        survivor.ear().hearsKept();
        survivor.untilIn(State.CLOSING);
        victim.kill();
        endsBy(TimeoutCause.RETRANSMISSION, RETRANSMISSIONS);
    }

    @Test
    void lastAckEndsByRetransmission() throws Exception {
        openOverUdp();
        connect();
        victim.tell("shut");
        survivor.untilIn(State.CLOSE_WAIT);
        deaf();
        shutOutput();
        assertThat(survivor.state()).isEqualTo(State.LAST_ACK);
        victim.kill();
        endsBy(TimeoutCause.RETRANSMISSION, RETRANSMISSIONS);
    }

    @Test
    void timeWaitEndsAsAlways() throws Exception {
        openOverUdp();
        connect();
        shutOutput();
        survivor.untilIn(State.FIN_WAIT_2);
        victim.tell("shut");
        survivor.untilIn(State.TIME_WAIT);
        victim.kill();
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        long began = survivor.nowNs();
        survivor.passUntil(() -> survivor.state() == State.CLOSED, 600 * SECOND);
        assertThat(survivor.nowNs() - began).isBetween(60 * SECOND, 60 * SECOND + SECOND / 10);
    }

    /** Nobody holds this connection yet, so nobody is told; the listener is as it was. */
    @Test
    void synReceivedEndsByTheTimeOfConnecting() throws Exception {
        openOverUdp();
        survivor.ear().hearsOnly(Segment::hasSyn);
        victim.tell("connect");
        survivor.untilIn(State.SYN_RECEIVED);
        victim.kill();
        long began = survivor.nowNs();
        survivor.passUntil(() -> listener.synQueueLength() == 0, 600 * SECOND);
        // Timers after 1, 2, 4, 8 and 16 s; that one is the first behind 20 s.
        assertThat(survivor.nowNs() - began).isEqualTo(31 * SECOND);
        assertThat(survivor.endpoint().connectionCount()).isZero();
        assertThat(listener.acceptQueueLength()).isZero();
    }

    @Test
    void synSentEndsByTheTimeOfConnecting() throws Exception {
        openOverUdp();
        deaf();
        connection = survivor.endpoint().connect(IpAddress.parse(THEIRS), Mover.PORT);
        survivor.settle();
        victim.kill();
        endsBy(TimeoutCause.CONNECT, 31 * SECOND);
    }
}
