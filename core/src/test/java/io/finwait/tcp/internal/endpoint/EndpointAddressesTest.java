package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which addresses are the endpoint's: single ones, prefixes, and thousands of either. */
class EndpointAddressesTest {

    private static IpAddress ip(String text) {
        return IpAddress.parse(text);
    }

    private static boolean has(EndpointAddresses addresses, String text) {
        return addresses.has(ip(text).high(), ip(text).low());
    }

    private static EndpointAddresses prefixes(String... texts) {
        List<IpPrefix> all = new ArrayList<>();
        for (String each : texts) {
            all.add(IpPrefix.parse(each));
        }
        return new EndpointAddresses(List.of(ip("192.0.2.1")), all);
    }

    @Test
    void everythingOfOneVersionIsNotTheOther() {
        EndpointAddresses v4 = prefixes("0.0.0.0/0");
        assertThat(has(v4, "1.2.3.4")).isTrue();
        assertThat(has(v4, "2001:db8::1")).isFalse();
        EndpointAddresses v6 = prefixes("::/0");
        assertThat(has(v6, "2001:db8::1")).isTrue();
        assertThat(has(v6, "1.2.3.4")).isFalse();
        assertThat(has(v6, "192.0.2.1")).as("its own").isTrue();
        assertThat(has(prefixes("::/8"), "1.2.3.4")).isFalse();
        assertThat(has(prefixes("0.0.0.0/0", "::/0"), "ff02::1")).isFalse();
    }

    @Test
    void aPrefixEndsWhereItSays() {
        EndpointAddresses addresses = prefixes("10.1.0.0/16", "fd00:1:2:3::/64", "10.9.9.9");
        assertThat(has(addresses, "10.1.0.0")).isTrue();
        assertThat(has(addresses, "10.1.255.255")).isTrue();
        assertThat(has(addresses, "10.2.0.0")).isFalse();
        assertThat(has(addresses, "10.0.255.255")).isFalse();
        assertThat(has(addresses, "fd00:1:2:3:ffff::1")).isTrue();
        assertThat(has(addresses, "fd00:1:2:4::")).isFalse();
        assertThat(has(addresses, "10.9.9.9")).isTrue();
        assertThat(has(addresses, "10.9.9.8")).isFalse();
    }

    /** Against the plain rule, for random prefixes of all lengths. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itAgreesWithLookingAtEach(long seed) {
        Random random = new Random(seed);
        List<IpPrefix> all = new ArrayList<>();
        List<IpAddress> own = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            boolean v4 = random.nextBoolean();
            int length = 4 + random.nextInt(v4 ? 29 : 125);
            all.add(new IpPrefix(address(random, v4), length));
            own.add(address(random, random.nextBoolean()));
        }
        EndpointAddresses addresses = new EndpointAddresses(own, all);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            IpAddress asked = address(random, random.nextBoolean());
            if (i % 3 == 0) {
                asked = all.get(random.nextInt(all.size())).address();
                asked = new IpAddress(asked.high(), asked.low() ^ random.nextInt(4));
            } else if (i % 3 == 1) {
                asked = own.get(random.nextInt(own.size()));
            }
            IpAddress each = asked;
            boolean multicast = IpAddress.isMulticastOrUnspecified(each.high(), each.low());
            boolean expected =
                    !multicast
                            && (own.contains(each) || all.stream().anyMatch(p -> p.contains(each)));
            if (!multicast) {
                assertThat(addresses.has(each.high(), each.low()))
                        .as("%s, seed %d", each, seed)
                        .isEqualTo(expected);
            }
            found += expected ? 1 : 0;
        }
        assertThat(found).isBetween(5_000, 19_999);
    }

    private static IpAddress address(Random random, boolean v4) {
        return v4
                ? IpAddress.v4(random.nextInt())
                : new IpAddress(0x2001_0db8L << 32 | random.nextInt(64), random.nextLong());
    }

    @Test
    void aPrefixIsWrittenAsPeopleWriteIt() {
        assertThat(IpPrefix.parse("10.1.2.3/8")).hasToString("10.0.0.0/8");
        assertThat(IpPrefix.parse("fd00::1/64")).hasToString("fd00::/64");
        assertThat(IpPrefix.parse("10.1.2.3")).hasToString("10.1.2.3/32");
        assertThat(IpPrefix.ALL_V6).hasToString("::/0");
        assertThatThrownBy(() -> IpPrefix.parse("10.0.0.0/33"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 to 32");
        assertThatThrownBy(() -> IpPrefix.parse("10.0.0.0/x"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
