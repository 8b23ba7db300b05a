package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Addresses as people write them, as longs, and as the JDK has them. */
class IpAddressTest {

    /** RFC 5952 §4 and §5, each rule with its own examples. */
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "0:1:0:1:0:1:0:1, 0:1:0:1:0:1:0:1",
        "fe80::1:2:3:0, fe80::1:2:3:0",
        "0:0:1:1:1:1:0:0, ::1:1:1:1:0:0",
        "10.0.0.1, 10.0.0.1",
        "255.254.128.0, 255.254.128.0",
    })
    void written(String given, String asWritten) {
        assertThat(IpAddress.parse(given)).hasToString(asWritten);
        assertThat(IpAddress.parse(asWritten)).isEqualTo(IpAddress.parse(given));
    }

    @Test
    void thereAndBack() {
        Random random = new Random(5952);
        for (int i = 0; i < 2_000; i++) {
            IpAddress address =
                    i % 2 == 0
                            ? IpAddress.v4(random.nextInt())
                            : new IpAddress(sparse(random), sparse(random) | 1L << 48);
            assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
            assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
            assertThat(address.version()).isEqualTo(i % 2 == 0 ? 4 : 6);
        }
    }

    /** Some groups zero, so that there is something to shorten. */
    private static long sparse(Random random) {
        long groups = random.nextLong();
        for (int i = 0; i < 4; i++) {
            groups &= random.nextBoolean() ? -1L : ~(0xFFFFL << (16 * i));
        }
        return groups;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "1",
                "10.0.0.256",
                "10.0.0.1.2",
                "1::2::3",
                ":",
                "fd00:",
                "10.0.0.1/24",
                "g::1",
                "fe80::1%eth0",
                "1.2.3.4:80"
            })
    void noAddress(String text) {
        assertThatThrownBy(() -> IpAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an IP address; write one such as");
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, true",
        "255.255.255.255, true",
        "224.0.0.0, true",
        "239.255.255.255, true",
        "223.255.255.255, false",
        "240.0.0.0, false",
        "127.0.0.1, false",
        "::, true",
        "ff02::1, true",
        "ff00::, true",
        "fe80::1, false",
        "::1, false",
        "feff::, false"
    })
    void noHost(String text, boolean none) {
        IpAddress address = IpAddress.parse(text);
        assertThat(IpAddress.isMulticastOrUnspecified(address.high(), address.low()))
                .isEqualTo(none);
    }

    @Test
    void onlyWhatIsMappedIsIpv4() {
        assertThat(IpAddress.isV4(0, 0x0000_FFFF_0000_0000L)).isTrue();
        assertThat(IpAddress.isV4(0, 0x0000_FFFF_FFFF_FFFFL)).isTrue();
        assertThat(IpAddress.isV4(0, 0x0001_FFFF_0000_0000L)).isFalse();
        assertThat(IpAddress.isV4(0, 0x0A00_0001L)).isFalse();
        assertThat(IpAddress.isV4(1, 0x0000_FFFF_0A00_0001L)).isFalse();
        assertThat(IpAddress.v4Low(-1)).isEqualTo(0x0000_FFFF_FFFF_FFFFL);
    }

    @Test
    void inTheOrderOfTheirOctets() {
        List<String> inOrder =
                List.of("::1", "10.0.0.1", "192.168.0.1", "255.0.0.1", "1::", "8000::", "fd00::1");
        List<String> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(1));
        assertThat(shuffled.stream().map(IpAddress::parse).sorted().map(IpAddress::toString))
                .containsExactlyElementsOf(inOrder);
    }
}
