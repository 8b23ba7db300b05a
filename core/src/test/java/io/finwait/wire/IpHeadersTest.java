package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** IP headers against octets that another program has put together. */
class IpHeadersTest {

    /** IPv4 with router alert, some option of 7 octets, and END; then a segment without text. */
    private static final String WITH_OPTIONS =
            """
            48000034 00004000 400684b5 0a000001 0a000002 94040000 07070400 00000001
            12670050 00000001 00000002 50100200 87180000
            """;

    /** IPv4 with 40 octets of options, as many as there can be. */
    private static final String LONGEST =
            """
            4f000050 00004000 40060893 0a000001 0a000002
            01010101 01010101 01010101 01010101 01010101
            01010101 01010101 01010101 01010101 01010100
            12670050 00000001 00000002 50100200 87180000
            """;

    private static final String V6 =
            """
            6b8abcde 00200601 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
            01bbc350 deadbeef cafebabe 8011ffff 32e00000 0101080a ffffffff 00000001
            """;

    private final IpView ip = new IpView();

    @Test
    void l07_writtenOfIpv4() {
        ByteBuffer b = Octets.room(20);
        Ipv4.write(b, Octets.AT, 115, 0, 0, 64, Protocol.UDP, 0xC0A80001, 0xC0A800C7);
        assertThat(Octets.hex(b, 20))
                .isEqualTo(Octets.plain("45000073 00004000 4011b861 c0a80001 c0a800c7"));
    }

    @Test
    void writtenOfIpv4WithTheLargestOfEverything() {
        ByteBuffer b = Octets.room(20);
        Ipv4.write(b, Octets.AT, 65_535, 0xB8, 0xFFFF, 1, Protocol.TCP, 0x0A000001, 0x0A000002);
        assertThat(Octets.hex(b, 20))
                .isEqualTo(Octets.plain("45b8ffff ffff4000 0106653e 0a000001 0a000002"));
    }

    @Test
    void writtenOfIpv6() {
        ByteBuffer b = Octets.room(40);
        long high = 0x20010DB8_00000000L;
        Ipv6.write(b, Octets.AT, 0xFEDC, 0xFF, 0xFFFFF, 255, Protocol.TCP, high, 1, high, 2);
        assertThat(Octets.hex(b, 40))
                .isEqualTo(
                        Octets.plain(
                                "6fffffff fedc06ff 20010db8 00000000 00000000 00000001"
                                        + " 20010db8 00000000 00000000 00000002"));
    }

    @Test
    void fieldsOfIpv4() {
        ByteBuffer b = Octets.placed(Octets.of("45b8ffff 1c464000 ff06653e c0a80001 0a0000fe"));
        int at = Octets.AT;
        assertThat(Ipv4.headerLength(b, at)).isEqualTo(20);
        assertThat(Ipv4.typeOfService(b, at)).isEqualTo(0xB8);
        assertThat(Ipv4.totalLength(b, at)).isEqualTo(65_535);
        assertThat(Ipv4.identification(b, at)).isEqualTo(0x1C46);
        assertThat(Ipv4.dontFragment(b, at)).isTrue();
        assertThat(Ipv4.isFragment(b, at)).isFalse();
        assertThat(Ipv4.timeToLive(b, at)).isEqualTo(255);
        assertThat(Ipv4.protocol(b, at)).isEqualTo(6);
        assertThat(Ipv4.source(b, at)).isEqualTo(0xC0A80001);
        assertThat(Ipv4.destination(b, at)).isEqualTo(0x0A0000FE);
    }

    @Test
    void aLengthThatIsSetAndAChecksumThatIsMended() {
        ByteBuffer b = Octets.placed(Octets.of(WITH_OPTIONS));
        Ipv4.totalLength(b, Octets.AT, 33);
        assertThat(parse(b, 52)).isEqualTo(Verdict.BAD_IP_CHECKSUM);
        Ipv4.writeChecksum(b, Octets.AT);
        assertThat(parse(b, 52)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadLength()).isEqualTo(1);
        Ipv4.totalLength(b, Octets.AT, 52);
        Ipv4.writeChecksum(b, Octets.AT);
        assertThat(Octets.hex(b, 52)).isEqualTo(Octets.plain(WITH_OPTIONS));
    }

