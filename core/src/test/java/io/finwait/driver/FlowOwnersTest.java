package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.FlowShare;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;

/** Whose a packet or a frame is, octet by octet at the edges of what can be told. */
class FlowOwnersTest {

    private static final int US = 0x0A00_0001;
    private static final int PEER = 0x0A00_0002;
    private static final int UDP = 17;
    private static final int NEIGHBOUR_SOLICITATION = 135;
    private static final int NEIGHBOUR_ADVERTISEMENT = 136;
    private static final int ETHERNET = 14;

    /** An ephemeral port belongs to the endpoint of its remainder: 50,002 to the third. */
    private static final int OURS = 50_002;

    private static final int OWNER = 2;

    private static final FlowShare SHARE =
            EndpointConfig.at("10.0.0.1")
                    .ephemeralPorts(40_000, 60_000)
                    .share(0, 4, 20)
                    .build()
                    .share();

    private final FlowOwners ofPackets = new FlowOwners(SHARE, Medium.IP);
    private final FlowOwners ofFrames = new FlowOwners(SHARE, Medium.ETHERNET);

    private static ByteBuffer v4(int protocol, int payloadLength) {
        ByteBuffer b = ByteBuffer.allocate(Ipv4.HEADER_LENGTH + payloadLength);
        Ipv4.write(b, 0, b.capacity(), 0, 0, 64, protocol, PEER, US);
        if (protocol == Protocol.TCP && payloadLength >= 4) {
            b.putShort(20, (short) 80).putShort(22, (short) OURS);
        }
        return b;
    }

    private static ByteBuffer v6(int protocol, int payloadLength) {
        ByteBuffer b = ByteBuffer.allocate(Ipv6.HEADER_LENGTH + payloadLength);
        long net = 0x2001_0DB8_0000_0000L;
        Ipv6.write(b, 0, payloadLength, 0, 0, 64, protocol, net, 2, net, 1);
        if (protocol == Protocol.TCP && payloadLength >= 4) {
            b.putShort(40, (short) 80).putShort(42, (short) OURS);
        }
        return b;
    }

    private static ByteBuffer framed(int type, ByteBuffer payload) {
        ByteBuffer b = ByteBuffer.allocate(ETHERNET + payload.capacity());
        return b.putShort(12, (short) type).put(ETHERNET, payload, 0, payload.capacity());
    }

    private int packet(ByteBuffer b) {
        return ofPackets.ownerOf(new Packet(b, 0, b.capacity()));
    }

    private int frame(ByteBuffer b) {
        return ofFrames.ownerOf(new Packet(b, 0, b.capacity()));
    }

    @Test
    void aSegmentIsTheOwnersOfItsConnection() {
        assertThat(packet(v4(Protocol.TCP, 20))).isEqualTo(OWNER);
        assertThat(packet(v6(Protocol.TCP, 20))).isEqualTo(OWNER);
        assertThat(frame(framed(0x0800, v4(Protocol.TCP, 20)))).isEqualTo(OWNER);
        assertThat(frame(framed(0x86DD, v6(Protocol.TCP, 20)))).isEqualTo(OWNER);
    }

    @Test
    void itsFirstFourOctetsAreEnough() {
        assertThat(packet(v4(Protocol.TCP, 4))).isEqualTo(OWNER);
        assertThat(packet(v4(Protocol.TCP, 3))).isZero();
        assertThat(packet(v6(Protocol.TCP, 4))).isEqualTo(OWNER);
        assertThat(packet(v6(Protocol.TCP, 3))).isZero();
    }

    /** Which port is whose decides: at the other end it would be another one. */
    @Test
    void aPortOfAServerGoesByTheWholeConnection() {
        ByteBuffer b = v4(Protocol.TCP, 20);
        boolean[] seen = new boolean[4];
        for (int port = 1; port < 100; port++) {
            b.putShort(20, (short) port).putShort(22, (short) 80);
            seen[packet(b)] = true;
        }
        assertThat(seen).containsOnly(true);
    }

