package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.Segments;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How connections end between two real endpoints, story by story. */
class ClosingTest {

    private final TwoHosts hosts = TwoHosts.plain();
    private Connection client;
    private Connection server;

    private void open() {
        open(hosts);
    }

    private void open(TwoHosts on) {
        client = on.connect();
        on.run(100 * MS);
        server = on.listener.accept();
        assertThat(client.state()).isEqualTo(State.ESTABLISHED);
        assertThat(server.state()).isEqualTo(State.ESTABLISHED);
    }

    private static void send(Connection connection, String text) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        assertThat(connection.send(octets)).isEqualTo(text.length());
    }

    private static String receive(Connection connection) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100_000);
        return connection.receive(buffer) < 0
                ? "end-of-stream"
                : StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
    }

    @Test
    @Requirement({"A07", "A08", "B05", "B08", "B10", "D01", "D02"})
    void fourWayClose() throws IOException {
        closeInFourWays();
    }

    private void closeInFourWays() throws IOException {
        open();
        client.close();
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_1);
        assertThat(server.state()).isEqualTo(State.CLOSE_WAIT);
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(receive(server)).isEqualTo("end-of-stream");
        server.close();
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        assertThat(server.state()).isEqualTo(State.LAST_ACK);
        hosts.run(15 * MS);
        assertThat(server.state()).isEqualTo(State.CLOSED);
        assertOrderly(client, ClosedFirst.LOCAL);
        assertOrderly(server, ClosedFirst.REMOTE);
    }

    private static void assertOrderly(Connection connection, ClosedFirst first) {
        assertThat(connection.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Orderly.class,
                        reason -> assertThat(reason.closedFirst()).isEqualTo(first));
    }

    @Test
    @Requirement({"D01", "E14", "T-23"})
    void timeWaitLastsTwoMslAndNotLess() throws IOException {
        closeInFourWays();
        List<CloseReason.Step> path = client.closeReason().ending().path();
        long entered = path.get(path.size() - 1).atNs();
        hosts.run(entered + 60 * SECOND - 1 - hosts.net.nowNs());
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        hosts.run(1);
        assertThat(client.state()).isEqualTo(State.CLOSED);
    }

    @Test
    @Requirement({"B06", "B09", "B27"})
    void simultaneousClose() {
        open();
        client.close();
        server.close();
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.CLOSING);
        assertThat(server.state()).isEqualTo(State.CLOSING);
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        assertThat(server.state()).isEqualTo(State.TIME_WAIT);
        assertOrderly(client, ClosedFirst.BOTH);
        assertOrderly(server, ClosedFirst.BOTH);
    }

    @Test
    @Requirement({"A16", "A26", "E11", "T-21"})
    void halfCloseGoesOnReadingForAsLongAsThePeerLikes() throws IOException {
        open();
        client.shutdownOutput();
        hosts.run(600 * SECOND);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
        send(server, "still here");
        hosts.run(50 * MS);
        assertThat(receive(client)).isEqualTo("still here");
        server.close();
        hosts.run(50 * MS);
        assertThat(receive(client)).isEqualTo("end-of-stream");
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        assertThatThrownBy(() -> send(client, "too late"))
                .isInstanceOf(IOException.class)
                .hasMessage("Broken pipe");
    }

    @Test
    @Requirement({"A18", "A19", "T-11"})
    void octetsReceivedBeforeTheFinStayReadableInTimeWaitAndAfter() throws IOException {
        open();
        client.shutdownOutput();
        send(server, "last words");
        server.close();
        hosts.run(100 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        hosts.run(61 * SECOND);
        assertThat(client.state()).isEqualTo(State.CLOSED);
        assertThat(receive(client)).isEqualTo("last words");
        assertThat(receive(client)).isEqualTo("end-of-stream");
        assertThat(receive(client)).isEqualTo("end-of-stream");
    }

    @Test
    @Requirement({"B01", "B02"})
    void aLostFinIsSentAgain() {
        open();
        hosts.net.from("client").matching(Segments.fin()).first(2).drop();
        client.close();
        hosts.run(500 * MS);
        assertThat(server.state()).isEqualTo(State.ESTABLISHED);
        hosts.run(10 * SECOND);
        assertThat(server.state()).isEqualTo(State.CLOSE_WAIT);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
    }

    @Test
    @Requirement({"B21", "E22", "T-01"})
    void aLostLastAckIsRepeatedAndTwoMslBeginsAnew() throws IOException {
        open();
        client.close();
        hosts.run(50 * MS);
        hosts.net.from("client").matching(Segments.pureAck()).first().drop();
        server.close();
        hosts.run(15 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        long entered = hosts.net.nowNs() - 5 * MS;
        hosts.run(2 * SECOND);
        assertOrderly(server, ClosedFirst.REMOTE);
        hosts.run(entered + 60 * SECOND + 100 * MS - hosts.net.nowNs());
        assertThat(client.state())
                .as("2MSL began anew with the second FIN")
                .isEqualTo(State.TIME_WAIT);
        hosts.run(SECOND);
        assertThat(client.state()).isEqualTo(State.CLOSED);
    }

    @Test
    @Requirement({"A24", "T-17"})
    void unreadDataMakesCloseAReset() throws IOException {
        open();
        send(client, "nobody reads this");
        hosts.run(50 * MS);
        server.close();
        assertThat(server.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        aborted -> {
                            assertThat(aborted.cause()).isEqualTo(AbortCause.UNREAD_DATA);
                            assertThat(aborted.ending().unread()).isEqualTo(17);
                        });
        hosts.run(50 * MS);
        assertThat(client.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
        assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
    }

    @Test
    @Requirement("A22")
    void whoReadsLateNeverTakesATruncatedStreamForAWholeOne() throws IOException {
        open();
        send(server, "the first half");
        hosts.run(50 * MS);
        server.abort();
        hosts.run(50 * MS);
        assertThatThrownBy(() -> send(client, "?")).hasMessage("Connection reset by peer");
        assertThatThrownBy(() -> send(client, "?")).hasMessage("Broken pipe");
        assertThat(receive(client)).isEqualTo("the first half");
        for (int again = 0; again < 3; again++) {
            assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
        }
        assertThatThrownBy(() -> send(client, "?")).hasMessage("Broken pipe");
    }

    @Test
    @Requirement({"A24", "T-17"})
    void readDataLeavesCloseInOrder() throws IOException {
        open();
        send(client, "somebody reads this");
        hosts.run(50 * MS);
        assertThat(receive(server)).isEqualTo("somebody reads this");
        server.close();
        hosts.run(50 * MS);
        client.close();
        hosts.run(50 * MS);
        assertOrderly(server, ClosedFirst.LOCAL);
    }

    @Test
    @Requirement("A25")
    void dataAfterCloseIsAnsweredByReset() throws IOException {
        open();
        server.close();
        hosts.run(50 * MS);
        assertThat(receive(client)).isEqualTo("end-of-stream");
        send(client, "Hello from client");
        hosts.run(50 * MS);
        assertThat(server.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        a -> assertThat(a.cause()).isEqualTo(AbortCause.DATA_AFTER_CLOSE));
        assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
    }

    @Test
    @Requirement("A28")
    void abortIsOneReset() {
        open();
        client.abort();
        hosts.run(50 * MS);
        assertThat(client.state()).isEqualTo(State.CLOSED);
        assertThat(server.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(hosts.client.counters().get(Counter.RESETS_OUT)).isOne();
        assertThat(hosts.client.timeWait().size()).isZero();
    }

    @Test
    @Requirement("T-15")
    void anAbortWhoseResetDoesNotFitTheWindowExactlyStillArrives() throws IOException {
        open();
        hosts.net.from("client").matching(Segments.text()).first().drop();
        send(client, "lost");
        hosts.run(5 * MS);
        client.abort();
        hosts.run(100 * MS);
        assertThat(server.closeReason())
                .as("the challenge ACK is answered by an exact reset (T-15)")
                .isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    @Requirement("A31")
    void lingerZeroIsAnAbort() {
        open();
        client.linger(0);
        client.close();
        hosts.run(50 * MS);
        assertThat(server.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    @Requirement({"A13", "B24", "E15"})
    void closeBehindAClosedWindowDeliversEverythingWhenItOpens() throws IOException {
        TwoHosts small =
                new TwoHosts(
                        3,
                        LinkModel.perfect().delay(10 * MS),
                        EndpointConfig.Builder::plain,
                        config -> config.plain().receiveBufferOctets(1000));
        open(small);
        send(client, "x".repeat(3000));
        client.shutdownOutput();
        small.run(5 * SECOND);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_1);
        assertThat(server.state())
                .as("the FIN waits behind the window")
                .isEqualTo(State.ESTABLISHED);
        server.shutdownOutput();
        small.run(5 * SECOND);
        assertThat(client.state()).as("with text and FIN unsent").isEqualTo(State.CLOSING);
        StringBuilder received = new StringBuilder();
        for (int i = 0; i < 100 && received.length() < 3000; i++) {
            received.append(receive(server));
            small.run(SECOND);
        }
        assertThat(received).hasToString("x".repeat(3000));
        assertThat(receive(server)).isEqualTo("end-of-stream");
        small.run(SECOND);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
    }

    @Test
    @Requirement({"E08", "E09"})
    void lastAckGivesUpWhenThePeerIsGone() {
        open();
        client.close();
        hosts.run(50 * MS);
        server.close();
        hosts.net.from("server").matching(Segments.any()).drop();
        hosts.run(600 * SECOND);
        assertThat(server.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.TimedOut.class,
                        t -> assertThat(t.cause()).isEqualTo(TimeoutCause.ORPHAN));
    }

    @Test
    @Requirement({"E10", "E12", "T-21"})
    void anOrphanLeavesFinWait2AfterItsTimeout() {
        open();
        client.close();
        hosts.run(59 * SECOND);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
        hosts.run(2 * SECOND);
        assertThat(client.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.TimedOut.class,
                        t -> assertThat(t.cause()).isEqualTo(TimeoutCause.FIN_WAIT_2));
        server.close();
        hosts.run(SECOND);
        assertThat(server.closeReason())
                .as("what comes later is answered by RST")
                .isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    @Requirement("T-18")
    void closeGracefullyLetsThePeerFinishItsWord() throws IOException {
        open();
        send(client, "half a request");
        hosts.run(50 * MS);
        send(server, "413 too large");
        server.closeGracefully(hosts.net.nowNs() + 5 * SECOND);
        hosts.run(50 * MS);
        send(client, " and the other half");
        hosts.run(50 * MS);
        assertThat(receive(client)).isEqualTo("413 too large");
        assertThat(receive(client)).isEqualTo("end-of-stream");
        client.close();
        hosts.run(50 * MS);
        assertOrderly(client, ClosedFirst.REMOTE);
        assertOrderly(server, ClosedFirst.LOCAL);
    }

    @Test
    @Requirement("T-18")
    void closeGracefullyEndsAtItsDeadline() throws IOException {
        open();
        server.closeGracefully(hosts.net.nowNs() + 5 * SECOND);
        hosts.run(4900 * MS);
        assertThat(server.state()).isEqualTo(State.FIN_WAIT_2);
        hosts.run(200 * MS);
        send(client, "too late");
        hosts.run(50 * MS);
        assertThat(server.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        a -> assertThat(a.cause()).isEqualTo(AbortCause.DATA_AFTER_CLOSE));
    }

    @Test
    @Requirement("A03")
    void closingAListenerResetsWhatNobodyAccepted() {
        Connection waiting = hosts.connect();
        hosts.run(100 * MS);
        hosts.listener.close();
        hosts.run(100 * MS);
        assertThat(waiting.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(hosts.server.connectionCount()).isZero();
    }

    @Test
    @Requirement("A38")
    void resetAfterFinIsToldOrIsEndOfStreamAsOnLinux() throws IOException {
        for (boolean linux : new boolean[] {false, true}) {
            TwoHosts two =
                    new TwoHosts(
                            5,
                            LinkModel.perfect().delay(10 * MS),
                            config ->
                                    config.plain()
                                            .closePolicy(
                                                    ClosePolicy.DEFAULT.withEndOfStreamAfterReset(
                                                            linux)),
                            EndpointConfig.Builder::plain);
            open(two);
            server.close();
            two.run(50 * MS);
            send(client, "Hello from client");
            two.run(50 * MS);
            if (linux) {
                assertThat(receive(client)).isEqualTo("end-of-stream");
                assertThat(receive(client)).isEqualTo("end-of-stream");
            } else {
                assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
                assertThatThrownBy(() -> receive(client)).hasMessage("Connection reset by peer");
            }
        }
    }
}