    @Test
    void fieldsOfIpv6() {
        ByteBuffer b = Octets.placed(Octets.of(V6));
        int at = Octets.AT;
        assertThat(Ipv6.trafficClass(b, at)).isEqualTo(0xB8);
        assertThat(Ipv6.flowLabel(b, at)).isEqualTo(0xABCDE);
        assertThat(Ipv6.payloadLength(b, at)).isEqualTo(32);
        assertThat(Ipv6.nextHeader(b, at)).isEqualTo(6);
        assertThat(Ipv6.hopLimit(b, at)).isEqualTo(1);
        assertThat(Ipv6.sourceHigh(b, at)).isEqualTo(0x20010DB8_00000000L);
        assertThat(Ipv6.sourceLow(b, at)).isEqualTo(1);
        assertThat(Ipv6.destinationHigh(b, at)).isEqualTo(0x20010DB8_00000000L);
        assertThat(Ipv6.destinationLow(b, at)).isEqualTo(2);
        Ipv6.payloadLength(b, at, 0xFEDC);
        assertThat(Ipv6.payloadLength(b, at)).isEqualTo(0xFEDC);
    }

    @Test
    void l06_optionsOfIpv4AreSteppedOver() {
        assertThat(parse(WITH_OPTIONS)).isEqualTo(Verdict.OK);
        assertThat(ip.version()).isEqualTo(4);
        assertThat(ip.offset()).isEqualTo(Octets.AT);
        assertThat(ip.payloadOffset()).isEqualTo(Octets.AT + 32);
        assertThat(ip.payloadLength()).isEqualTo(20);
        assertThat(ip.protocol()).isEqualTo(Protocol.TCP);
        assertThat(ip.timeToLive()).isEqualTo(64);
        assertThat(IpAddress.format(ip.sourceHigh(), ip.sourceLow())).isEqualTo("10.0.0.1");
        assertThat(IpAddress.format(ip.destinationHigh(), ip.destinationLow()))
                .isEqualTo("10.0.0.2");
        assertThat(segment().sourcePort()).isEqualTo(4711);
        assertThat(ip.typeOfService()).isZero();
        assertThat(parse(LONGEST)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadOffset()).isEqualTo(Octets.AT + 60);
        assertThat(segment().destinationPort()).isEqualTo(80);
    }

    @Test
    void l08_everyBitOfAnIpv4HeaderIsCoveredByItsChecksum() {
        byte[] octets = Octets.of(WITH_OPTIONS);
        for (int bit = 8; bit < 32 * 8; bit++) {
            byte[] damaged = octets.clone();
            damaged[bit / 8] ^= (byte) (0x80 >>> bit % 8);
            assertThat(parse(Octets.placed(damaged), damaged.length))
                    .as("bit %d", bit)
                    .isIn(Verdict.BAD_IP_CHECKSUM, Verdict.TRUNCATED, Verdict.BAD_HEADER_LENGTH);
        }
    }

    @Test
    void l06_whatLiesBehindAPacketIsPadding() {
        byte[] octets = Octets.of(WITH_OPTIONS);
        assertThat(parse(Octets.placed(octets), octets.length + 9)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadLength()).isEqualTo(20);
        byte[] v6 = Octets.of(V6);
        assertThat(parse(Octets.placed(v6), v6.length + 9)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadLength()).isEqualTo(32);
    }

    @Test
    void aHeaderWithNothingBehindItIsAPacket() {
        byte[] v4 = Octets.of("45b80014 00004000 ff00a683 c0a80001 0a0000fe");
        ByteBuffer b = Octets.placed(v4);
        Ipv4.writeChecksum(b, Octets.AT);
        assertThat(parse(b, 20)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadLength()).isZero();
        assertThat(ip.typeOfService()).isEqualTo(0xB8);
        byte[] v6 = Arrays.copyOf(Octets.of(V6), 40);
        v6[5] = 0;
        assertThat(parse(Octets.placed(v6), 40)).isEqualTo(Verdict.OK);
        assertThat(ip.payloadLength()).isZero();
        assertThat(ip.typeOfService()).isEqualTo(0xB8);
    }

