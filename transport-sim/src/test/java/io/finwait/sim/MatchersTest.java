package io.finwait.sim;

import static io.finwait.sim.Packets.CLIENT_PORT;
import static io.finwait.sim.Packets.SERVER_PORT;
import static io.finwait.sim.Packets.segment;
import static io.finwait.sim.Packets.send;
import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;
import static io.finwait.wire.TcpHeader.RST;
import static io.finwait.wire.TcpHeader.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which of a few packets each matcher means. */
class MatchersTest {

    private final SimNetwork network = SimNetwork.seeded(1);
    private final SimTransport client = network.host("client");
    private final Map<String, byte[]> packets = new LinkedHashMap<>();

    @BeforeEach
    void makePackets() {
        network.host("server");
        packets.put("before", segment(ACK, 107, 3));
        packets.put("syn", segment(SYN, 100, 0));
        packets.put("ack", segment(ACK, 101, 0));
        packets.put("one", segment(ACK, 101, 1));
        packets.put("text", segment("10.0.0.2", ACK, 102, 77, 10));
        packets.put("fin", segment(FIN | ACK, 112, 0));
        packets.put("rst", segment(RST, 113, 0));
        packets.put("cut", Arrays.copyOf(segment(ACK, 102, 10), 45));
        packets.put("junk", new byte[] {1, 2, 3});
    }

    private List<String> matched(PacketMatcher matcher) {
        return packets.keySet().stream()
                .filter(
                        name -> {
                            Rule rule = network.packets().matching(matcher).count();
                            send(client, packets.get(name));
                            rule.remove();
                            return rule.applied() > 0;
                        })
                .toList();
    }

    @Test
    void byWhatASegmentCarries() {
        assertThat(matched(Segments.any()))
                .containsExactly("before", "syn", "ack", "one", "text", "fin", "rst");
        assertThat(matched(Segments.text())).containsExactly("before", "one", "text");
        assertThat(matched(Segments.pureAck())).containsExactly("ack");
        assertThat(matched(Segments.syn())).containsExactly("syn");
        assertThat(matched(Segments.synAck())).isEmpty();
        assertThat(matched(Segments.fin())).containsExactly("fin");
        assertThat(matched(Segments.rst())).containsExactly("rst");
    }

    @Test
    void byNumbers() {
        assertThat(matched(Segments.sequence(101))).containsExactly("ack", "one");
        assertThat(matched(Segments.covering(101))).containsExactly("one");
        assertThat(matched(Segments.covering(111))).containsExactly("text");
        assertThat(matched(Segments.covering(112))).containsExactly("fin");
        assertThat(matched(Segments.acknowledging(77))).containsExactly("text");
        assertThat(matched(Segments.acknowledging(1)))
                .as("a SYN and a RST without ACK acknowledge nothing")
                .containsExactly("before", "ack", "one", "fin");
    }

    @Test
    void byPorts() {
        assertThat(matched(Segments.fromPort(CLIENT_PORT))).hasSize(7);
        assertThat(matched(Segments.fromPort(SERVER_PORT))).isEmpty();
        assertThat(matched(Segments.toPort(SERVER_PORT))).hasSize(7);
        assertThat(matched(Segments.toPort(CLIENT_PORT))).isEmpty();
    }

    @Test
    void aNumberFromTheSynNeedsASyn() {
        Rule wire = network.packets().matching(Segments.relativeSequence(107)).count();
        Rule relative = network.packets().matching(Segments.relativeSequence(7)).count();
        send(client, segment(ACK, 107, 3));
        assertThat(wire.applied() + relative.applied()).isZero();
        send(client, segment(SYN, 100, 0));
        send(client, segment(ACK, 107, 3));
        assertThat(wire.applied()).isZero();
        assertThat(relative.applied()).isEqualTo(1);
    }

    @Test
    void both() {
        assertThat(matched(Segments.text().and(Segments.sequence(101)))).containsExactly("one");
        assertThat(matched(Segments.fin().and(Segments.text()))).isEmpty();
    }

    @Test
    void oneOrTheOther() {
        assertThat(matched(Segments.fin().or(Segments.rst()))).containsExactly("fin", "rst");
        assertThat(matched(Segments.text().or(Segments.sequence(101))))
                .containsExactly("before", "ack", "one", "text");
    }

    @Test
    void theOthers() {
        assertThat(matched(Segments.any().negate())).containsExactly("cut", "junk");
    }

    @Test
    void thereAreNoFramesAmongPackets() {
        assertThat(matched(Frames.arp().or(Frames.neighbourDiscovery()))).isEmpty();
    }
}
