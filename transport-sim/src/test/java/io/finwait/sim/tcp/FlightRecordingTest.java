package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a recording of JDK Flight Recorder holds of connections: everything that happened, in order.
 */
class FlightRecordingTest {

    private static final String CLIENT = "10.0.0.1:";
    private static final String SERVER = "10.0.0.2:12345";

    @TempDir private Path folder;
    private final Recording recording = new Recording();
    private final List<Retransmission> toldToObserver = new ArrayList<>();

    /** Stories use the one observer of an endpoint; the recorder is beside it. */
    private final class Observer implements EndpointObserver {
        @Override
        public void onRetransmission(
                ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {
            toldToObserver.add(cause);
        }
    }

    @AfterEach
    void end() {
        recording.close();
    }

    private void record() {
        for (String name :
                List.of(
                        "StackStart",
                        "StateChange",
                        "Close",
                        "Retransmission",
                        "ResetReceived",
                        "ResetSent",
                        "TimeWaitEntered",
                        "TimeWaitEnded")) {
            recording.enable("io.finwait." + name);
        }
        recording.start();
    }

    private List<RecordedEvent> recorded(String name) throws IOException {
        Path file = folder.resolve(name + ".jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(each -> each.getEventType().getName().equals("io.finwait." + name))
                .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime()))
                .toList();
    }

    private TwoHosts hosts() {
        return new TwoHosts(
                1,
                LinkModel.perfect().delay(10 * MS),
                config -> config.observer(new Observer()),
                config -> config);
    }

    private static String words(RecordedEvent event, String... fields) {
        List<String> words = new ArrayList<>();
        for (String field : fields) {
            Object value = event.getValue(field);
            words.add(String.valueOf(value));
        }
        return String.join(" ", words);
    }

    private List<String> ofClient(String event, String... fields) throws IOException {
        return recorded(event).stream()
                .filter(each -> each.getString("local").startsWith(CLIENT))
                .map(each -> words(each, fields))
                .toList();
    }

    @Test
    void aCloseInOrderIsRecordedFromTheStackToTheEndOfTimeWait() throws IOException {
        record();
        TwoHosts hosts = hosts();
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        Connection theirs = hosts.listener.accept();
        theirs.send(ByteBuffer.wrap(new byte[7]));
        hosts.run(SECOND);
        ours.shutdownOutput();
        hosts.run(SECOND);
        theirs.close();
        hosts.run(100 * SECOND);

        List<RecordedEvent> starts = recorded("StackStart");
        assertThat(starts).hasSize(2);
        assertThat(words(starts.get(0), "addresses", "transport", "mtu"))
                .isEqualTo("10.0.0.1 SimTransport 1500");
        assertThat(starts.get(0).getDuration("timeWait")).isEqualTo(Duration.ofSeconds(60));
        assertThat(starts.get(0).getInt("sendBuffer")).isPositive();
        assertThat(starts.get(0).getInt("receiveBuffer")).isPositive();

        assertThat(ofClient("StateChange", "from", "trigger", "to", "foreign"))
                .containsExactly(
                        "CLOSED ACTIVE_OPEN SYN_SENT " + SERVER,
                        "SYN_SENT SYN_ACK ESTABLISHED " + SERVER,
                        "ESTABLISHED CLOSE FIN_WAIT_1 " + SERVER,
                        "FIN_WAIT_1 ACK_OF_FIN FIN_WAIT_2 " + SERVER,
                        "FIN_WAIT_2 FIN TIME_WAIT " + SERVER,
                        "TIME_WAIT TWO_MSL CLOSED " + SERVER);
        assertThat(ofClient("Close", "reason", "by", "path"))
                .containsExactly(
                        "Closed in order, by this end first this end SYN_SENT > ESTABLISHED >"
                                + " FIN_WAIT_1 > FIN_WAIT_2 > TIME_WAIT");
        RecordedEvent close = recorded("Close").get(0);
        assertThat(close.getString("local")).startsWith(CLIENT);
        assertThat(words(close, "unsent", "unacknowledged", "unread")).isEqualTo("0 0 7");
        assertThat(close.getDuration("lifetime")).isEqualTo(Duration.ofMillis(3_010));
        RecordedEvent entered = only("TimeWaitEntered");
        RecordedEvent ended = only("TimeWaitEnded");
        assertThat(entered.getDuration("wait")).isEqualTo(Duration.ofSeconds(60));
        assertThat(words(ended, "reason", "left")).isEqualTo("EXPIRED 0");
        assertThat(ended.getString("foreign")).isEqualTo(SERVER);
        assertThat(ended.getDuration("at").minus(entered.getDuration("at")))
                .as("virtual time from TIME-WAIT's beginning to its end")
                .isEqualTo(Duration.ofSeconds(60));
        assertThat(recorded("Retransmission")).isEmpty();
        assertThat(recorded("ResetSent")).isEmpty();
    }

    private RecordedEvent only(String name) throws IOException {
        List<RecordedEvent> events = recorded(name);
        assertThat(events).as(name).hasSize(1);
        return events.get(0);
    }