    @Test
    void oneOctetTellsItsVersion() {
        for (int version = 0; version < 16; version++) {
            Verdict verdict = parse(Octets.placed(new byte[] {(byte) (version << 4 | 5)}), 1);
            boolean known = version == 4 || version == 6;
            assertThat(verdict).isEqualTo(known ? Verdict.TRUNCATED : Verdict.BAD_VERSION);
        }
    }

    @Test
    void aPacketThatIsCutShortAnywhereIsTruncated() {
        for (String packet : new String[] {WITH_OPTIONS, LONGEST, V6}) {
            byte[] octets = Octets.of(packet);
            for (int length = 0; length < octets.length; length++) {
                assertThat(parse(Octets.placed(octets), length))
                        .as("%d octets of %s", length, packet)
                        .isEqualTo(Verdict.TRUNCATED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 7, 8, 15})
    void onlyVersions4And6(int version) {
        byte[] octets = Octets.of(V6);
        octets[0] = (byte) (version << 4 | (octets[0] & 0xF));
        assertThat(parse(Octets.placed(octets), octets.length)).isEqualTo(Verdict.BAD_VERSION);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void anIpv4HeaderThatIsTooShort(int words) {
        byte[] octets = Octets.of(WITH_OPTIONS);
        octets[0] = (byte) (0x40 | words);
        assertThat(parse(Octets.placed(octets), octets.length))
                .isEqualTo(Verdict.BAD_HEADER_LENGTH);
    }

    @Test
    void anIpv4HeaderThatIsLongerThanItsPacket() {
        byte[] octets = Octets.of(WITH_OPTIONS);
        octets[3] = 31;
        assertThat(parse(Octets.placed(octets), octets.length))
                .isEqualTo(Verdict.BAD_HEADER_LENGTH);
    }

    /**
     * The first part of a packet, one in the middle, and the last. Bit 0 of the flags means
     * nothing.
     */
    @Test
    void l05_fragmentsOfIpv4() {
        for (int flags : new int[] {0x2000, 0x2010, 0x0001, 0x1FFF, 0x6000, 0xA000}) {
            ByteBuffer b = withFlags(flags);
            assertThat(parse(b, 52)).as("%04x", flags).isEqualTo(Verdict.FRAGMENT);
            assertThat(Ipv4.isFragment(b, Octets.AT)).isTrue();
        }
        for (int flags : new int[] {0x0000, 0x4000, 0x8000, 0xC000}) {
            ByteBuffer b = withFlags(flags);
            assertThat(parse(b, 52)).as("%04x", flags).isEqualTo(Verdict.OK);
            assertThat(Ipv4.isFragment(b, Octets.AT)).isFalse();
            assertThat(Ipv4.dontFragment(b, Octets.AT)).isEqualTo((flags & 0x4000) != 0);
        }
    }

    private static ByteBuffer withFlags(int flags) {
        ByteBuffer b = Octets.placed(Octets.of(WITH_OPTIONS));
        b.putShort(Octets.AT + 6, (short) flags);
        Ipv4.writeChecksum(b, Octets.AT);
        return b;
    }

    /** They would be taken for IPv4 connections (RFC 4942 §2.2). */
    @Test
    void noMappedAddressStandsOnTheWire() {
        for (int at : new int[] {8, 24}) {
            ByteBuffer b = Octets.placed(Octets.of(V6));
            b.putLong(Octets.AT + at, 0).putLong(Octets.AT + at + 8, 0x0000FFFF_0A000001L);
            assertThat(parse(b, 72)).as("address at %d", at).isEqualTo(Verdict.BAD_VERSION);
        }
    }

    private Verdict parse(String packet) {
        byte[] octets = Octets.of(packet);
        return parse(Octets.placed(octets), octets.length);
    }

    private Verdict parse(ByteBuffer b, int length) {
        return ip.parse(b, Octets.AT, length);
    }

    private Segment segment() {
        Segment segment = new Segment();
        assertThat(segment.parse(ip, false)).isEqualTo(Verdict.OK);
        return segment;
    }
}
