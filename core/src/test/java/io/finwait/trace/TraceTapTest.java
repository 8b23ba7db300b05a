package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.Ipv4;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Packets in words. */
class TraceTapTest {

    private static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;
    private static final int FIN_ACK = TcpHeader.FIN | TcpHeader.ACK;

    private final List<String> lines = new ArrayList<>();
    private final TraceTap tap = new TraceTap(lines::add);

    private void sent(long nowNs, ByteBuffer packet) {
        tap.packet(nowNs, PacketDirection.SENT, packet, 0, packet.capacity());
    }

    private void received(long nowNs, ByteBuffer packet) {
        tap.packet(nowNs, PacketDirection.RECEIVED, packet, 0, packet.capacity());
    }

    @Test
    void eachPacketIsALineWithWhatItIsForAndWhatIsSentAgainSaysSo() {
        sent(5_000, Packets.fromClient(TcpHeader.SYN, 100, 0, 0));
        received(20_105_000, Packets.fromServer(SYN_ACK, 700, 101, 0));
        sent(20_105_000, Packets.fromClient(TcpHeader.ACK | TcpHeader.PSH, 101, 701, 17));
        sent(220_105_000, Packets.fromClient(TcpHeader.ACK | TcpHeader.PSH, 101, 701, 17));
        received(230_005_000, Packets.fromServer(FIN_ACK, 701, 118, 0));
        assertThat(lines)
                .containsExactly(
                        "        0  sent      10.0.0.1:40000 > 10.0.0.2:80  SYN  seq 0",
                        "  20.1 ms  received  10.0.0.2:80 > 10.0.0.1:40000  SYN, ACK  seq 0 ack 1",
                        "  20.1 ms  sent      10.0.0.1:40000 > 10.0.0.2:80"
                                + "  PSH, ACK  seq 1 ack 1  len 17",
                        "   220 ms  sent      10.0.0.1:40000 > 10.0.0.2:80"
                                + "  PSH, ACK  seq 1 ack 1  len 17  again",
                        "   230 ms  received  10.0.0.2:80 > 10.0.0.1:40000  FIN, ACK  seq 1 ack"
                                + " 18");
    }

    @Test
    void addressesOfIpv6StandInBrackets() {
        sent(0, Packets.tcp(6, true, TcpHeader.RST, 100, 0, 0));
        assertThat(lines)
                .containsExactly(
                        "        0  sent      [fd00::1]:40000 > [fd00::2]:80  RST  seq 100");
    }

    @Test
    void whatIsNoSegmentIsSaidToo() {
        received(0, ByteBuffer.allocate(12));
        ByteBuffer icmp = Packets.fromServer(TcpHeader.ACK, 1, 1, 0);
        icmp.put(9, (byte) 1);
        Ipv4.writeChecksum(icmp, 0);
        received(0, icmp);
        assertThat(lines.get(0)).endsWith("? > ?  malformed, 12 octets");
        assertThat(lines.get(1)).contains("10.0.0.2 > 10.0.0.1  ");
    }

    @Test
    void trafficWithoutEndIsNotRememberedForEver() {
        sent(0, Packets.fromClient(TcpHeader.ACK, 1, 1, 1));
        for (int i = 0; i < 70_000; i++) {
            sent(0, Packets.fromClient(TcpHeader.ACK, 2 + i, 1, 1));
        }
        sent(0, Packets.fromClient(TcpHeader.ACK, 1, 1, 1));
        sent(0, Packets.fromClient(TcpHeader.ACK, 1, 1, 1));
        assertThat(lines.get(70_001)).doesNotContain("again");
        assertThat(lines.get(70_002)).endsWith("again");
    }

    /**
     * What strangers send must not make a trace slow: each SYN once looked at all that is
     * remembered.
     */
    @Test
    @Timeout(20)
    void aSynCostsNoMoreWhenMuchIsRemembered() {
        for (int i = 0; i < 65_000; i++) {
            received(0, Packets.fromServer(TcpHeader.ACK, i, 1, 1));
        }
        for (int i = 0; i < 20_000; i++) {
            received(0, from(i, 1, 80, Packets.fromClient(TcpHeader.SYN, 1, 0, 0)));
        }
        assertThat(lines.get(lines.size() - 1)).endsWith("  SYN  seq 0");
    }

    /** The same with SYNs of the connection that so much is remembered of. */
    @Test
    @Timeout(20)
    void synsOfOneConnectionCostNoMoreWhenMuchIsRemembered() {
        for (int i = 0; i < 65_000; i++) {
            sent(0, Packets.fromClient(TcpHeader.ACK, i, 1, 1));
        }
        for (int i = 0; i < 50_000; i++) {
            sent(0, Packets.fromClient(TcpHeader.SYN, 2 * i, 0, 0));
        }
        assertThat(lines.get(lines.size() - 1)).endsWith("  SYN  seq 0");
    }

    /** The hash code of a record is linear: an address more and 31 ports less make the same. */
    @Test
    @Timeout(20)
    void connectionsOfOneHashCodeCostLittle() {
        for (int i = 0; i < 2_000; i++) {
            for (int j = 0; j < 32; j++) {
                int port = 65_000 - 31 * i - j;
                received(0, from(i, port, 1 + 961 * j, Packets.fromClient(TcpHeader.SYN, 7, 0, 0)));
            }
        }
        assertThat(lines.get(lines.size() - 1)).endsWith("  SYN  seq 0");
    }

    private static ByteBuffer from(int address, int port, int toPort, ByteBuffer packet) {
        packet.putInt(12, 0x0B000000 + address);
        Ipv4.writeChecksum(packet, 0);
        packet.putShort(20, (short) port);
        packet.putShort(22, (short) toPort);
        return packet;
    }
}
