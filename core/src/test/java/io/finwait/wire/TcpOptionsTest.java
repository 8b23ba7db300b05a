package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** TCP options in every order, of peers as they are, and of peers as they should not be. */
class TcpOptionsTest {

    private static final String MSS = "020405b4";
    private static final String SCALE = "030307";
    private static final String SACK_PERMITTED = "0402";
    private static final String TIMESTAMPS = "080a deadbeef 00000001";
    private static final String SACK_1 = "050a 00000010 00000020";
    private static final String FAST_OPEN = "2206 01020304";

    private final TcpOptions options = new TcpOptions();

    @Test
    void inEveryOrderWithAndWithoutPadding() {
        List<String> each = List.of(MSS, SCALE, SACK_PERMITTED, TIMESTAMPS, FAST_OPEN);
        List<List<String>> orders = new ArrayList<>();
        permute(new ArrayList<>(), each, orders);
        assertThat(orders).hasSize(120);
        for (List<String> order : orders) {
            for (String between : new String[] {"", "01", "0101"}) {
                String all = String.join(between, order);
                if (Octets.of(all).length > 40) {
                    continue;
                }
                parse(all);
                assertThat(options.mss()).as(all).isEqualTo(1460);
                assertThat(options.windowScale()).as(all).isEqualTo(7);
                assertThat(options.sackPermitted()).as(all).isTrue();
                assertThat(options.hasTimestamps()).as(all).isTrue();
                assertThat(options.timestampValue()).as(all).isEqualTo(0xDEADBEEF);
                assertThat(options.timestampEcho()).as(all).isEqualTo(1);
                assertThat(options.sackBlocks()).as(all).isZero();
            }
        }
    }

    private static void permute(List<String> chosen, List<String> rest, List<List<String>> all) {
        if (rest.isEmpty()) {
            all.add(List.copyOf(chosen));
        }
        for (String each : rest) {
            List<String> others = new ArrayList<>(rest);
            others.remove(each);
            chosen.add(each);
            permute(chosen, others, all);
            chosen.remove(chosen.size() - 1);
        }
    }

    /** SYNs of Linux, Windows, macOS and FreeBSD, as they stand in captures. */
    @Test
    void peersAsTheyAre() {
        parse("020405b4 0402 080a 00bc614e 00000000 01 030307");
        assertAll(1460, 7, true, true);
        parse("020405b4 01 030308 01 01 0402");
        assertAll(1460, 8, true, false);
        parse("020405b4 01 030306 01 01 080a 3b4f1c2d 00000000 0402 0000");
        assertAll(1460, 6, true, true);
        parse("020405b4 01 030306 0402 080a 00000000 00000000");
        assertAll(1460, 6, true, true);
        parse("02040218");
        assertAll(536, -1, false, false);
        parse("");
        assertAll(0, -1, false, false);
    }

    private void assertAll(int mss, int scale, boolean sack, boolean timestamps) {
        assertThat(options.mss()).isEqualTo(mss);
        assertThat(options.windowScale()).isEqualTo(scale);
        assertThat(options.sackPermitted()).isEqualTo(sack);
        assertThat(options.hasTimestamps()).isEqualTo(timestamps);
    }

    @Test
    void theUsualLayoutOfASegmentWithTimestamps() {
        parse("0101 080a 80000000 ffffffff");
        assertThat(options.hasTimestamps()).isTrue();
        assertThat(options.timestampValue()).isEqualTo(0x8000_0000);
        assertThat(options.timestampEcho()).isEqualTo(-1);
        assertAll(0, -1, false, true);
        parse("080a 80000000 ffffffff 0101");
        assertThat(options.timestampValue()).isEqualTo(0x8000_0000);
        parse("01 080a 80000000 ffffffff 01");
        assertThat(options.timestampEcho()).isEqualTo(-1);
    }

    @Test
    void sackBlocksUpToFour() {
        for (int blocks = 1; blocks <= 4; blocks++) {
            StringBuilder hex = new StringBuilder("0101 05%02x".formatted(2 + 8 * blocks));
            for (int i = 0; i < blocks; i++) {
                hex.append(" %08x %08x".formatted(0xFFFF_FFF0 + 32 * i, 16 + 32 * i));
            }
            parse(hex.toString());
            assertThat(options.sackBlocks()).isEqualTo(blocks);
            for (int i = 0; i < blocks; i++) {
                assertThat(options.sackLeft(i)).isEqualTo(-16 + 32 * i);
                assertThat(options.sackRight(i)).isEqualTo(16 + 32 * i);
            }
        }
        parse("0101 080a 00000001 00000002 0101 051a" + "00000001 00000002".repeat(3));
        assertThat(options.sackBlocks()).isEqualTo(3);
        assertThat(options.hasTimestamps()).isTrue();
    }

