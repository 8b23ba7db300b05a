package io.finwait.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.RandomSource;
import io.finwait.spi.TransportUri;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/** Addresses, prefixes, routes and parameters of a link, at their edges. */
class LinkValuesTest {

    private static final long SECOND = 1_000_000_000L;

    @ParameterizedTest
    @CsvSource({
        "02:00:00:00:00:01, 2199023255553, false",
        "ff:ff:ff:ff:ff:ff, 281474976710655, true",
        "01:00:5E:00:00:FB, 1101088686331, true",
        "00:00:00:00:00:00, 0, false"
    })
    void anEthernetAddressIsReadAndWritten(String text, long bits, boolean group) {
        MacAddress address = MacAddress.parse(text);
        assertThat(address.bits()).isEqualTo(bits);
        assertThat(address.isGroup()).isEqualTo(group);
        assertThat(MacAddress.isOfOneHost(bits)).isEqualTo(!group && bits != 0);
        assertThat(address).hasToString(text.toLowerCase(Locale.ROOT));
        ByteBuffer b = ByteBuffer.allocate(8);
        MacAddress.write(b, 1, bits);
        assertThat(MacAddress.read(b, 1)).isEqualTo(bits);
        assertThat(b.getLong(0)).isEqualTo(bits << 8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "02:00:00:00:00", "02:00:00:00:00:01:02", "02-00-00-00-00-01", "0g:0:0"})
    void anythingElseIsNone(String text) {
        assertThatThrownBy(() -> MacAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an Ethernet address");
    }

    @Test
    void anAddressHas48Bits() {
        assertThatThrownBy(() -> new MacAddress(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MacAddress(MacAddress.BROADCAST + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever comes out of the source: of one host, and given by nobody. */
    @ParameterizedTest
    @ValueSource(longs = {0, -1, 0x0100_0000_0000L, 0x0300_1234_5678L})
    void aRandomAddressIsOfOneHost(long number) {
        RandomSource source = () -> number;
        long bits = MacAddress.random(source).bits();
        assertThat(MacAddress.isOfOneHost(bits)).isTrue();
        assertThat(bits >>> 40 & 3).as("local, and no group").isEqualTo(2);
        assertThat(bits & ~(3L << 40)).isEqualTo(number & 0xFFFF_FFFF_FFFFL & ~(3L << 40));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "10.0.0.1/",
                "10.0.0.1/x",
                "10.0.0.1/33",
                "fd00::1/129",
                "10.0.0.1/-1",
                "10.0.0.1/1234",
                "/24",
                "10.0.0/24"
            })
    void aPrefixHasALengthOfItsAddress(String text) {
        assertThatThrownBy(() -> Prefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2/0", "10.9.0.2/32", "fd00::2/0", "fd00::2/128"})
    void aPrefixIsWrittenAsItIsRead(String text) {
        assertThat(Prefix.parse(text)).hasToString(text);
    }

    /** RFC 919 §7; a network of two addresses has none (RFC 3021). */
    @ParameterizedTest
    @CsvSource({
        "10.9.0.2/24, 10.9.0.255, true", "10.9.0.2/24, 10.9.0.254, false",
        "10.9.0.2/24, 10.9.1.255, false", "10.9.0.2/23, 10.9.0.255, false",
        "10.9.0.2/23, 10.9.1.255, true", "10.9.0.2/30, 10.9.0.3, true",
        "10.9.0.2/31, 10.9.0.3, false", "10.9.0.2/32, 10.9.0.2, false",
        "10.9.0.2/0, 255.255.255.255, true", "fd00::1/120, fd00::ff, false"
    })
    void theLastAddressOfANetworkIsThatOfAll(String prefix, String address, boolean all) {
        IpAddress parsed = IpAddress.parse(address);
        assertThat(Prefix.parse(prefix).isBroadcast(parsed.high(), parsed.low())).isEqualTo(all);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.9.0.1, true", "10.0.0.0/8, 10.9.0.2, false", "10.0.0.0/8, 10.9.1.1, false",
        "fd00::/8, 10.9.0.1, false", "fd00::/8, fe80::1, true", "fd00::/8, fd00::9, false",
        "::/0, fd09::1, true", "0.0.0.0/0, fd09::1, false"
    })
    void aGatewayIsANeighbour(String network, String gateway, boolean good) {
        List<Prefix> own = List.of(Prefix.parse("10.9.0.2/24"), Prefix.parse("fd09::2/64"));
        Prefix to = Prefix.parse(network);
        IpAddress by = IpAddress.parse(gateway);
        if (good) {
            assertThat(Route.of(to, by, own)).hasToString(to + " by " + by);
        } else {
            assertThatThrownBy(() -> Route.of(to, by, own))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no neighbour of");
        }
    }

    @Test
    void theEarlierOfTwoTimes() {
        long never = Long.MAX_VALUE;
        assertThat(Times.earlier(1, 2)).isEqualTo(1);
        assertThat(Times.earlier(2, 1)).isEqualTo(1);
        assertThat(Times.earlier(never, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
        assertThat(Times.earlier(Long.MIN_VALUE, never)).isEqualTo(Long.MIN_VALUE);
        assertThat(Times.earlier(never, never)).isEqualTo(never);
        assertThat(Times.earlier(never - 1, Long.MIN_VALUE))
                .as("the clock runs over")
                .isEqualTo(never - 1);
    }

    /** So many at once, and then one each time that has passed for one. */
    @ParameterizedTest
    @ValueSource(longs = {0, -5, Long.MAX_VALUE - SECOND / 2})
    void anAllowanceIsSpentAndComesBack(long start) {
        Allowance allowance = new Allowance(10);
        for (int i = 0; i < 10; i++) {
            assertThat(allowance.take(start)).as("number %d", i).isTrue();
        }
        assertThat(allowance.take(start)).isFalse();
        assertThat(allowance.take(start + SECOND / 10 - 1)).isFalse();
        assertThat(allowance.take(start + SECOND / 10)).isTrue();
        assertThat(allowance.take(start + SECOND / 10)).isFalse();
        long later = start + 100 * SECOND;
        for (int i = 0; i < 10; i++) {
            assertThat(allowance.take(later)).as("a second's at most").isTrue();
        }
        assertThat(allowance.take(later)).isFalse();
        assertThat(allowance.take(later - 50 * SECOND)).as("a clock that goes back").isFalse();
        assertThat(allowance.take(later - 49 * SECOND)).isTrue();
    }

    private static EthernetConfig config(String uri) {
        return EthernetUri.config(TransportUri.parse(uri), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tap:x", "tap:x?mtu=1400"})
    void withoutAnAddressFramesAreWanted(String uri) {
        assertThat(config(uri)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "tap:x?gateway=10.9.0.1, needs an address of the endpoint",
        "tap:x?vlan=7, needs an address of the endpoint",
        "tap:x?own=fd00::2/64, is not an IPv4 address",
        "tap:x?own6=10.9.0.2/24, is not an IPv6 address",
        "tap:x?own=10.9.0.2, is not an address with a prefix length",
        "tap:x?own=10.9.0.2/24&probing=yes, is neither 'on' nor 'off'",
        "tap:x?own=10.9.0.2/24&gateway=10.8.0.1, is no neighbour of",
        "tap:x?own=10.9.0.2/24&mac=1, is not an Ethernet address",
        "tap:x?own=10.9.0.2/24&vlan=4095, 4094"
    })
    void whatIsWrongInAUriIsSaid(String uri, String why) {
        assertThatThrownBy(() -> config(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void theKeysOfAUriAreKnown() {
        assertThat(EthernetUri.and("one", "other"))
                .startsWith("one", "other")
                .contains("own", "own6", "gateway", "gateway6", "mac", "vlan", "probing")
                .hasSize(9);
        assertThat(config("tap:x?own=10.9.0.2/24,10.8.0.2/24&own6=fd00::2/64")).isNotNull();
        assertThat(EthernetUri.isOn(TransportUri.parse("tap:x?probing=on"), "probing", false))
                .isTrue();
        assertThat(EthernetUri.isOn(TransportUri.parse("tap:x?probing=off"), "probing", true))
                .isFalse();
        assertThat(EthernetUri.isOn(TransportUri.parse("tap:x"), "probing", true)).isTrue();
    }
}
