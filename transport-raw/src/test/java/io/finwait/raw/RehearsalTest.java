package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.WarmUp;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A TUN transport gives two of its own kind to rehearse on; no device is needed for it. */
class RehearsalTest {

    private static final EndpointConfig CONFIG =
            EndpointConfig.at("10.9.0.2").address("fd00::2").build();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itRunsOnTwoOfItsKindAndLeavesItsOwnFileAlone(boolean offload) {
        TunOptions options = TunOptions.named("pair").offload(offload);
        try (SocketPair device = new SocketPair(TunTransport.capabilities(options))) {
            Transport[] pair = device.near.rehearsalPair();
            WarmUp warmUp = new WarmUp(CONFIG, pair);
            warmUp.run(90);
            assertThat(pair).hasOnlyElementsOfType(TunTransport.class);
            assertThat(pair[0].capabilities()).isEqualTo(device.near.capabilities());
            assertThat(warmUp.server().counters().get(Counter.PASSIVE_OPENS)).isEqualTo(90);
            assertThat(warmUp.client().timeWait().counters().expired()).isEqualTo(30);
            assertThat(warmUp.server().timeWait().counters().expired()).isEqualTo(30);
            pair[0].close();
            pair[1].close();
            assertThat(device.far.receive(new PacketBatch(1), 0)).isZero();
        }
    }
}