    @Test
    void nothingOfTheSegmentBeforeIsLeft() {
        parse(MSS + SCALE + SACK_PERMITTED + TIMESTAMPS + SACK_1);
        assertThat(options.sackBlocks()).isEqualTo(1);
        parse("0101 080a 00000001 00000002");
        assertAll(0, -1, false, true);
        assertThat(options.sackBlocks()).isZero();
        parse("");
        assertAll(0, -1, false, false);
    }

    /**
     * An option of a length that it never has is stepped over by it, and the ones behind it count.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0202",
                "0203aa",
                "0205aaaaaa",
                "0302",
                "0304aaaa",
                "0403aa",
                "080baaaaaaaaaaaaaaaaaa",
                "0809aaaaaaaaaaaaaa",
                "0509aaaaaaaaaaaaaa",
                "0503aa",
                "0506aaaaaaaa",
                "fd02",
                "fe05aaaaaa"
            })
    void anOptionOfAWrongLengthIsSteppedOver(String odd) {
        String behind = odd.startsWith("02") ? SCALE : MSS;
        parse(odd + behind);
        assertThat(odd.startsWith("02") ? options.windowScale() : options.mss())
                .isEqualTo(odd.startsWith("02") ? 7 : 1460);
        assertThat(odd.startsWith("02") ? options.mss() : 0).isZero();
        assertThat(odd.startsWith("03") ? options.windowScale() : -1).isEqualTo(-1);
        assertThat(options.sackPermitted()).isFalse();
        assertThat(options.hasTimestamps()).isFalse();
        assertThat(options.sackBlocks()).isZero();
    }

    /** RFC 9293 MUST-7: a length that can't be ends the reading; what came before it counts. */
    @ParameterizedTest
    @ValueSource(strings = {"0200", "0201", "02ff", "02", "22", "0829", "0580", "0000", "00"})
    void whatCantBeSteppedOverEndsTheReading(String broken) {
        parse(SACK_PERMITTED + broken + MSS + SCALE);
        assertAll(0, -1, true, false);
        parse(SCALE + broken);
        assertAll(0, 7, false, false);
    }

    @Test
    void anOptionCutOffByTheEndOfTheHeader() {
        for (String option : new String[] {MSS, SCALE, SACK_PERMITTED, TIMESTAMPS, SACK_1}) {
            byte[] octets = Octets.of(option);
            for (int length = 0; length < octets.length; length++) {
                options.parse(Octets.placed(octets), Octets.AT, length);
                assertAll(0, -1, false, false);
                assertThat(options.sackBlocks()).isZero();
            }
        }
    }

    /** RFC 7323 §2.3: more than 14 counts as 14. */
    @Test
    void noShiftIsLargerThan14() {
        for (int shift = 0; shift < 256; shift++) {
            parse("0303%02x".formatted(shift));
            assertThat(options.windowScale()).isEqualTo(Math.min(shift, 14));
        }
    }

    @Test
    void noOctetsMakeItThrow() {
        Random random = new Random(9293);
        byte[] octets = new byte[40];
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(octets);
            for (int at = 0; at < octets.length; at++) {
                octets[at] = random.nextInt(3) == 0 ? octets[at] : (byte) random.nextInt(11);
            }
            int length = random.nextInt(41);
            options.parse(ByteBuffer.wrap(octets), 40 - length, length);
            assertThat(options.windowScale()).isBetween(-1, 14);
            assertThat(options.sackBlocks()).isBetween(0, 4);
            assertThat(options.mss()).isBetween(0, 65_535);
        }
    }

    @Test
    void written() {
        ByteBuffer b = Octets.room(32);
        int at = TcpOptions.writeMss(b, Octets.AT, 65_535);
        at = TcpOptions.writeWindowScale(b, at, 14);
        at = TcpOptions.writeSackPermitted(b, at);
        at = TcpOptions.writeTimestamps(b, at, -1, 0x8000_0000);
        at = TcpOptions.writeSackHead(b, at, 4);
        assertThat(at).isEqualTo(Octets.AT + 28);
        assertThat(Octets.hex(b, 32))
                .isEqualTo(
                        Octets.plain(
                                "0204ffff 0103030e 01010402 0101080a ffffffff 80000000 01010522"
                                        + " a5a5a5a5"));
    }

    private void parse(String hex) {
        byte[] octets = Octets.of(hex);
        options.parse(Octets.placed(octets), Octets.AT, octets.length);
    }
}
