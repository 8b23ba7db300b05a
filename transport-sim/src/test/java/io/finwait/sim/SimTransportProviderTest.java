package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Transports;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hosts of simulated networks by URI. */
class SimTransportProviderTest {

    @AfterEach
    void forget() {
        SimNetworks.forget("lab");
    }

    private static SimTransport open(String uri) {
        return (SimTransport) Transports.open(uri);
    }

    @Test
    void hostsOfOneNetworkMeet() {
        SimTransport client = open("sim://lab/client?seed=5&mtu=9000&address=10.0.0.1,fd00::1");
        SimTransport server = open("sim://lab/server?delay=1.5ms&loss=25%&rate=10M&queue=7");
        SimNetwork network = SimNetworks.named("lab");
        assertThat(client.network()).isSameAs(network).isSameAs(server.network());
        assertThat(network.seed()).isEqualTo(5);
        assertThat(client.capabilities().mtu()).isEqualTo(9_000);
        assertThat(client.addresses())
                .containsExactly(IpAddress.parse("10.0.0.1"), IpAddress.parse("fd00::1"));
        assertThat(network.link("client", "server")).isEqualTo(plain());
        LinkModel model = plain().delay(1_500_000).loss(0.25).rate(10_000_000, 7);
        assertThat(network.link("server", "client")).isEqualTo(model);
        Packets.send(client, Packets.text(3));
        network.runUntil(1);
        assertThat(Packets.sequences(server)).containsExactly(3L);
    }

    /**
     * What a URI without parameters gives: perfect, with an extra delay that no packet is given.
     */
    private static LinkModel plain() {
        return LinkModel.perfect().reordering(0, 10_000_000);
    }

    @Test
    void aNetworkWhoseHostsAreAllClosedBeginsAnew() {
        SimTransport first = open("sim://lab/a?seed=5");
        first.network().runUntil(1_000);
        first.close();
        SimTransport second = open("sim://lab/a?seed=6");
        assertThat(second.network().seed()).isEqualTo(6);
        assertThat(second.network().nowNs()).isZero();
    }

    @Test
    void contradictionsAreRefused() {
        open("sim://lab/a?seed=5");
        assertThatThrownBy(() -> open("sim://lab/b?seed=6"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("network 'lab' has seed 5; give that one or none instead of seed=6");
        assertThatThrownBy(() -> open("sim://lab/a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a' is attached already");
        assertThatThrownBy(() -> SimNetworks.named("nowhere"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sim://nowhere/HOST");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    sim://lab                    | names no host of a simulated network
                    sim:lab/                     | write sim://NET/HOST
                    sim://lab/a/b                | write sim://NET/HOST
                    sim://lab/a?los=0.1          | 'los' is unknown
                    sim://lab/a?loss=1.1         | is no probability; write 0.1 or 10%
                    sim://lab/a?loss=-1          | is no probability
                    sim://lab/a?loss=much        | is no probability
                    sim://lab/a?delay=10         | is no length of time; write 10ms
                    sim://lab/a?jitter=1h        | is no length of time
                    sim://lab/a?rate=fast        | is no rate
                    sim://lab/a?seed=x           | is no whole number of 64 bits
                    sim://lab/a?mtu=100          | is not a number from 576 to 65535
                    sim://lab/a?queue=0          | is not a number from 1 to
                    sim://lab/a?address=10.0.0   | '10.0.0' is not an IP address
                    """)
    void wrongUrisGetASentence(String uri, String sentence) {
        assertThatThrownBy(() -> open(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }
}
