package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.RST;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What becomes of packets that are not, or not wholly, in order: which counter, and no answer. */
class PacketInputTest {

    private final Bench bench = new Bench();

    private static byte[] syn(IpAddress from, IpAddress to) {
        int length = Ipv4.HEADER_LENGTH + TcpHeader.LENGTH;
        ByteBuffer b = ByteBuffer.allocate(length);
        int source = (int) from.low();
        int destination = (int) to.low();
        Ipv4.write(b, 0, length, 0, 0, 64, Protocol.TCP, source, destination);
        int tcp = Ipv4.HEADER_LENGTH;
        TcpHeader.write(b, tcp, 5_000, Bench.PORT, 1, 0, TcpHeader.LENGTH, SYN, 1_000);
        long sum = Checksum.pseudoHeader(0, from.low(), 0, to.low(), Protocol.TCP, length - tcp);
        TcpHeader.checksum(b, tcp, Checksum.finish(Checksum.add(b, tcp, length - tcp, sum)));
        return b.array();
    }

    private void arrives(byte[] packet) {
        bench.wire.incoming.add(packet);
        bench.work();
    }

    private void countedAs(Counter only) {
        for (Counter each :
                new Counter[] {Counter.BAD_PACKETS, Counter.BAD_CHECKSUMS, Counter.NOT_FOR_US}) {
            assertThat(bench.endpoint.counters().get(each))
                    .as("%s", each)
                    .isEqualTo(each == only ? 1 : 0);
        }
        assertThat(bench.endpoint.counters().get(Counter.PACKETS_IN)).isEqualTo(1);
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    @Test
    void aSynForNobodyIsReset() {
        arrives(syn(Bench.PEERS, Bench.HOST));
        countedAs(null);
        assertThat(bench.lastTo(5_000).flags()).isEqualTo(RST | ACK);
        assertThat(bench.lastTo(5_000).ack()).isEqualTo(2);
    }

    @Test
    void anAddressOfAnotherHostIsNotOurs() {
        arrives(syn(Bench.PEERS, IpAddress.parse("10.0.0.77")));
        countedAs(Counter.NOT_FOR_US);
        assertThat(bench.sent).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.1", "255.255.255.255", "0.0.0.0"})
    void nobodyCallsFromAMulticastAddress(String source) {
        arrives(syn(IpAddress.parse(source), Bench.HOST));
        countedAs(Counter.BAD_PACKETS);
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void aWrongChecksumOfTcpIsCountedByItself() {
        byte[] packet = syn(Bench.PEERS, Bench.HOST);
        packet[Ipv4.HEADER_LENGTH + 4] ^= 1;
        arrives(packet);
        countedAs(Counter.BAD_CHECKSUMS);
        assertThat(bench.sent).isEmpty();
    }

    @Test
    void aWrongHeaderOfIpIsABadPacket() {
        byte[] packet = syn(Bench.PEERS, Bench.HOST);
        packet[8] ^= 1;
        arrives(packet);
        countedAs(Counter.BAD_PACKETS);
        assertThat(bench.sent).isEmpty();
    }

    /** The TCP header says that it is longer than the packet. */
    @Test
    void aHeaderThatEndsBehindThePacketIsABadPacket() {
        byte[] packet = syn(Bench.PEERS, Bench.HOST);
        packet[Ipv4.HEADER_LENGTH + 12] = (byte) 0xF0;
        arrives(packet);
        countedAs(Counter.BAD_PACKETS);
        assertThat(bench.sent).isEmpty();
    }

    /** Another protocol: neither TCP nor ICMP, so nobody answers. */
    @Test
    void anotherProtocolIsDropped() {
        byte[] packet = syn(Bench.PEERS, Bench.HOST);
        ByteBuffer b = ByteBuffer.wrap(packet);
        int source = (int) Bench.PEERS.low();
        Ipv4.write(b, 0, packet.length, 0, 0, 64, 17, source, (int) Bench.HOST.low());
        arrives(packet);
        assertThat(bench.sent).isEmpty();
        assertThat(bench.others).isEmpty();
        assertThat(bench.endpoint.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    /** Whoever is told of the first packet's text may answer before the second one is looked at. */
    @Test
    void observersAreCalledBetweenSixteenPackets() {
        Listener listener = bench.endpoint.listen(Bench.PORT, 16);
        Bench.Peer peer = bench.open(5_000, false);
        Connection connection = listener.accept();
        List<Long> seen = new ArrayList<>();
        connection.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection of) {
                        seen.add(of.unread());
                    }
                });
        for (int i = 0; i < 40; i++) {
            peer.text(1);
        }
        bench.cycle();
        assertThat(seen).containsExactly(16L, 32L, 40L);
    }
}
