package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.Finwait;
import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Requirements that no single cell can show: limits, ports, initial numbers, a connection to
 * oneself.
 */
class BeyondTheMatrixTest {

    private static final Given NOTHING = Given.parse("");

    @Test
    @Requirement("B28")
    void aConnectionToOneselfOpensAndCloses() {
        HandTransport wire = new HandTransport();
        IpAddress self = IpAddress.parse("10.0.0.1");
        EndpointConfig config = EndpointConfig.builder().address(self).seed(1).plain().build();
        Endpoint endpoint = Finwait.open(config, wire);
        long now = Bench.SECOND;
        endpoint.doWork(now);
        Connection connection = endpoint.connect(self, 80, self, 80);
        now = circulate(endpoint, wire, now);
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
        connection.shutdownOutput();
        now = circulate(endpoint, wire, now);
        assertThat(connection.state()).isEqualTo(State.TIME_WAIT);
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        endpoint.doWork(now + 60 * Bench.SECOND);
        assertThat(connection.state()).isEqualTo(State.CLOSED);
    }

    /** What an endpoint sends comes back to it, a millisecond later, until it falls silent. */
    private static long circulate(Endpoint endpoint, HandTransport wire, long startNs) {
        long now = startNs;
        for (int round = 0; round < 100; round++) {
            now += Bench.MS;
            endpoint.doWork(now);
            List<ByteBuffer> sent = wire.takeSent();
            if (sent.isEmpty()) {
                return now;
            }
            sent.forEach(wire::arrives);
        }
        throw new AssertionError("it talks to itself for ever");
    }

    @Test
    @Requirement("C04")
    void nobodyIsAnsweredAtAnAddressThatIsNoHost() {
        for (String source : new String[] {"224.0.0.1", "255.255.255.255", "0.0.0.0"}) {
            assertSilence(source, false);
        }
        for (String source : new String[] {"ff02::1", "::"}) {
            assertSilence(source, true);
        }
    }

    private static void assertSilence(String source, boolean v6) {
        Bench bench = new Bench(NOTHING, v6, IpAddress.parse(source));
        for (String segment : new String[] {"S rn", ". rn ack nxt", "F. rn(5) ack nxt"}) {
            bench.inject(segment);
            assertThat(bench.takeSent()).as("%s from %s", segment, source).isEmpty();
        }
        bench.listen();
        bench.inject("S rn");
        assertThat(bench.takeSent()).as("SYN to a listener from %s", source).isEmpty();
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    @Test
    @Requirement("C25")
    void resetsOfNoConnectionAreLimitedPerSecondAndSource() {
        Bench bench = new Bench(NOTHING, false);
        int limit = bench.endpoint.config().resetsPerSecond();
        for (int i = 0; i < limit + 100; i++) {
            bench.inject("S rn");
        }
        int sent = bench.takeSent().size();
        assertThat(sent).isBetween(limit - limit / 4, limit);
        assertThat(bench.endpoint.counters().get(Counter.RESETS_LIMITED))
                .isEqualTo(limit + 100 - sent);
        bench.pass(Bench.SECOND);
        bench.inject("S rn");
        assertThat(bench.takeSent()).as("a reset in the next second").hasSize(1);
    }

    @Test
    @Requirement("F09")
    void theAckThatCompletesAHandshakeIsDroppedWhileTheAcceptQueueIsFull() {
        Bench bench = new Bench(NOTHING, false);
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, 2);
        Numbers first = begin(bench, 4001);
        Numbers second = begin(bench, 4002);
        complete(bench, 4001, first);
        Numbers third = begin(bench, 4003);
        complete(bench, 4002, second);
        assertThat(bench.listener.acceptQueueLength()).as("the queue is full").isEqualTo(2);
        complete(bench, 4003, third);
        assertThat(bench.takeSent()).as("answers to the ACK").isEmpty();
        assertThat(bench.listener.synQueueLength()).as("it is still a handshake").isEqualTo(1);
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_OVERFLOWS)).isEqualTo(1);
        bench.listener.accept();
        complete(bench, 4003, third);
        assertThat(bench.listener.synQueueLength()).as("handshakes, room being back").isZero();
        assertThat(bench.listener.acceptQueueLength()).isEqualTo(2);
    }

    private static Numbers begin(Bench bench, int port) {
        bench.from(port).inject("S rn");
        assertThat(bench.takeSent()).as("SYN,ACK").hasSize(1);
        return bench.numbers();
    }

    private static void complete(Bench bench, int port, Numbers numbers) {
        bench.from(port).inject(". rn ack nxt", numbers);
    }

    @Test
    @Requirement({"D20", "D21"})
    void numbersAndTimestampsOfAPairOfSocketsMoveForwardWithTheClock() {
        HandTransport wire = new HandTransport();
        IpAddress self = IpAddress.parse("10.0.0.1");
        IpAddress peer = IpAddress.parse("10.0.0.2");
        Endpoint endpoint = Finwait.open(EndpointConfig.at("10.0.0.1").seed(1).build(), wire);
        endpoint.doWork(Bench.SECOND);
        Segment first = synAt(endpoint, wire, self, peer, Bench.SECOND);
        int iss = first.seq();
        int timestamp = first.options().timestampValue();
        Segment second = synAt(endpoint, wire, self, peer, 3 * Bench.SECOND);
        assertThat(second.seq() - iss).as("one number in 4 µs").isEqualTo(500_000);
        assertThat(second.options().timestampValue() - timestamp).as("in ms").isEqualTo(2000);
    }

    private static Segment synAt(
            Endpoint endpoint, HandTransport wire, IpAddress self, IpAddress peer, long nowNs) {
        endpoint.doWork(nowNs);
        Connection connection = endpoint.connect(self, 80, peer, 4000);
        endpoint.doWork(nowNs);
        List<ByteBuffer> sent = wire.takeSent();
        ByteBuffer packet = sent.get(sent.size() - 1);
        IpView ip = new IpView();
        Segment segment = new Segment();
        assertThat(ip.parse(packet, 0, packet.capacity())).isEqualTo(Verdict.OK);
        assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
        assertThat(segment.hasSyn()).isTrue();
        connection.abort();
        endpoint.doWork(nowNs);
        return segment;
    }

    @Test
    @Requirement({"D01", "D22"})
    void aPortInTimeWaitIsNotChosenAndCannotBeAskedFor() {
        Bench bench = Situation.of(State.TIME_WAIT, Given.parse("active, owned"), false);
        assertThatThrownBy(
                        () ->
                                bench.endpoint.connect(
                                        bench.local, Bench.LOCAL_PORT, bench.peer, Bench.PEER_PORT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is in TIME_WAIT");
        bench.pass(60 * Bench.SECOND);
        bench.connect();
        assertThat(bench.state()).isEqualTo(State.SYN_SENT);
    }

    @Test
    @Requirement("D22")
    void aFreePortIsOneThatIsNotInUse() {
        HandTransport wire = new HandTransport();
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1").seed(1).ephemeralPorts(5000, 5001).build();
        Endpoint endpoint = Finwait.open(config, wire);
        IpAddress peer = IpAddress.parse("10.0.0.2");
        int one = endpoint.connect(peer, 80).localPort();
        int other = endpoint.connect(peer, 80).localPort();
        assertThat(List.of(one, other)).containsExactlyInAnyOrder(5000, 5001);
        assertThatThrownBy(() -> endpoint.connect(peer, 80))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("every port");
    }
}
