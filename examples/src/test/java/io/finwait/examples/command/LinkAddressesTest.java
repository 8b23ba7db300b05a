package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** Commands answer where their link does. */
class LinkAddressesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "packet:eth0?own=10.1.0.2/24 | 10.1.0.2",
                "tap:fw0?address=10.9.0.1/24&own=10.9.0.3/24&own6=fd00::3/64 | 10.9.0.3,fd00::3",
                "tap:tap:fw0?own=10.9.0.3/24&pcap=x | 10.9.0.3",
                "faults:packet:eth0?own=10.1.0.2/24&loss=1% | 10.1.0.2",
                "tun:fw0?address=10.9.0.1/24 | 10.0.0.9"
            })
    void theLinksOwnAreTakenWhereNoneIsChosen(String transport, String expected) {
        assertThat(LinkAddresses.choose(List.of(), transport, "10.0.0.9"))
                .isEqualTo(List.of(expected.split(",", -1)));
    }

    @Test
    void whatIsChosenCountsWhereTheLinkHasNone() {
        assertThat(LinkAddresses.choose(List.of("10.2.0.1"), "udp://h:1?peer=h:2", "10.0.0.9"))
                .containsExactly("10.2.0.1");
    }

    @Test
    void anAddressForWhichTheLinkDoesNotAnswerIsRefused() {
        assertThatThrownBy(
                        () ->
                                LinkAddresses.choose(
                                        List.of("10.2.0.1"), "packet:e?own=10.1.0.2/24", ""))
                .hasMessageContaining("--address 10.2.0.1: the link answers for 10.1.0.2 only")
                .hasMessageContaining("leave --address out");
    }

    @Test
    void anAddressMayBeSpeltInAnyWay() {
        String link = "packet:e?own=10.1.0.2/24&own6=fd00::3/64";
        assertThat(LinkAddresses.choose(List.of("fd00:0:0::3"), link, ""))
                .containsExactly("fd00:0:0::3");
    }
}
