package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** A checksum that was left to a card is told from a finished one. */
class UnfinishedChecksumTest {

    private static final int TCP = 33;
    private static final int SOURCE = 0x0A4E_0001;
    private static final int DESTINATION = 0x0A4E_0002;
    private static final IpAddress SOURCE6 = IpAddress.parse("fd78::1");
    private static final IpAddress DESTINATION6 = IpAddress.parse("fd78::2");

    /** A frame with a TCP segment of 33 octets. */
    private static ByteBuffer frame(boolean v4, boolean tagged, boolean finished) {
        int link = tagged ? 18 : 14;
        int header = v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        ByteBuffer b = ByteBuffer.allocate(link + header + TCP);
        new Random(3).nextBytes(b.array());
        int tcp = link + header;
        b.putShort(tcp + 16, (short) 0);
        b.putShort(link - 2, (short) (v4 ? 0x0800 : 0x86DD));
        if (tagged) {
            b.putInt(12, 0x8100_0007);
        }
        long sum;
        if (v4) {
            Ipv4.write(b, link, header + TCP, 0, 0, 64, Protocol.TCP, SOURCE, DESTINATION);
            sum =
                    Checksum.pseudoHeader(
                            0,
                            IpAddress.v4Low(SOURCE),
                            0,
                            IpAddress.v4Low(DESTINATION),
                            Protocol.TCP,
                            TCP);
        } else {
            b.putInt(link, 6 << 28).putShort(link + 4, (short) TCP);
            b.put(link + 6, (byte) Protocol.TCP).put(link + 7, (byte) 64);
            b.putLong(link + 8, SOURCE6.high()).putLong(link + 16, SOURCE6.low());
            b.putLong(link + 24, DESTINATION6.high()).putLong(link + 32, DESTINATION6.low());
            sum =
                    Checksum.pseudoHeader(
                            SOURCE6.high(),
                            SOURCE6.low(),
                            DESTINATION6.high(),
                            DESTINATION6.low(),
                            Protocol.TCP,
                            TCP);
        }
        int field = finished ? Checksum.finish(Checksum.add(b, tcp, TCP, sum)) : Checksum.fold(sum);
        return b.putShort(tcp + 16, (short) field);
    }

    private static boolean isIn(ByteBuffer frame) {
        return UnfinishedChecksum.isIn(frame, 0, frame.capacity());
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void onlyThePseudoHeadersSumIsUnfinished(boolean v4, boolean tagged) {
        assertThat(isIn(frame(v4, tagged, false))).isTrue();
        assertThat(isIn(frame(v4, tagged, true))).isFalse();
        ByteBuffer damaged = frame(v4, tagged, false);
        int source = (tagged ? 18 : 14) + (v4 ? 12 : 8);
        assertThat(isIn(damaged.put(source, (byte) (damaged.get(source) + 1)))).isFalse();
    }

    @Test
    void otherProtocolsAndFragmentsAreNotLookedInto() {
        assertThat(isIn(frame(true, false, false).put(14 + 9, (byte) Protocol.UDP))).isFalse();
        assertThat(isIn(frame(false, false, false).put(14 + 6, (byte) Protocol.UDP))).isFalse();
        assertThat(isIn(frame(true, false, false).putShort(14 + 6, (short) 0x2000))).isFalse();
        assertThat(isIn(frame(true, false, false).putShort(12, (short) 0x0806))).isFalse();
    }

    @Test
    void whatIsCutShortOrRandomIsHarmless() {
        for (boolean v4 : new boolean[] {true, false}) {
            byte[] whole = frame(v4, true, false).array();
            for (int length = 0; length < whole.length; length++) {
                ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length));
                assertThat(isIn(cut)).isFalse();
            }
        }
        Random random = new Random(9);
        for (int i = 0; i < 200_000; i++) {
            ByteBuffer b = frame(i % 2 == 0, i % 3 == 0, false);
            for (int k = 0; k < 3; k++) {
                b.put(12 + random.nextInt(b.capacity() - 12), (byte) random.nextInt());
            }
            boolean _ = isIn(b);
        }
    }
}
