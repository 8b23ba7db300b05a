package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** TCP headers against octets that another program has put together. */
class SegmentTest {

    private static final String SYN =
            """
            4500003c 1c464000 40060a74 0a000001 0a000002
            c0000050 fffffffe 00000000 a002faf0 16b30000
            020405b4 0402080a 00bc614e 00000000 01030307
            """;

    /** Five octets of text, urgent, with FIN and PSH. */
    private static final String ODD_V4 =
            """
            45b8002d 00004000 ff06f8f9 c0a80001 c0a800c7
            ffff0001 80000000 7fffffff 50390001 09b50005 48656c6c 6f
            """;

    private static final String ODD_V6 =
            """
            60000000 00170640 fd000000 00000000 00000000 00000001 fd000000 00000000 00000000 00000002
            00500401 00000007 00000009 50180064 ec9d0000 616263
            """;

    private static final String FIN_V6 =
            """
            6b8abcde 00200601 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
            01bbc350 deadbeef cafebabe 8011ffff 32e00000 0101080a ffffffff 00000001
            """;

    private static final String[] ALL = {SYN, ODD_V4, ODD_V6, FIN_V6};

    private final IpView ip = new IpView();
    private final Segment segment = new Segment();

    @Test
    void written() {
        ByteBuffer b = Octets.room(20);
        TcpHeader.write(b, Octets.AT, 65_535, 65_534, -1, 0x8000_0000, 60, 0xFF, 65_535);
        assertThat(Octets.hex(b, 20))
                .isEqualTo(Octets.plain("fffffffe ffffffff 80000000 f0ffffff 00000000"));
        TcpHeader.write(b, Octets.AT, 1, 2, 0x7FFF_FFFF, -2, 20, TcpHeader.RST, 0);
        assertThat(Octets.hex(b, 20))
                .isEqualTo(Octets.plain("00010002 7fffffff fffffffe 50040000 00000000"));
    }

    @Test
    void fields() {
        ByteBuffer b = Octets.placed(Octets.of("fffe0001 80000001 fffffffe f0c4fedc abcd1234"));
        int at = Octets.AT;
        assertThat(TcpHeader.sourcePort(b, at)).isEqualTo(65_534);
        assertThat(TcpHeader.destinationPort(b, at)).isEqualTo(1);
        assertThat(TcpHeader.sequence(b, at)).isEqualTo(0x8000_0001);
        assertThat(TcpHeader.acknowledgment(b, at)).isEqualTo(-2);
        assertThat(TcpHeader.headerLength(b, at)).isEqualTo(60);
        assertThat(TcpHeader.flags(b, at)).isEqualTo(0xC4);
        assertThat(TcpHeader.window(b, at)).isEqualTo(0xFEDC);
        assertThat(TcpHeader.checksum(b, at)).isEqualTo(0xABCD);
        assertThat(TcpHeader.urgentPointer(b, at)).isEqualTo(0x1234);
        TcpHeader.sequence(b, at, -3);
        TcpHeader.flags(b, at, 0x11);
        TcpHeader.checksum(b, at, 0xFFFF);
        assertThat(Octets.hex(b, 20))
                .isEqualTo(Octets.plain("fffe0001 fffffffd fffffffe f011fedc ffff1234"));
    }

    @Test
    void readOfASyn() {
        assertThat(parse(SYN)).isEqualTo(Verdict.OK);
        assertThat(segment.sourcePort()).isEqualTo(49_152);
        assertThat(segment.destinationPort()).isEqualTo(80);
        assertThat(segment.seq()).isEqualTo(-2);
        assertThat(segment.ack()).isZero();
        assertThat(segment.hasSyn()).isTrue();
        assertThat(segment.hasAck()).isFalse();
        assertThat(segment.hasFin()).isFalse();
        assertThat(segment.hasRst()).isFalse();
        assertThat(segment.window()).isEqualTo(64_240);
        assertThat(segment.length()).isEqualTo(1);
        assertThat(segment.textLength()).isZero();
        assertThat(segment.end()).isEqualTo(-1);
        assertThat(segment.options().mss()).isEqualTo(1460);
        assertThat(segment.options().sackPermitted()).isTrue();
        assertThat(segment.options().timestampValue()).isEqualTo(0x00BC614E);
        assertThat(segment.options().windowScale()).isEqualTo(7);
        assertThat(segment).hasToString("S 4294967294:4294967294(0) win 64240");
    }

