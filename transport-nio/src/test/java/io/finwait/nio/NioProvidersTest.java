package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Transport;
import io.finwait.spi.Transports;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

/** What one writes to open these transports, and what one is told when it is wrong. */
class NioProvidersTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "udp://127.0.0.1:0                           | 1400",
                "udp://127.0.0.1:0?peer=127.0.0.1:7          | 1400",
                "udp://[::1]:0?peer=[::1]:7&mtu=65507        | 65507",
                "udp://localhost:0?peer=first&mtu=576        | 576",
                "stream://127.0.0.1:0?role=server            | 1500",
                "stream://127.0.0.1:7?role=client&mtu=65535  | 65535",
                "unix:/no/such/place?role=client             | 1500"
            })
    void aUriOpensATransportWithItsMtu(String uri, int mtu) {
        try (Transport transport = Transports.open(uri)) {
            assertThat(transport.capabilities().mtu()).isEqualTo(mtu);
            assertThat(transport.capabilities().largestPacket()).isEqualTo(mtu);
        }
    }

    @Test
    void aUnixServerListensAtItsPath(@TempDir Path folder) {
        Path path = folder.resolve("s");
        try (Transport transport = Transports.open("unix:" + path + "?role=server")) {
            assertThat(path).exists();
            assertThat(transport.capabilities().ordered()).isTrue();
        }
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "udp:                             | write HOST:PORT with a port from 0",
                "udp://127.0.0.1                  | write HOST:PORT",
                "udp://127.0.0.1:65536            | write HOST:PORT",
                "udp://127.0.0.1:-1               | write HOST:PORT",
                "udp://127.0.0.1:http             | write HOST:PORT",
                "udp://:7000                      | write HOST:PORT",
                "udp://::1:7000                   | such as 127.0.0.1:7000 or [::1]:7000",
                "udp://127.0.0.1:0?peer=x         | write HOST:PORT",
                "udp://127.0.0.1:0?peer=[::1]:0   | a port from 1 to 65535",
                "udp://127.0.0.1:0?peer=no.invalid:7 | is unknown; write its IP address",
                "udp://127.0.0.1:0?mtu=575        | not a number from 576 to 65507",
                "udp://127.0.0.1:0?mtu=big        | not a number from 576 to 65507",
                "udp://127.0.0.1:0?role=client    | known are peer, mtu",
                "stream://127.0.0.1:7             | write role=server on one side",
                "stream://127.0.0.1:7?role=both   | and role=client on the other",
                "stream://127.0.0.1:0?role=client | a port from 1 to 65535",
                "stream://127.0.0.1:7?role=client&mtu=70000 | 576 to 65535",
                "unix:/tmp/s                      | write role=server on one side",
                "unix:?role=server                | such as unix:/tmp/finwait?role=server"
            })
    void aWrongUriGetsASentenceThatSaysWhatToWrite(String uri, String says) {
        assertThatThrownBy(() -> Transports.open(uri).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    @Test
    void aPathThatIsTooLongIsRefused() {
        String path = "/" + "x".repeat(107);
        assertThatThrownBy(() -> Transports.open("unix:" + path + "?role=server").close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has 108 characters; write 1 to 107");
    }

    @Test
    void theProvidersAreFoundAndSayHowTheirUrisLook() {
        assertThat(Transports.providers()).containsKeys("udp", "stream", "unix");
        Transports.providers()
                .forEach(
                        (scheme, provider) ->
                                assertThat(provider.usage()).startsWith(scheme + ":"));
    }
}
