package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.State;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** What strangers' handshakes may take from a listener and its endpoint. */
class SynQueueTest {

    private static final int BACKLOG = 4;

    private final Bench bench =
            new Bench(
                    config ->
                            config.maxConnections(3)
                                    .limits(Limits.DEFAULT.withSynCookies(SynCookies.NEVER)));
    private final Map<Integer, Numbers> handshakes = new HashMap<>();

    private void syn(int port) {
        bench.from(port).inject("S rn");
        assertThat(bench.takeSent()).as("SYN,ACK for port %d", port).hasSize(1);
        handshakes.put(port, bench.numbers());
    }

    private void ack(int port) {
        bench.from(port).inject(". rn ack nxt", handshakes.get(port));
    }

    /** Before, the newest was refused: one SYN a second kept everybody out. */
    @Test
    @Requirement("F15")
    void theOldestHandshakeMakesPlaceForTheNewest() {
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, BACKLOG);
        for (int port = 5000; port < 5000 + 10; port++) {
            syn(port);
        }
        assertThat(bench.listener.synQueueLength()).isEqualTo(BACKLOG);
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_DROPS)).isEqualTo(10 - BACKLOG);
        ack(5005);
        assertThat(bench.takeSent()).as("the one that was given up is reset").hasSize(1);
        ack(5006);
        assertThat(bench.takeSent()).isEmpty();
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5006);
        assertThat(bench.listener.synQueueLength()).isEqualTo(BACKLOG - 1);
    }

    /** A SYN that comes again is no newer handshake. */
    @Test
    void aRepeatedSynTakesNoOthersPlace() {
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, 2);
        syn(5000);
        for (int i = 0; i < 5; i++) {
            syn(5001);
        }
        ack(5000);
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5000);
    }

    @Test
    @Requirement("F16")
    void handshakesOfStrangersLeaveThePlacesOfConnections() {
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, 100);
        for (int port = 5000; port < 5050; port++) {
            syn(port);
        }
        Connection own = bench.endpoint.connect(IpAddress.parse("10.0.0.9"), 9);
        assertThat(own.state()).isEqualTo(State.SYN_SENT);
        ack(5000);
        ack(5001);
        ack(5002);
        assertThat(bench.listener.acceptQueueLength()).as("and no place more").isEqualTo(2);
        assertThat(bench.listener.synQueueLength()).isEqualTo(48);
        assertThat(bench.endpoint.counters().get(Counter.LISTEN_OVERFLOWS)).isEqualTo(1);
    }

    @Test
    @Requirement("F17")
    void textOfASynHoldsNothingAndComesAgain() throws Exception {
        bench.listen();
        bench.inject("S rn(5)");
        assertThat(((TcpEndpoint) bench.endpoint).pool().inUse()).as("blocks").isZero();
        bench.inject(". rn(5) ack nxt");
        ByteBuffer text = ByteBuffer.allocate(10);
        assertThat(bench.listener.accept().receive(text)).isEqualTo(5);
    }

    @Test
    void whatEndsInAnyOrderLeavesTheOthersInTheirs() {
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, 3);
        syn(5000);
        syn(5001);
        syn(5002);
        bench.from(5001).inject("R rn", handshakes.get(5001));
        assertThat(bench.listener.synQueueLength()).isEqualTo(2);
        syn(5003);
        syn(5004);
        ack(5002);
        assertThat(bench.listener.accept().remotePort()).as("5000 went").isEqualTo(5002);
        bench.pass(63 * Bench.SECOND);
        assertThat(bench.takeSent()).as("SYN,ACKs again").hasSize(10);
        assertThat(bench.listener.synQueueLength()).as("all have had their time").isZero();
        syn(5005);
        assertThat(bench.listener.synQueueLength()).isEqualTo(1);
    }

    /** Two answers more instead of five, when more than half of the places are taken. */
    @Test
    void aHandshakeLastsSevenSecondsInAQueueThatIsHalfFull() {
        bench.listener = bench.endpoint.listen(Bench.LOCAL_PORT, 16);
        for (int port = 5000; port < 5009; port++) {
            syn(port);
        }
        bench.pass(6 * Bench.SECOND);
        assertThat(bench.listener.synQueueLength()).isEqualTo(9);
        bench.pass(Bench.SECOND);
        assertThat(bench.listener.synQueueLength()).as("the rest is given more time").isEqualTo(8);
        bench.pass(55 * Bench.SECOND);
        assertThat(bench.listener.synQueueLength()).isEqualTo(8);
        bench.pass(Bench.SECOND);
        assertThat(bench.listener.synQueueLength()).isZero();
    }
}
