package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.DirectLink;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

/** What ports tell, and to whom (RFC 6056 §3.3.4). */
class PortChoiceTest {

    private static final int FIRST = 49_152;
    private static final int COUNT = 65_535 - FIRST + 1;

    private static TcpEndpoint endpoint(long seed) {
        return new TcpEndpoint(
                EndpointConfig.at("10.0.0.1").seed(seed).ephemeralPorts(FIRST, 65_535).build(),
                DirectLink.pair()[0]);
    }

    private static IpAddress peer(int number) {
        return IpAddress.v4(10 << 24 | 1 << 16 | number);
    }

    private static int open(TcpEndpoint endpoint, int peer) {
        return endpoint.connect(peer(peer), 80).localPort();
    }

    private static int steps(int from, int to) {
        return Math.floorMod(to - from, COUNT);
    }

    @Test
    void portsOfOnePeerFollowEachOther() {
        TcpEndpoint endpoint = endpoint(1);
        int before = open(endpoint, 1);
        for (int i = 0; i < 100; i++) {
            int next = open(endpoint, 1);
            assertThat(steps(before, next)).isEqualTo(1);
            before = next;
        }
    }

    /**
     * One shared counter, as of algorithm 3, would tell every peer of every connection to others.
     */
    @Test
    void whatOnePeerSeesDoesNotTellHowManyConnectionsOthersGot() {
        int told = 0;
        int peers = 1_000;
        TcpEndpoint endpoint = endpoint(2);
        for (int peer = 1; peer <= peers; peer++) {
            int before = open(endpoint, peer);
            open(endpoint, 60_000);
            open(endpoint, 60_000);
            told += steps(before, open(endpoint, peer)) == 1 ? 0 : 1;
        }
        // By chance one peer in 1,024 shares a counter with the busy one, or a port with a third.
        assertThat(told).isLessThanOrEqualTo(peers / 100);
    }

    @Test
    void firstPortsOfPeersAreSpreadOverTheWholeRange() {
        TcpEndpoint endpoint = endpoint(3);
        int[] sixteenths = new int[16];
        Set<Integer> distances = new HashSet<>();
        int before = 0;
        for (int peer = 1; peer <= 1_600; peer++) {
            int port = open(endpoint, peer) - FIRST;
            sixteenths[port * 16 / COUNT]++;
            distances.add(steps(before, port));
            before = port;
        }
        for (int ports : sixteenths) {
            assertThat(ports).isBetween(60, 145);
        }
        assertThat(distances).hasSizeGreaterThan(1_400);
    }

    @Test
    void everyPortIsFoundBeforeNoneIsLeft() {
        TcpEndpoint endpoint =
                new TcpEndpoint(
                        EndpointConfig.at("10.0.0.1")
                                .seed(4)
                                .ephemeralPorts(50_000, 50_099)
                                .build(),
                        DirectLink.pair()[0]);
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ports.add(open(endpoint, 7));
        }
        assertThat(ports).hasSize(100);
        assertThatThrownBy(() -> open(endpoint, 7))
                .hasMessageContaining("every port to 10.1.0.7:80 is in use");
        assertThat(open(endpoint, 8)).isBetween(50_000, 50_099);
    }
}
