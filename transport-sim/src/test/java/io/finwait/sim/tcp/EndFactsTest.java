package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.PORT;
import static io.finwait.sim.tcp.TwoHosts.SECOND;
import static io.finwait.sim.tcp.TwoHosts.SERVER;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.ClosePolicy;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a user is told of an end, and what is free again behind it. */
class EndFactsTest {

    private final TwoHosts hosts = TwoHosts.plain();

    private Connection established() {
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        assertThat(ours.state()).isEqualTo(State.ESTABLISHED);
        return ours;
    }

    private static List<String> lingerOf(Connection ours) {
        List<String> told = new ArrayList<>();
        ours.observer(
                new ConnectionObserver() {
                    @Override
                    public void onLingerExpired(Connection connection) {
                        told.add("linger expired in " + connection.state());
                    }

                    @Override
                    public void onCloseAcknowledged(Connection connection) {
                        told.add("close acknowledged");
                    }
                });
        return told;
    }

    @Test
    @Requirement("A32")
    void aLingerWhoseFinIsAcknowledgedNeverExpires() {
        Connection ours = established();
        List<String> told = lingerOf(ours);
        ours.linger(5 * SECOND);
        ours.close();
        hosts.run(30 * SECOND);
        assertThat(ours.state()).isEqualTo(State.FIN_WAIT_2);
        hosts.run(60 * SECOND);
        assertThat(told).containsExactly("close acknowledged");
    }

    /** An orphan that waits for ever keeps its timers, and this one must not be among them. */
    @Test
    @Requirement("A32")
    void aLingerWhoseFinIsAcknowledgedNeverExpiresWhereFinWait2LastsForEver() {
        TwoHosts patient =
                new TwoHosts(
                        1,
                        LinkModel.perfect().delay(10 * MS),
                        config ->
                                config.plain()
                                        .closePolicy(
                                                ClosePolicy.DEFAULT.withFinWait2Timeout(
                                                        Duration.ZERO)),
                        EndpointConfig.Builder::plain);
        Connection ours = patient.connect();
        patient.run(SECOND);
        List<String> told = lingerOf(ours);
        ours.linger(5 * SECOND);
        ours.close();
        patient.run(3_600 * SECOND);
        assertThat(ours.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(told).containsExactly("close acknowledged");
        assertThat(patient.client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @Requirement("A32")
    void aLingerEndsWithItsConnection() {
        Connection ours = established();
        List<String> told = lingerOf(ours);
        ours.linger(5 * SECOND);
        ours.close();
        hosts.run(5 * MS);
        hosts.listener.accept().abort();
        hosts.run(30 * SECOND);
        assertThat(ours.hasEnded()).isTrue();
        assertThat(told).doesNotContain("linger expired in CLOSED");
    }

    /** 60,000 octets of the user, of which the congestion window has let out ten segments. */
    @Test
    void whatWentOutIsToldApartFromWhatDidNot() throws IOException {
        Connection ours = established();
        hosts.net.from("server").matching(packet -> true).drop();
        int sent = 0;
        while (sent < 60_000) {
            sent += ours.send(ByteBuffer.allocate(60_000 - sent));
            hosts.run(MS);
        }
        ours.abort();
        CloseReason.Ending ending = ours.closeReason().ending();
        assertThat(ending.unacknowledged()).isEqualTo(14_600);
        assertThat(ending.unsent()).isEqualTo(60_000 - 14_600);
        assertThat(ending.unread()).isZero();
    }

    /** A FIN that is on its way takes a number, and is no octet. */
    @Test
    void aFinIsNoOctet() throws IOException {
        Connection ours = established();
        hosts.net.from("server").matching(packet -> true).drop();
        ours.send(ByteBuffer.allocate(1_000));
        ours.shutdownOutput();
        hosts.run(MS);
        ours.abort();
        assertThat(ours.closeReason().ending().unacknowledged()).isEqualTo(1_000);
        assertThat(ours.closeReason().ending().unsent()).isZero();
    }

    @Test
    void whatIsNotReadIsTold() throws IOException {
        Connection ours = established();
        hosts.listener.accept().send(ByteBuffer.allocate(777));
        hosts.run(SECOND);
        ours.receive(ByteBuffer.allocate(77));
        ours.abort();
        assertThat(ours.closeReason().ending().unread()).isEqualTo(700);
    }

    /**
     * Each connect takes the next port, also when the one before is free again (RFC 6056 §3.3.4).
     */
    @Test
    @Requirement("D22")
    void theNextPortIsAnotherOne() {
        TwoHosts few =
                new TwoHosts(
                        1,
                        LinkModel.perfect().delay(10 * MS),
                        config -> config.plain().ephemeralPorts(50_000, 50_003),
                        EndpointConfig.Builder::plain);
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Connection ours = few.connect();
            few.run(SECOND);
            ports.add(ours.localPort());
            ours.abort();
            few.run(SECOND);
        }
        Set<Integer> all = new HashSet<>(ports.subList(0, 4));
        assertThat(all).containsExactlyInAnyOrder(50_000, 50_001, 50_002, 50_003);
        assertThat(ports.subList(4, 8)).isEqualTo(ports.subList(0, 4));
        for (int i = 1; i < 4; i++) {
            assertThat(ports.get(i)).isEqualTo(50_000 + (ports.get(i - 1) + 1 - 50_000) % 4);
        }
    }

    /**
     * A pair of sockets in TIME-WAIT is reopened only where a listener would take a new one (RFC
     * 6191).
     */
    @Test
    @Requirement({"D08", "F09"})
    void reopeningAsksTheBacklog() {
        Listener small = hosts.server.listen(PORT + 1, 1);
        Connection first = hosts.client.connect(SERVER, PORT + 1);
        hosts.run(SECOND);
        Connection theirs = small.accept();
        theirs.close();
        hosts.run(SECOND);
        first.close();
        hosts.run(SECOND);
        assertThat(theirs.state()).isEqualTo(State.TIME_WAIT);
        assertThat(first.state()).isEqualTo(State.CLOSED);

        Connection waits = hosts.client.connect(SERVER, PORT + 1);
        hosts.run(SECOND);
        assertThat(small.acceptQueueLength()).as("the queue is full").isEqualTo(1);
        Connection again =
                hosts.client.connect(TwoHosts.CLIENT, first.localPort(), SERVER, PORT + 1);
        hosts.run(20 * SECOND);
        assertThat(small.synQueueLength()).isZero();
        assertThat(again.state()).isEqualTo(State.SYN_SENT);
        assertThat(hosts.server.timeWait().counters().reopened()).isZero();
        assertThat(hosts.server.timeWait().size()).isEqualTo(1);

        assertThat(small.accept().remotePort()).isEqualTo(waits.localPort());
        hosts.run(20 * SECOND);
        assertThat(again.state()).isEqualTo(State.ESTABLISHED);
        assertThat(hosts.server.timeWait().counters().reopened()).isEqualTo(1);
    }
}
