package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.Finwait;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.TapTransport;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** What carries frames is not taken for what carries packets. */
class MediumTest {

    private static final Capabilities FRAMES =
            Capabilities.plain(1_514).withMedium(Medium.ETHERNET);

    @Test
    void aTransportCarriesIpPacketsUnlessItSaysOtherwise() {
        assertThat(Capabilities.plain(1_500).medium()).isEqualTo(Medium.IP);
        assertThat(new Capabilities(1_500, 0, 1_500, true, true, true, true, true).medium())
                .isEqualTo(Medium.IP);
        assertThat(FRAMES.withMedium(Medium.IP)).isEqualTo(Capabilities.plain(1_514));
    }

    @Test
    void anEndpointRefusesATransportOfFrames() {
        DirectLink frames = DirectLink.pair(FRAMES)[0];
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Finwait.open(EndpointConfig.at("10.0.0.1").build(), frames))
                .withMessageContaining("carries Ethernet frames, but an endpoint needs IP packets")
                .withMessageContaining("put an EthernetTransport around it");
    }

    @Test
    void aTapRefusesATransportOfFrames() {
        DirectLink frames = DirectLink.pair(FRAMES)[0];
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TapTransport(frames, (a, b, c, d, e) -> {}))
                .withMessageContaining("but a packet tap needs IP packets");
    }

    @Test
    void aFrameMayHoldTheLongestPacket() {
        int longest = Capabilities.LARGEST_FRAME;
        Capabilities most =
                new Capabilities(
                        longest, 0, longest, false, false, false, false, false, Medium.ETHERNET);
        assertThat(most.mtu()).isEqualTo(65_553);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.withMedium(Medium.IP))
                .withMessageContaining("choose 576 to 65535");
    }

    @Test
    void aLayerTakesItsHeaderOffAndPutsItOnAgain() {
        Packet packet = new Packet(ByteBuffer.allocate(100), 10, 50).segmentSize(7).slot(3);
        packet.checksumOffloaded(true).moveBeginning(14);
        assertThat(packet.offset()).isEqualTo(24);
        assertThat(packet.length()).isEqualTo(36);
        assertThat(packet.headroom()).isEqualTo(24);
        packet.moveBeginning(-14);
        assertThat(packet.offset()).isEqualTo(10);
        assertThat(packet.length()).isEqualTo(50);
        assertThat(packet.headroom()).isEqualTo(10);
        assertThat(packet.segmentSize()).isEqualTo(7);
        assertThat(packet.checksumOffloaded()).isTrue();
        assertThat(packet.slot()).isEqualTo(3);
        assertThatThrownBy(() -> packet.moveBeginning(51))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.moveBeginning(-11))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
