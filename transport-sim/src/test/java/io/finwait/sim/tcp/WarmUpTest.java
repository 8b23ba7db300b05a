package io.finwait.sim.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.Finwait;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.tcp.internal.endpoint.WarmUp;
import io.finwait.trace.Netstat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A rehearsal covers what a server does, and nobody else notices it. */
class WarmUpTest {

    private static final Capabilities PLAIN =
            new Capabilities(1500, 0, 1500, false, false, true, true, false);
    private static final Capabilities SUPER_PACKETS =
            new Capabilities(1500, 12, 65_535, true, true, true, true, false);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aThirdEachIsClosedByTheClientByTheServerAndByReset(boolean offload) {
        EndpointConfig config = EndpointConfig.at("10.0.0.1").address("fd00::1").build();
        WarmUp warmUp = new WarmUp(config, DirectLink.pair(offload ? SUPER_PACKETS : PLAIN));
        warmUp.run(90);
        TcpEndpoint client = warmUp.client();
        TcpEndpoint server = warmUp.server();
        assertThat(client.counters().get(Counter.ACTIVE_OPENS)).isEqualTo(90);
        assertThat(server.counters().get(Counter.PASSIVE_OPENS)).isEqualTo(90);
        assertThat(client.timeWait().counters().expired())
                .as("TIME-WAITs of the client, who closed first")
                .isEqualTo(30);
        assertThat(server.timeWait().counters().expired())
                .as("TIME-WAITs of the server, who closed first")
                .isEqualTo(30);
        assertThat(client.counters().get(Counter.RESETS_OUT)).isEqualTo(30);
        assertThat(server.counters().get(Counter.RESETS_IN)).isEqualTo(30);
        assertThat(server.counters().get(Counter.RESETS_OUT)).isZero();
        assertThat(client.connectionCount() + server.connectionCount()).isZero();
        long octets = 30 * 16 * 1024;
        long packets = server.counters().get(Counter.PACKETS_OUT);
        long synAcks = 90;
        assertThat(packets > synAcks + octets / 1500)
                .as("%d packets out; super-packets are fewer", packets)
                .isEqualTo(!offload);
    }

    @Test
    void theEndpointItselfIsNotTouched() {
        AtomicInteger told = new AtomicInteger();
        AtomicInteger drawn = new AtomicInteger();
        RandomSource random = RandomSource.seeded(1);
        EndpointConfig config =
                EndpointConfig.at("10.0.0.1")
                        .random(
                                () -> {
                                    drawn.incrementAndGet();
                                    return random.nextLong();
                                })
                        .observer(new CountingObserver(told))
                        .build();
        DirectLink[] link = DirectLink.pair();
        Endpoint endpoint = Finwait.open(config, link[0]);
        int drawnAtOpening = drawn.get();
        endpoint.warmUp(50);
        endpoint.warmUp();
        assertThat(endpoint.counters().nonZero()).isEmpty();
        assertThat(endpoint.timeWait().size()).isZero();
        assertThat(endpoint.timeWait().counters().entered()).isZero();
        assertThat(Netstat.rows(endpoint)).isEmpty();
        assertThat(endpoint.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(told).as("calls of the observer").hasValue(0);
        assertThat(drawn).as("random numbers").hasValue(drawnAtOpening);
        assertThat(link[1].receive(new PacketBatch(1), 0)).isZero();
    }

    private record CountingObserver(AtomicInteger told) implements EndpointObserver {
        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            told.incrementAndGet();
        }
    }

    @Test
    void aLiveConnectionGoesOnAfterIt() throws Exception {
        TwoHosts hosts = TwoHosts.plain();
        Connection ours = hosts.connect();
        hosts.run(TwoHosts.SECOND);
        Connection theirs = hosts.listener.accept();
        Map<Counter, Long> before = hosts.server.counters().nonZero();
        hosts.server.warmUp(50);
        assertThat(hosts.server.counters().nonZero()).isEqualTo(before);
        ours.send(ByteBuffer.wrap(new byte[100]));
        hosts.run(TwoHosts.SECOND);
        assertThat(theirs.unread()).isEqualTo(100);
    }

    @Test
    void theSmallestConfigurationEndsItsRehearsalToo() {
        EndpointConfig smallest =
                EndpointConfig.at("fd00::1")
                        .plain()
                        .sendBufferOctets(1)
                        .receiveBufferOctets(1)
                        .maxSegmentSize(64)
                        .ephemeralPorts(7, 7)
                        .maxConnections(1)
                        .build();
        WarmUp warmUp = new WarmUp(smallest, DirectLink.pair());
        warmUp.run(50);
        assertThat(warmUp.server().counters().get(Counter.PASSIVE_OPENS)).isEqualTo(50);
        assertThat(warmUp.server().connectionCount()).isZero();
    }

    @Test
    void aRehearsalOfNothingIsRefused() {
        Endpoint endpoint =
                Finwait.open(EndpointConfig.at("10.0.0.1").build(), DirectLink.pair()[0]);
        assertThatThrownBy(() -> endpoint.warmUp(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("choose 1 or more");
    }
}
