package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * IPv6 extension headers (RFC 8200 §4): their lengths, their chains, and what must be discarded.
 */
class ExtensionHeadersTest {

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int NOTHING = 59;

    /** A segment of port 4711 to port 80. */
    private static final String SEGMENT = "12670050 00000001 00000002 50100200 a1160000";

    private final IpView ip = new IpView();

    /** An extension header: its number, and what follows behind "next header". */
    private record Extension(int number, String rest) {}

    @Test
    void l01_eachIsAsLongAsItSays() {
        for (int eights = 0; eights <= 255; eights++) {
            for (int number : new int[] {HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING}) {
                String rest = "%02x".formatted(eights) + "00".repeat(8 * eights + 6);
                assertTcp(8 * (eights + 1), new Extension(number, rest));
            }
        }
    }

    @Test
    void l01_aChainOfAllOfThem() {
        Extension hopByHop = new Extension(HOP_BY_HOP, "00 0502 0000 0100");
        Extension destination =
                new Extension(DESTINATION_OPTIONS, "01 010c 000000000000000000000000");
        Extension routing = new Extension(ROUTING, "02 0400" + "00".repeat(20));
        Extension whole = new Extension(FRAGMENT, "00 0000 cafebabe");
        assertTcp(8 + 16 + 24 + 8 + 16, hopByHop, destination, routing, whole, destination);
    }

    @Test
    void whatIsNotTcpIsNamed() {
        Extension destination = new Extension(DESTINATION_OPTIONS, "00 010400000000");
        for (int number : new int[] {Protocol.ICMPV6, Protocol.UDP, 59, 51, 50, 135, 255}) {
            byte[] packet = packet(number, destination);
            assertThat(parse(packet)).isEqualTo(Verdict.OK);
            assertThat(ip.protocol()).isEqualTo(number);
            assertThat(new Segment().parse(ip, true)).isEqualTo(Verdict.OTHER_PROTOCOL);
        }
    }