    @Test
    void readOfTextOfOddLength() {
        assertThat(parse(ODD_V4)).isEqualTo(Verdict.OK);
        assertThat(segment.sourcePort()).isEqualTo(65_535);
        assertThat(segment.destinationPort()).isEqualTo(1);
        assertThat(segment.textLength()).isEqualTo(5);
        assertThat(segment.length()).isEqualTo(6);
        assertThat(segment.end()).isEqualTo(0x8000_0006);
        assertThat(segment.ack()).isEqualTo(0x7FFF_FFFF);
        assertThat(segment.hasUrg()).isTrue();
        assertThat(segment.hasPsh()).isTrue();
        assertThat(segment.hasFin()).isTrue();
        assertThat(segment.urgentPointer()).isEqualTo(5);
        assertThat(segment.buffer().get(segment.textOffset())).isEqualTo((byte) 'H');
        assertThat(segment.buffer().get(segment.textOffset() + 4)).isEqualTo((byte) 'o');
        assertThat(segment.sourceHigh()).isZero();
        assertThat(segment.sourceLow()).isEqualTo(IpAddress.v4Low(0xC0A80001));
        assertThat(segment.destinationHigh()).isZero();
        assertThat(segment.destinationLow()).isEqualTo(IpAddress.v4Low(0xC0A800C7));
        assertThat(segment).hasToString("FPU. 2147483648:2147483653(5) ack 2147483647 win 1");
    }

    @Test
    void readOverIpv6() {
        assertThat(parse(FIN_V6)).isEqualTo(Verdict.OK);
        assertThat(segment.sourcePort()).isEqualTo(443);
        assertThat(segment.destinationPort()).isEqualTo(50_000);
        assertThat(segment.seq()).isEqualTo(0xDEADBEEF);
        assertThat(segment.ack()).isEqualTo(0xCAFEBABE);
        assertThat(segment.window()).isEqualTo(65_535);
        assertThat(segment.hasFin()).isTrue();
        assertThat(segment.hasAck()).isTrue();
        assertThat(segment.length()).isEqualTo(1);
        assertThat(segment.sourceHigh()).isEqualTo(0x20010DB8_00000000L);
        assertThat(segment.sourceLow()).isEqualTo(1);
        assertThat(segment.destinationHigh()).isEqualTo(0x20010DB8_00000000L);
        assertThat(segment.destinationLow()).isEqualTo(2);
        assertThat(segment.options().timestampValue()).isEqualTo(-1);
        assertThat(segment.options().timestampEcho()).isEqualTo(1);
        assertThat(parse(ODD_V6)).isEqualTo(Verdict.OK);
        assertThat(segment.textLength()).isEqualTo(3);
        assertThat(segment.options().hasTimestamps()).as("options of the one before").isFalse();
    }

    /** Text that reads like options behind a header whose own options are four fillers. */
    @Test
    void optionsEndWithTheHeader() {
        ByteBuffer b =
                Octets.placed(
                        Octets.of(
                                """
                                45000034 1c464000 40060000 0a000001 0a000002
                                c0000050 fffffffe 00000000 6002faf0 00000000
                                01010101 020405b4 01030307
                                """));
        Ipv4.writeChecksum(b, Octets.AT);
        assertThat(ip.parse(b, Octets.AT, 52)).isEqualTo(Verdict.OK);
        assertThat(segment.parse(ip, true)).isEqualTo(Verdict.OK);
        assertThat(segment.textLength()).isEqualTo(8);
        assertThat(segment.options().mss()).isZero();
        assertThat(segment.options().windowScale()).isNegative();
    }

