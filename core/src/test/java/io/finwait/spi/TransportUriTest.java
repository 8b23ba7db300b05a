package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;

/** Transport URIs, right ones and wrong ones; each wrong one says what to write. */
class TransportUriTest {

    @Test
    void schemeTargetAndParameters() {
        TransportUri uri = TransportUri.parse("udp://127.0.0.1:7000?peer=127.0.0.1:7001&mtu=1400");
        assertThat(uri.scheme()).isEqualTo("udp");
        assertThat(uri.target()).isEqualTo("127.0.0.1:7000");
        assertThat(uri.parameters()).isEqualTo(Map.of("peer", "127.0.0.1:7001", "mtu", "1400"));
        assertThat(uri.parameters().keySet()).containsExactly("peer", "mtu");
        assertThat(uri).hasToString("udp:127.0.0.1:7000?peer=127.0.0.1:7001&mtu=1400");
        assertThat(TransportUri.parse(uri.toString())).isEqualTo(uri);
    }

    @Test
    void whatMayBeLeftOut() {
        assertThat(TransportUri.parse("sim")).isEqualTo(new TransportUri("sim", "", Map.of()));
        assertThat(TransportUri.parse("sim:")).isEqualTo(new TransportUri("sim", "", Map.of()));
        assertThat(TransportUri.parse("tun:fw0?").parameters()).isEmpty();
        assertThat(TransportUri.parse("unix:/tmp/a=b?x=y=z").parameter("x", "")).isEqualTo("y=z");
        assertThat(TransportUri.parse("udp:a?b=").parameter("b", "otherwise")).isEmpty();
        assertThat(TransportUri.parse("udp:a").parameter("b", "otherwise")).isEqualTo("otherwise");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":x", "Udp:x", "1x:y", "a b:c", "?x=y"})
    void noScheme(String text) {
        assertThatThrownBy(() -> TransportUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a transport URI; write SCHEME:TARGET?KEY=VALUE");
    }

    @ParameterizedTest
    @CsvSource({
        "udp:x?mtu, is not a parameter",
        "udp:x?=1, is not a parameter",
        "udp:x?a=1&, is not a parameter",
        "udp:x?a=1&a=2, stands twice",
        "udp:x?a=1&b=2&a=1, stands twice",
    })
    void wrongParameters(String text, String says) {
        assertThatThrownBy(() -> TransportUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @Test
    void numbersHaveARange() {
        assertThat(TransportUri.parse("udp:x").parameter("mtu", 1400, 576, 65_507)).isEqualTo(1400);
        for (int good : new int[] {576, 577, 65_507}) {
            TransportUri uri = TransportUri.parse("udp:x?mtu=" + good);
            assertThat(uri.parameter("mtu", 1400, 576, 65_507)).isEqualTo(good);
        }
        for (String bad : new String[] {"575", "65508", "", "x", "-1", "1e3", "99999999999"}) {
            TransportUri uri = TransportUri.parse("udp:x?mtu=" + bad);
            assertThatThrownBy(() -> uri.parameter("mtu", 1400, 576, 65_507))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a number from 576 to 65507");
        }
    }

    @Test
    void anUnknownParameterIsNamedWithTheKnownOnes() {
        TransportUri uri = TransportUri.parse("udp:x?mtu=1400&pear=y");
        assertThatThrownBy(() -> uri.requireOnly("mtu", "peer"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'pear' is unknown")
                .hasMessageContaining("known are mtu, peer");
        uri.requireOnly("mtu", "peer", "pear");
    }

    @Test
    void aDecoratorTakesItsOwnParametersAndLeavesTheOthers() {
        TransportUri uri = TransportUri.parse("faults:udp://h:1?peer=h:2&loss=5%&mtu=1400");
        assertThat(uri.decorated("loss", "seed")).isEqualTo("udp://h:1?peer=h:2&mtu=1400");
        assertThat(TransportUri.parse("trace:sim").target()).isEqualTo("sim");
        assertThatThrownBy(() -> TransportUri.parse("faults:?loss=5%").decorated("loss"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wraps no transport");
    }
}