    @Test
    void whatIsNeitherSegmentNorErrorIsTheFirsts() {
        assertThat(packet(v4(UDP, 20))).isZero();
        assertThat(packet(v4(Protocol.ICMP, 8))).isZero();
        assertThat(packet(v6(Protocol.ICMPV6, 8))).isZero();
        assertThat(packet(ByteBuffer.allocate(20))).isZero();
    }

    @Test
    void aPacketMayStandAnywhereInItsBuffer() {
        ByteBuffer b = ByteBuffer.allocate(60);
        b.put(7, v4(Protocol.TCP, 20), 0, 40);
        assertThat(ofPackets.ownerOf(new Packet(b, 7, 40))).isEqualTo(OWNER);
    }

    @ParameterizedTest
    @CsvSource({
        // Neighbours' answers, for whom they are, and what is none.
        NEIGHBOUR_ADVERTISEMENT + ", 24, -1",
        NEIGHBOUR_ADVERTISEMENT + ", 1, -1",
        NEIGHBOUR_SOLICITATION + ", 24, 0",
        "137, 24, 0"
    })
    void answersOfNeighboursAreForEverybody(int type, int length, int owner) {
        ByteBuffer b = v6(Protocol.ICMPV6, length);
        b.put(Ipv6.HEADER_LENGTH, (byte) type);
        assertThat(frame(framed(0x86DD, b))).isEqualTo(owner);
        assertThat(packet(b)).as("no frames, no neighbours").isZero();
    }

    @Test
    void aMessageWithoutAnOctetIsTheFirsts() {
        assertThat(frame(framed(0x86DD, v6(Protocol.ICMPV6, 0)))).isZero();
    }

    /** The same octet means nothing in IPv4. */
    @Test
    void neighboursOfIpv4AnswerByArp() {
        ByteBuffer b = v4(Protocol.ICMP, 24);
        b.put(Ipv4.HEADER_LENGTH, (byte) NEIGHBOUR_ADVERTISEMENT);
        assertThat(frame(framed(0x0800, b))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"2, 28, -1", "1, 28, 0", "3, 28, 0", "2, 8, -1", "2, 7, 0", "2, 4, 0"})
    void answersOfArpAreForEverybody(int operation, int length, int owner) {
        ByteBuffer arp = ByteBuffer.allocate(28).putShort(6, (short) operation);
        ByteBuffer b = framed(0x0806, arp);
        assertThat(ofFrames.ownerOf(new Packet(b, 0, ETHERNET + length))).isEqualTo(owner);
    }

    @Test
    void aTagIsPassedOver() {
        ByteBuffer segment = v4(Protocol.TCP, 20);
        ByteBuffer tagged = ByteBuffer.allocate(4 + segment.capacity());
        tagged.putShort(0, (short) 7).putShort(2, (short) 0x0800).put(4, segment, 0, 40);
        assertThat(frame(framed(0x8100, tagged))).isEqualTo(OWNER);
        ByteBuffer arp = ByteBuffer.allocate(32).putShort(2, (short) 0x0806);
        arp.putShort(4 + 6, (short) 2);
        assertThat(frame(framed(0x8100, arp))).isEqualTo(FlowOwners.ALL);
    }

    @Test
    void framesOfOtherKindsAndShortOnesAreTheFirsts() {
        assertThat(frame(framed(0x88CC, v4(Protocol.TCP, 20)))).isZero();
        assertThat(frame(ByteBuffer.allocate(17).putShort(12, (short) 0x0806))).isZero();
        assertThat(frame(ByteBuffer.allocate(18).putShort(12, (short) 0x8100))).isZero();
        assertThat(frame(ByteBuffer.allocate(1))).isZero();
        ByteBuffer cut = framed(0x0800, v4(Protocol.TCP, 20));
        assertThat(ofFrames.ownerOf(new Packet(cut, 0, ETHERNET + 39)))
                .as("it lacks its last octet")
                .isZero();
    }
}