    @Test
    void aResetIsRecordedAtBothEnds() throws IOException {
        TwoHosts hosts = hosts();
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        record();
        assertThat(hosts.client.execute(ours::abort)).isTrue();
        hosts.run(SECOND);
        assertThat(ofClient("ResetSent", "foreign", "state"))
                .containsExactly(SERVER + " ESTABLISHED");
        RecordedEvent received = only("ResetReceived");
        assertThat(words(received, "local", "state")).isEqualTo(SERVER + " ESTABLISHED");
        assertThat(recorded("Close").stream().map(each -> words(each, "reason", "by")).toList())
                .containsExactlyInAnyOrder(
                        "Aborted by this end this end", "Connection reset by peer the peer");
    }

    @Test
    void aResetForNobodyIsRecordedAsWell() throws IOException {
        record();
        TwoHosts hosts = hosts();
        Connection refused = hosts.client.connect(TwoHosts.SERVER, 81);
        hosts.run(SECOND);
        assertThat(refused.closeReason().message()).isEqualTo("Connection refused");
        assertThat(words(only("ResetSent"), "local", "state")).isEqualTo("10.0.0.2:81 CLOSED");
        assertThat(words(only("ResetReceived"), "foreign", "state"))
                .isEqualTo("10.0.0.2:81 SYN_SENT");
        assertThat(words(only("Close"), "reason", "by")).isEqualTo("Connection refused the peer");
    }

    @Test
    void aSynThatGoesAgainIsARetransmission() throws IOException {
        record();
        TwoHosts hosts = hosts();
        hosts.net.from("client").matching(Segments.any()).first(2).drop();
        hosts.connect();
        hosts.run(10 * SECOND);
        assertThat(ofClient("Retransmission", "state", "cause", "octets", "syn", "fin", "timeouts"))
                .containsExactly(
                        "SYN_SENT HANDSHAKE 0 true false 1", "SYN_SENT HANDSHAKE 0 true false 2");
        assertThat(toldToObserver)
                .containsExactly(Retransmission.HANDSHAKE, Retransmission.HANDSHAKE);
    }

    @Test
    void textThatGoesAgainAfterATimeoutIsOne() throws IOException {
        TwoHosts hosts = hosts();
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        record();
        hosts.net.from("client").matching(Segments.text()).first(2).drop();
        ours.send(ByteBuffer.wrap(new byte[100]));
        hosts.run(10 * SECOND);
        assertThat(ofClient("Retransmission", "state", "cause", "octets", "syn", "fin", "timeouts"))
                .containsExactly(
                        "ESTABLISHED TAIL_LOSS_PROBE 100 false false 0",
                        "ESTABLISHED TIMEOUT 100 false false 1");
        assertThat(toldToObserver)
                .containsExactly(Retransmission.TAIL_LOSS_PROBE, Retransmission.TIMEOUT);
    }

    /** Without SACK a timeout sends all again, most of it by the way of new text. */
    @Test
    void allThatGoesAgainBehindATimeoutIsCounted() throws IOException {
        TwoHosts hosts =
                new TwoHosts(
                        1,
                        LinkModel.perfect().delay(10 * MS),
                        EndpointConfig.Builder::plain,
                        EndpointConfig.Builder::plain);
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        record();
        hosts.net.from("client").matching(Segments.text()).first(4).drop();
        ours.send(ByteBuffer.wrap(new byte[4 * 1_460]));
        hosts.run(10 * SECOND);
        assertThat(ofClient("Retransmission", "cause", "octets"))
                .containsExactly("TIMEOUT 1460", "TIMEOUT 1460", "TIMEOUT 1460", "TIMEOUT 1460");
        assertThat(hosts.client.counters().get(Counter.RETRANSMISSIONS)).isEqualTo(4);
    }

    @Test
    void fastRetransmitIsOne() throws IOException {
        TwoHosts hosts = hosts();
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        record();
        hosts.net.from("client").matching(Segments.text()).first().drop();
        ours.send(ByteBuffer.wrap(new byte[8 * 1_448]));
        hosts.run(10 * SECOND);
        assertThat(ofClient("Retransmission", "state", "cause", "octets", "fin", "timeouts"))
                .containsExactly("ESTABLISHED FAST 1448 false 0");
        assertThat(toldToObserver).containsExactly(Retransmission.FAST);
    }

    @Test
    void aProbeForALostTailIsOneWithItsFin() throws IOException {
        TwoHosts hosts = hosts();
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        record();
        hosts.net.from("client").matching(Segments.fin()).first(2).drop();
        ours.close();
        hosts.run(10 * SECOND);
        assertThat(ofClient("Retransmission", "state", "cause", "octets", "fin", "timeouts"))
                .containsExactly(
                        "FIN_WAIT_1 TAIL_LOSS_PROBE 0 true 0", "FIN_WAIT_1 TIMEOUT 0 true 1");
        assertThat(toldToObserver)
                .containsExactly(Retransmission.TAIL_LOSS_PROBE, Retransmission.TIMEOUT);
    }

    @Test
    void aRehearsalIsNotRecorded() throws IOException {
        TwoHosts hosts = hosts();
        record();
        hosts.client.warmUp(32);
        for (String name : List.of("StackStart", "StateChange", "Close", "ResetSent")) {
            assertThat(recorded(name)).as(name).isEmpty();
        }
    }
}
