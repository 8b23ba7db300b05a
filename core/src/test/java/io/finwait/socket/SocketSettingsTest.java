package io.finwait.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.SteeredPair;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;

/** The options of a socket, value by value at their edges. */
class SocketSettingsTest {

    private final SteeredPair pair =
            new SteeredPair(
                    builder -> builder.receiveBufferOctets(70_000).sendBufferOctets(80_000));
    private final SocketSettings client = new SocketSettings(pair.client, false);
    private final SocketSettings server = new SocketSettings(pair.client, true);

    private <T> T put(SocketOption<T> option, Object value) throws SocketException {
        client.put(option, value, null);
        return client.get(option);
    }

    @Test
    void theDefaultsAreThoseOfLinuxAndOfTheEndpoint() throws SocketException {
        assertThat(client.get(StandardSocketOptions.SO_RCVBUF)).isEqualTo(70_000);
        assertThat(client.get(StandardSocketOptions.SO_SNDBUF)).isEqualTo(80_000);
        assertThat(client.get(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        assertThat(client.reuseAddress()).isFalse();
        assertThat(server.reuseAddress()).isTrue();
        assertThat(client.get(StandardSocketOptions.SO_REUSEPORT)).isFalse();
        assertThat(client.get(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
        assertThat(client.get(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
        assertThat(client.lingerSeconds()).isEqualTo(-1);
        assertThat(client.get(StandardSocketOptions.TCP_NODELAY)).isFalse();
        assertThat(client.get(StandardSocketOptions.IP_TOS)).isZero();
        assertThat(client.get(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(7_200);
        assertThat(client.get(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(75);
        assertThat(client.get(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(9);
        assertThat(client.timeoutMs()).isZero();
        assertThat(client.get(SocketOptions.SO_TIMEOUT)).isEqualTo(0);
        assertThat(client.get(SocketOptions.SO_OOBINLINE)).isEqualTo(false);
        SteeredPair withoutNagle = new SteeredPair(builder -> builder.nagle(false));
        assertThat(
                        new SocketSettings(withoutNagle.client, false)
                                .get(StandardSocketOptions.TCP_NODELAY))
                .isTrue();
    }

    @Test
    void aServerKnowsFewerOptions() {
        assertThat(client.supported()).hasSize(11).containsAll(server.supported());
        assertThat(server.supported())
                .hasSize(7)
                .doesNotContain(StandardSocketOptions.SO_LINGER, StandardSocketOptions.SO_SNDBUF);
        assertThatThrownBy(() -> server.get(StandardSocketOptions.SO_LINGER))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("'SO_LINGER' not supported");
        assertThatThrownBy(() -> server.put(StandardSocketOptions.SO_LINGER, 1, null))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("'SO_LINGER' not supported");
        assertThatThrownBy(() -> client.put(StandardSocketOptions.SO_LINGER, "1", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid value '1'");
    }

    @ParameterizedTest
    @CsvSource({"-7, -1", "-1, -1", "0, 0", "1, 1", "65535, 65535", "65536, 65535"})
    void aLingerTimeIsKeptWithinItsRange(int set, int kept) throws SocketException {
        assertThat(put(StandardSocketOptions.SO_LINGER, set)).isEqualTo(kept);
        assertThat(client.lingerSeconds()).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "4, 4", "255, 252", "3, 0"})
    void theBitsOfEcnAreNotTheUsers(int set, int kept) throws SocketException {
        assertThat(put(StandardSocketOptions.IP_TOS, set)).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({"-1", "256"})
    void aTypeOfServiceIsAnOctet(int set) {
        assertThatThrownBy(() -> put(StandardSocketOptions.IP_TOS, set))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Invalid IP_TOS value");
    }

    @Test
    void keepAliveHasTheLimitsOfLinux() throws SocketException {
        List<SocketOption<Integer>> seconds = new ArrayList<>();
        seconds.add(ExtendedSocketOptions.TCP_KEEPIDLE);
        seconds.add(ExtendedSocketOptions.TCP_KEEPINTERVAL);
        for (SocketOption<Integer> each : seconds) {
            inRange(each, 32_767);
        }
        inRange(ExtendedSocketOptions.TCP_KEEPCOUNT, 127);
    }

    private void inRange(SocketOption<Integer> option, int most) throws SocketException {
        assertThat(put(option, 1)).isEqualTo(1);
        assertThat(put(option, most)).isEqualTo(most);
        for (int wrong : new int[] {0, -1, most + 1}) {
            assertThatThrownBy(() -> put(option, wrong))
                    .isExactlyInstanceOf(SocketException.class)
                    .hasMessage("Invalid argument");
        }
    }

    @Test
    void aBufferIsNotNegative() throws SocketException {
        for (SocketOption<Integer> each :
                List.of(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.SO_SNDBUF)) {
            assertThat(put(each, 0)).isZero();
            assertThat(put(each, 1)).isEqualTo(1);
            assertThatThrownBy(() -> put(each, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Invalid send/receive buffer size");
        }
    }

    /** Those of java.net.SocketOptions, which sockets still use inside. */
    @Test
    void eachNumberIsItsOption() throws SocketException {
        client.put(SocketOptions.SO_RCVBUF, 1, null);
        assertThat(client.get(StandardSocketOptions.SO_RCVBUF)).isEqualTo(1);
        client.put(SocketOptions.SO_SNDBUF, 2, null);
        assertThat(client.get(StandardSocketOptions.SO_SNDBUF)).isEqualTo(2);
        client.put(SocketOptions.SO_REUSEADDR, true, null);
        assertThat(client.get(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        client.put(SocketOptions.SO_REUSEPORT, true, null);
        assertThat(client.get(StandardSocketOptions.SO_REUSEPORT)).isTrue();
        client.put(SocketOptions.SO_KEEPALIVE, true, null);
        assertThat(client.get(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        client.put(SocketOptions.TCP_NODELAY, true, null);
        assertThat(client.get(SocketOptions.TCP_NODELAY)).isEqualTo(true);
        client.put(SocketOptions.IP_TOS, 8, null);
        assertThat(client.get(StandardSocketOptions.IP_TOS)).isEqualTo(8);
        client.put(SocketOptions.SO_TIMEOUT, 9, null);
        assertThat(client.timeoutMs()).isEqualTo(9);
        assertThat(client.get(SocketOptions.SO_TIMEOUT)).isEqualTo(9);
        client.put(SocketOptions.SO_OOBINLINE, true, null);
        assertThat(client.get(SocketOptions.SO_OOBINLINE)).isEqualTo(true);
        assertThatThrownBy(() -> client.put(4_711, 1, null))
                .isInstanceOf(SocketException.class)
                .hasMessage("Unknown option 4711");
        assertThatThrownBy(() -> client.get(4_711)).isInstanceOf(SocketException.class);
    }

    @Test
    void aLingerTimeIsANumberOrFalse() throws SocketException {
        assertThat(client.get(SocketOptions.SO_LINGER)).isEqualTo(false);
        client.put(SocketOptions.SO_LINGER, 5, null);
        assertThat(client.get(SocketOptions.SO_LINGER)).isEqualTo(5);
        client.put(SocketOptions.SO_LINGER, false, null);
        assertThat(client.get(SocketOptions.SO_LINGER)).isEqualTo(false);
        assertThat(client.lingerSeconds()).isEqualTo(-1);
    }

    @Test
    void anAcceptedSocketHasWhatItsListenerHas() throws SocketException {
        server.put(StandardSocketOptions.SO_RCVBUF, 5, null);
        server.put(ExtendedSocketOptions.TCP_KEEPIDLE, 6, null);
        client.put(StandardSocketOptions.SO_LINGER, 7, null);
        client.inherit(server);
        assertThat(client.get(StandardSocketOptions.SO_RCVBUF)).isEqualTo(5);
        assertThat(client.get(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(6);
        assertThat(client.reuseAddress()).isTrue();
        assertThat(client.lingerSeconds()).as("not the listener's").isEqualTo(7);
    }
}
