package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** The internet checksum against the definition, which adds one 16-bit word after the other. */
class ChecksumTest {

    private final Random random = new Random(1071);

    @Test
    void theExampleOfRfc1071() {
        ByteBuffer b = Octets.placed(Octets.of("0001 f203 f4f5 f6f7"));
        assertThat(Checksum.finish(Checksum.add(b, Octets.AT, 8, 0))).isEqualTo(0x220D);
    }

    @Test
    void everyLengthAtEveryPlace() {
        byte[] octets = new byte[100];
        random.nextBytes(octets);
        ByteBuffer b = ByteBuffer.wrap(octets);
        for (int from = 0; from < 16; from++) {
            for (int length = 0; length <= octets.length - from; length++) {
                assertThat(Checksum.finish(Checksum.add(b, from, length, 0)))
                        .as("%d octets from %d", length, from)
                        .isEqualTo(slowly(octets, from, length));
            }
        }
    }

    @Test
    void partsOfEvenLengthInAnyOrder() {
        byte[] octets = new byte[61];
        random.nextBytes(octets);
        ByteBuffer b = ByteBuffer.wrap(octets);
        int whole = slowly(octets, 0, 61);
        for (int cut = 0; cut <= 60; cut += 2) {
            long second = Checksum.add(b, cut, 61 - cut, 0);
            assertThat(Checksum.finish(Checksum.add(b, 0, cut, second))).isEqualTo(whole);
        }
    }

    @Test
    void manyCarries() {
        byte[] octets = new byte[65_535];
        Arrays.fill(octets, (byte) 0xFF);
        long sum = Checksum.add(ByteBuffer.wrap(octets), 0, octets.length, 0xFFFF_FFFFL);
        assertThat(Checksum.finish(sum)).isEqualTo(slowly(octets, 0, octets.length));
        assertThat(Checksum.fold(0xFFFF_FFFF_FFFF_FFFFL)).isEqualTo(0xFFFF);
        assertThat(Checksum.fold(0x0001_FFFF_FFFF_FFFFL)).isEqualTo(1);
        assertThat(Checksum.fold(0xFFFF_0001L)).isEqualTo(1);
        assertThat(Checksum.fold(0)).isZero();
        assertThat(Checksum.finish(0)).isEqualTo(0xFFFF);
    }

    /** The mapping's ffff of both addresses would be as good as zero. */
    @Test
    void thePseudoHeaderOfIpv4() {
        long sum =
                Checksum.pseudoHeader(
                        0, IpAddress.v4Low(0xC0A80001), 0, IpAddress.v4Low(0x0A0000FE), 6, 21);
        byte[] header = Octets.of("c0a80001 0a0000fe 0006 0015");
        assertThat(Checksum.finish(sum)).isEqualTo(slowly(header, 0, header.length));
    }

    @Test
    void thePseudoHeaderOfIpv6() {
        long sum =
                Checksum.pseudoHeader(
                        0x20010DB8_FFFFFFFFL, 0x8000000000000001L, 0xFE80L << 48, -2, 58, 70_000);
        byte[] header =
                Octets.of(
                        "20010db8 ffffffff 80000000 00000001"
                                + " fe800000 00000000 ffffffff fffffffe 00011170 0000003a");
        assertThat(Checksum.finish(sum)).isEqualTo(slowly(header, 0, header.length));
    }

    private static int slowly(byte[] octets, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (octets[from + i] & 0xFF) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum & 0xFFFF;
    }
}