    @Test
    void l01_anExtensionThatIsLongerThanItsPacket() {
        int segment = Octets.of(SEGMENT).length;
        for (int eights = 0; eights <= 255; eights++) {
            String rest = "%02x".formatted(eights) + "00".repeat(6);
            byte[] packet = packet(Protocol.TCP, new Extension(DESTINATION_OPTIONS, rest));
            boolean fits = 8 * (eights + 1) <= 8 + segment;
            Verdict verdict = parse(packet);
            if (fits) {
                assertThat(verdict).isNotEqualTo(Verdict.BAD_HEADER_LENGTH);
            } else {
                assertThat(verdict).as("%d", eights).isEqualTo(Verdict.BAD_HEADER_LENGTH);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS})
    void anExtensionOfWhichNotEvenTheHeadIsThere(int number) {
        byte[] whole = packet(Protocol.TCP, new Extension(number, "00 0000 00000000"));
        for (int octets = 0; octets < 8; octets++) {
            byte[] packet = Arrays.copyOf(whole, 40 + octets);
            packet[5] = (byte) octets;
            assertThat(parse(packet)).as("%d octets", octets).isEqualTo(Verdict.TRUNCATED);
        }
    }

    /** Chains that end in nothing, or go on until the packet is over. */
    @Test
    void noChainGoesOnBehindItsPacket() {
        Extension[] many = new Extension[180];
        Arrays.fill(many, new Extension(DESTINATION_OPTIONS, "00 010400000000"));
        byte[] endless = packet(DESTINATION_OPTIONS, many);
        byte[] cut = Arrays.copyOf(endless, 40 + 180 * 8);
        cut[4] = (byte) ((180 * 8) >> 8);
        cut[5] = (byte) ((180 * 8) & 0xFF);
        assertThat(parse(cut)).isEqualTo(Verdict.TRUNCATED);
    }

    @Test
    void l05_fragmentsAreNotPutTogether() {
        for (String offset : new String[] {"0001", "0008", "fff8", "0009", "fff9", "0800"}) {
            assertVerdict(Verdict.FRAGMENT, new Extension(FRAGMENT, "00 " + offset + " 00000001"));
        }
    }

    /**
     * Offset zero and no more: the whole packet (RFC 8200 §4.5, RFC 6946); two bits mean nothing.
     */
    @Test
    void l05_aFragmentThatIsTheWholePacket() {
        for (String offset : new String[] {"0000", "0002", "0004", "0006"}) {
            assertTcp(8, new Extension(FRAGMENT, "ff " + offset + " 00000001"));
        }
    }

    /** Who is to visit other nodes first is not for us (RFC 8200 §4.4, RFC 5095). */
    @Test
    void l04_aRouteThatIsNotAtItsEnd() {
        for (int left = 1; left <= 255; left += 127) {
            String rest = "00 00 %02x 00000000".formatted(left);
            assertVerdict(Verdict.UNKNOWN_EXTENSION, new Extension(ROUTING, rest));
        }
        assertTcp(8, new Extension(ROUTING, "00 fe 00 00000000"));
    }

    @Test
    void l03_hopByHopStandsRightBehindTheHeaderOnly() {
        Extension hopByHop = new Extension(HOP_BY_HOP, "00 010400000000");
        Extension destination = new Extension(DESTINATION_OPTIONS, "00 010400000000");
        assertTcp(16, hopByHop, destination);
        assertVerdict(Verdict.UNKNOWN_EXTENSION, destination, hopByHop);
        assertVerdict(Verdict.UNKNOWN_EXTENSION, hopByHop, hopByHop);
    }

    /** The first two bits of an option say what is done where nobody knows it (RFC 8200 §4.2). */
    @Test
    void l02_unknownOptionsAreSteppedOverOnlyWhereTheyAllowIt() {
        for (int type = 2; type < 256; type++) {
            for (int number : new int[] {HOP_BY_HOP, DESTINATION_OPTIONS}) {
                Extension extension = new Extension(number, "00 %02x02 abcd 0100".formatted(type));
                if (type < 0x40) {
                    assertTcp(8, extension);
                } else {
                    assertVerdict(Verdict.UNKNOWN_EXTENSION, extension);
                }
            }
        }
    }

    @Test
    void l02_optionsThatReachOutOfTheirHeader() {
        for (String options :
                new String[] {"01 05 0000 0000", "00 01 04 00 0000", "000000000001"}) {
            assertVerdict(
                    Verdict.UNKNOWN_EXTENSION, new Extension(DESTINATION_OPTIONS, "00" + options));
        }
        assertTcp(8, new Extension(DESTINATION_OPTIONS, "00 0104 0000 0000"));
        assertTcp(8, new Extension(DESTINATION_OPTIONS, "00 0000 0000 0000"));
        assertTcp(8, new Extension(DESTINATION_OPTIONS, "00 0000 0000 0100"));
    }

    /** The packet, and the buffer with it, ends where the length of an option should stand. */
    @Test
    void l02_anOptionOfWhichOnlyTheTypeIsThere() {
        for (int number : new int[] {HOP_BY_HOP, DESTINATION_OPTIONS}) {
            Extension cutOff = new Extension(number, "00 0000 0000 0001");
            byte[] packet = alone(cutOff);
            assertThat(ip.parse(ByteBuffer.wrap(packet), 0, packet.length))
                    .isEqualTo(Verdict.UNKNOWN_EXTENSION);
        }
    }

    @Test
    void anExtensionMayBeAllThatThereIs() {
        for (int number : new int[] {HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS}) {
            byte[] packet = alone(new Extension(number, "00 0000 0000 0000"));
            assertThat(parse(packet)).as("%d", number).isEqualTo(Verdict.OK);
            assertThat(ip.protocol()).isEqualTo(NOTHING);
            assertThat(ip.payloadLength()).isZero();
        }
    }

    /** A packet that ends with its extension of eight octets. */
    private static byte[] alone(Extension extension) {
        byte[] packet = Arrays.copyOf(packet(NOTHING, extension), 48);
        packet[5] = 8;
        return packet;
    }

    private void assertTcp(int extensions, Extension... chain) {
        assertThat(parse(packet(Protocol.TCP, chain))).isEqualTo(Verdict.OK);
        assertThat(ip.protocol()).isEqualTo(Protocol.TCP);
        assertThat(ip.payloadOffset()).isEqualTo(Octets.AT + 40 + extensions);
        assertThat(ip.payloadLength()).isEqualTo(20);
        Segment segment = new Segment();
        // The pseudo header has the segment's own length and protocol, not the extensions'.
        assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
        assertThat(segment.sourcePort()).isEqualTo(4711);
        assertThat(segment.destinationPort()).isEqualTo(80);
    }

    private void assertVerdict(Verdict verdict, Extension... chain) {
        assertThat(parse(packet(Protocol.TCP, chain))).isEqualTo(verdict);
    }

    private Verdict parse(byte[] packet) {
        return ip.parse(Octets.placed(packet), Octets.AT, packet.length);
    }

    private static byte[] packet(int last, Extension... chain) {
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        for (int i = 0; i < chain.length; i++) {
            behind.write(i + 1 < chain.length ? chain[i + 1].number : last);
            behind.writeBytes(Octets.of(chain[i].rest));
        }
        behind.writeBytes(Octets.of(SEGMENT));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.writeBytes(Octets.of("60000000"));
        packet.write(behind.size() >> 8);
        packet.write(behind.size());
        packet.write(chain[0].number);
        packet.write(64);
        packet.writeBytes(Octets.of("fd00000000000000 0000000000000001"));
        packet.writeBytes(Octets.of("fd00000000000000 0000000000000002"));
        packet.writeBytes(behind.toByteArray());
        return packet.toByteArray();
    }
}