    /** Every bit of a segment and of its addresses, one at a time. */
    @Test
    void l08_everyBitIsCoveredByTheChecksum() {
        for (String packet : ALL) {
            byte[] octets = Octets.of(packet);
            int header = octets[0] >> 4 == 4 ? 20 : 40;
            int from = header == 20 ? 12 : 8;
            for (int bit = 8 * from; bit < 8 * octets.length; bit++) {
                byte[] damaged = octets.clone();
                damaged[bit / 8] ^= (byte) (0x80 >>> bit % 8);
                if (bit < 8 * header && header == 20) {
                    mendIpv4(damaged);
                }
                assertThat(parse(damaged, false))
                        .as("bit %d of %s", bit, packet)
                        .isIn(Verdict.BAD_CHECKSUM, Verdict.BAD_HEADER_LENGTH);
            }
        }
    }

    private static void mendIpv4(byte[] octets) {
        Ipv4.writeChecksum(ByteBuffer.wrap(octets), 0);
    }

    @Test
    void whoHasVerifiedTheChecksumIsBelieved() {
        byte[] octets = Octets.of(SYN);
        octets[36] ^= 1;
        assertThat(parse(octets, false)).isEqualTo(Verdict.BAD_CHECKSUM);
        assertThat(parse(octets, true)).isEqualTo(Verdict.OK);
    }

    @Test
    void aHeaderThatIsTooShortOrLongerThanItsSegment() {
        byte[] octets = Octets.of(SYN);
        for (int words = 0; words < 16; words++) {
            octets[32] = (byte) (words << 4);
            Verdict expected = words < 5 || words > 10 ? Verdict.BAD_HEADER_LENGTH : Verdict.OK;
            assertThat(parse(octets, true)).as("%d words", words).isEqualTo(expected);
        }
    }

    @Test
    void aSegmentWithoutAWholeHeader() {
        byte[] octets = Octets.of(ODD_V4);
        for (int length = 0; length < 20; length++) {
            octets[3] = (byte) (20 + length);
            mendIpv4(octets);
            assertThat(parse(octets, true)).as("%d octets", length).isEqualTo(Verdict.TRUNCATED);
        }
    }

    @Test
    void noPortIsZero() {
        byte[] octets = Octets.of(SYN);
        octets[20] = 0;
        assertThat(parse(octets, true)).isEqualTo(Verdict.BAD_PORT);
        octets[20] = (byte) 0xC0;
        octets[23] = 0;
        assertThat(parse(octets, true)).isEqualTo(Verdict.BAD_PORT);
    }

    @Test
    void everyFlagIsOnItsOwn() {
        byte[] octets = Octets.of(ODD_V4);
        String[] names = {"F", "S", "R", "P", ".", "U", "E", "W"};
        for (int bit = 0; bit < 8; bit++) {
            octets[33] = (byte) (1 << bit);
            assertThat(parse(octets, true)).isEqualTo(Verdict.OK);
            assertThat(segment.flags()).isEqualTo(1 << bit);
            assertThat(segment.hasFin()).isEqualTo(bit == 0);
            assertThat(segment.hasSyn()).isEqualTo(bit == 1);
            assertThat(segment.hasRst()).isEqualTo(bit == 2);
            assertThat(segment.hasPsh()).isEqualTo(bit == 3);
            assertThat(segment.hasAck()).isEqualTo(bit == 4);
            assertThat(segment.hasUrg()).isEqualTo(bit == 5);
            assertThat(segment.length()).isEqualTo(bit < 2 ? 6 : 5);
            assertThat(segment.toString()).startsWith(names[bit] + " 2147483648:");
        }
        octets[33] = 0;
        parse(octets, true);
        assertThat(segment.toString()).startsWith("- ");
    }

    private Verdict parse(String packet) {
        return parse(Octets.of(packet), false);
    }

    private Verdict parse(byte[] octets, boolean checksumIsGood) {
        assertThat(ip.parse(Octets.placed(octets), Octets.AT, octets.length)).isEqualTo(Verdict.OK);
        return segment.parse(ip, checksumIsGood);
    }
}
