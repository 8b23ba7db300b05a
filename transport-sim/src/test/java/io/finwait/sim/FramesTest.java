package io.finwait.sim;

import static io.finwait.sim.Packets.send;
import static io.finwait.sim.Packets.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.Protocol;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/** Which frames are meant, with a VLAN tag and without. */
class FramesTest {

    private static final int VLAN = 0x8100;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int IPV6_HEADER = 40;

    private final SimNetwork network = SimNetwork.seeded(1).ethernet();
    private final SimTransport client = network.attach("client");

    @BeforeEach
    void attach() {
        network.attach("server");
    }

    private static byte[] frame(boolean tagged, int type, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(Frames.HEADER + (tagged ? 4 : 0) + payload.length);
        b.putLong(0xFFFF_FFFF_FFFF_0200L).putInt(10);
        if (tagged) {
            b.putShort((short) VLAN).putShort((short) 7);
        }
        b.putShort((short) type).put(payload);
        return b.array();
    }

    private static byte[] ipv6(int nextHeader, int... payload) {
        byte[] packet = new byte[IPV6_HEADER + payload.length];
        packet[0] = 0x60;
        packet[5] = (byte) payload.length;
        packet[6] = (byte) nextHeader;
        for (int i = 0; i < payload.length; i++) {
            packet[IPV6_HEADER + i] = (byte) payload[i];
        }
        return packet;
    }

    private boolean isMeant(PacketMatcher matcher, byte[] frame) {
        Rule rule = network.packets().matching(matcher).count();
        send(client, frame);
        rule.remove();
        return rule.applied() == 1;
    }

    @ParameterizedTest
    @CsvSource({
        "132, false",
        "133, true",
        "134, true",
        "135, true",
        "136, true",
        "137, true",
        "138, false",
        "128, false",
        "255, false"
    })
    void neighbourDiscoveryIsFiveTypesOfMessages(int type, boolean meant) {
        byte[] message = ipv6(Protocol.ICMPV6, type);
        for (boolean tagged : new boolean[] {false, true}) {
            assertThat(isMeant(Frames.neighbourDiscovery(), frame(tagged, IPV6, message)))
                    .isEqualTo(meant);
            assertThat(isMeant(Frames.arp(), frame(tagged, IPV6, message))).isFalse();
        }
        byte[] udp = ipv6(Protocol.UDP, type);
        assertThat(isMeant(Frames.neighbourDiscovery(), frame(false, IPV6, udp))).isFalse();
        assertThat(isMeant(Frames.neighbourDiscovery(), frame(false, IPV4, message))).isFalse();
    }

    @Test
    void aHeaderWithoutAMessageIsNone() {
        byte[] header = ipv6(Protocol.ICMPV6);
        assertThat(isMeant(Frames.neighbourDiscovery(), frame(false, IPV6, header))).isFalse();
        assertThat(isMeant(Frames.neighbourDiscovery(), frame(true, IPV6, header))).isFalse();
    }

    @Test
    void arpIsTheTypeBehindTheTag() {
        assertThat(isMeant(Frames.arp(), frame(false, ARP, new byte[28]))).isTrue();
        assertThat(isMeant(Frames.arp(), frame(true, ARP, new byte[28]))).isTrue();
        assertThat(isMeant(Frames.arp(), frame(false, VLAN, new byte[3]))).isFalse();
        assertThat(isMeant(Frames.arp(), new byte[13])).as("cut off").isFalse();
    }

    @Test
    void aSegmentIsFoundInsideOfAFrame() {
        PacketMatcher seven = Segments.sequence(7);
        assertThat(isMeant(seven, frame(false, IPV4, text(7)))).isTrue();
        assertThat(isMeant(seven, frame(true, IPV4, text(7)))).isTrue();
        assertThat(isMeant(seven, frame(false, ARP, text(7)))).isFalse();
        byte[] whole = frame(false, IPV4, text(7));
        byte[] cut = new byte[whole.length - 1];
        System.arraycopy(whole, 0, cut, 0, cut.length);
        assertThat(isMeant(seven, cut)).as("cut off").isFalse();
    }

    @Test
    void aMatcherSeesTheLayerOfIp() {
        PacketMatcher toTwo = passing -> passing.hasIp() && passing.ip().destinationLow() != 0;
        assertThat(isMeant(toTwo, frame(false, IPV4, text(7)))).isTrue();
        assertThat(isMeant(toTwo, frame(false, ARP, new byte[28]))).isFalse();
    }
}
