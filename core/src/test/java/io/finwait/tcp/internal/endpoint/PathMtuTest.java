package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.wire.Checksum;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a router may tell about the path, at the edges of what is believed (RFC 1191 §5, §7). */
class PathMtuTest {

    private static final int PEER_PORT = 40_000;

    private final Bench bench = new Bench();

    /** Says that a packet of ours was too big for a link. */
    private void tooBig(int ourPort, int peerPort, int sequence, int packetLength, int mtu) {
        int quoted = Ipv4.HEADER_LENGTH + 8;
        int length = Ipv4.HEADER_LENGTH + 8 + quoted;
        ByteBuffer b = ByteBuffer.allocate(length);
        int us = (int) Bench.HOST.low();
        int peer = (int) Bench.PEERS.low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.ICMP, peer, us);
        int icmp = Ipv4.HEADER_LENGTH;
        b.put(icmp, (byte) 3).put(icmp + 1, (byte) 4).putShort(icmp + 6, (short) mtu);
        int inner = icmp + 8;
        Ipv4.write(b, inner, packetLength, 0, 0, 64, Protocol.TCP, us, peer);
        int tcp = inner + Ipv4.HEADER_LENGTH;
        b.putShort(tcp, (short) ourPort).putShort(tcp + 2, (short) peerPort);
        b.putInt(tcp + 4, sequence);
        int sum = Checksum.finish(Checksum.add(b, icmp, length - icmp, 0));
        bench.wire.incoming.add(b.putShort(icmp + 2, (short) sum).array());
        bench.work();
    }

    private long ignored() {
        return bench.endpoint.counters().get(Counter.ICMP_IGNORED);
    }

    /** A segment of 1,000 octets is outstanding, a packet of 1,040 or, with options, of 1,080. */
    private int outstanding() throws IOException {
        var listener = bench.endpoint.listen(Bench.PORT, 16);
        bench.open(PEER_PORT, false);
        Connection connection = listener.accept();
        assertThat(connection.send(ByteBuffer.allocate(1_000))).isEqualTo(1_000);
        bench.work();
        int sequence = bench.lastTo(PEER_PORT).seq();
        bench.sent.clear();
        return sequence;
    }

    /** What is told of a packet of a length, and how much text each segment then has. */
    @ParameterizedTest
    @CsvSource({
        "1040, 1039, 999, a smaller one",
        "1040, 576, 536, much smaller",
        "1040, 1040, 536, not below the packet: the next plateau",
        "1040, 1500, 536, above the packet",
        "577, 577, 536, above the plateau of 576",
        "576, 576, 256, no longer above it",
        "297, 500, 256, above the smallest",
        "296, 400, 360, no longer above it: as told",
        "1040, 295, 256, smaller than any link",
        "1080, 1080, 536, it may have had 40 octets of options"
    })
    void segmentsBecomeSmaller(int packet, int mtu, int text, String why) throws IOException {
        int sequence = outstanding();
        tooBig(Bench.PORT, PEER_PORT, sequence, packet, mtu);
        assertThat(bench.sent).as(why).isNotEmpty();
        assertThat(bench.sent.get(0).seq()).isEqualTo(sequence);
        assertThat(bench.sent.get(0).text()).as(why).isEqualTo(text);
        assertThat(bench.endpoint.counters().get(Counter.PATH_MTU_REDUCTIONS)).isEqualTo(1);
        assertThat(ignored()).isZero();
    }

    /** What tells nothing new, or of what cannot have been sent, is counted and changes nothing. */
    @ParameterizedTest
    @CsvSource({
        "1040, 1041, 1, quotes what was not sent",
        "1081, 1081, 0, no packet of ours was as long",
        "1600, 1040, 0, as large as it is"
    })
    void itIsIgnored(int packet, int mtu, int beyond, String why) throws IOException {
        int sequence = outstanding();
        tooBig(Bench.PORT, PEER_PORT, sequence + 1_000 * beyond, packet, mtu);
        assertThat(bench.sent).as(why).isEmpty();
        assertThat(ignored()).as(why).isEqualTo(1);
        assertThat(bench.endpoint.counters().get(Counter.PATH_MTU_REDUCTIONS)).isZero();
    }

    /** Of several messages about a SYN the smallest holds, whatever the peer's MSS is then. */
    @Test
    void aSynLearnsTheSmallest() throws IOException {
        Connection connection =
                bench.endpoint.connect(Bench.HOST, Bench.PORT, Bench.PEERS, PEER_PORT);
        bench.work();
        int iss = bench.lastTo(PEER_PORT).seq();
        tooBig(Bench.PORT, PEER_PORT, iss, 60, 900);
        tooBig(Bench.PORT, PEER_PORT, iss, 60, 900);
        tooBig(Bench.PORT, PEER_PORT, iss, 60, 901);
        assertThat(ignored()).as("of three").isEqualTo(2);
        tooBig(Bench.PORT, PEER_PORT, iss, 60, 800);
        assertThat(bench.endpoint.counters().get(Counter.PATH_MTU_REDUCTIONS)).isEqualTo(2);
        assertThat(ignored()).isEqualTo(2);

        Bench.Peer peer = bench.new Peer(PEER_PORT, false);
        peer.ack = iss + 1;
        peer.segment(SYN | ACK, peer.seq, peer.ack, 0);
        bench.work();
        bench.sent.clear();
        assertThat(connection.send(ByteBuffer.allocate(900))).isEqualTo(900);
        bench.work();
        assertThat(bench.sent.get(0).text()).isEqualTo(760);
    }
}
