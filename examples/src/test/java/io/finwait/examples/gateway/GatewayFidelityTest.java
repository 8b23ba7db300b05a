package io.finwait.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.gateway.GatewayLab.Way;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;

/**
 * What the kernel's TCP sees of the kernel's TCP: the same with a gateway of ours between them and
 * with nothing but a cable, in network namespaces.
 */
@Timeout(120)
class GatewayFidelityTest {

    private static GatewayLab cable;
    private static GatewayLab ours;

    @BeforeAll
    static void open() throws IOException {
        GatewayLab.assumePossible();
        cable = new GatewayLab(Way.NOTHING);
        ours = new GatewayLab(Way.FINWAIT);
    }

    @AfterAll
    static void close() {
        if (cable != null) {
            cable.close();
        }
        if (ours != null) {
            ours.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Ending.class)
    void theEndsSeeWhatTheySeeOfEachOther(Ending ending) throws Exception {
        String without = ending.play(cable);
        assertThat(ending.play(ours)).as(ending.words()).isEqualTo(without);
    }
}
