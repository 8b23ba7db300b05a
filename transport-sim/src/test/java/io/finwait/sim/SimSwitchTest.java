package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A network of frames: a switch that learns and floods. */
class SimSwitchTest {

    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long MAC_A = 0x02_00_00_00_00_0AL;
    private static final long MAC_B = 0x02_00_00_00_00_0BL;
    private static final long MAC_C = 0x02_00_00_00_00_0CL;
    private static final int ARP = 0x0806;
    private static final int IPV4 = 0x0800;

    private final SimNetwork net = SimNetwork.seeded(1).ethernet();
    private final SimTransport a = net.attach("a");
    private final SimTransport b = net.attach("b");
    private final SimTransport c = net.attach("c");

    private void send(SimTransport from, long destination, long source, int type) {
        Packet frame = from.claim(60);
        ByteBuffer octets = frame.buffer();
        int at = frame.offset();
        octets.putShort(at, (short) (destination >>> 32)).putInt(at + 2, (int) destination);
        octets.putShort(at + 6, (short) (source >>> 32)).putInt(at + 8, (int) source);
        octets.putShort(at + 12, (short) type);
        from.commit(frame, net.nowNs());
        net.runFor(1_000);
    }

    /** Who has received how many frames since the last time. */
    private List<Integer> received() {
        List<Integer> counts = new ArrayList<>();
        for (SimTransport each : List.of(a, b, c)) {
            counts.add(each.receive(new PacketBatch(16), net.nowNs()));
        }
        return counts;
    }

    @Test
    void hostsCarryFrames() {
        assertThat(a.capabilities().medium()).isEqualTo(Medium.ETHERNET);
        assertThat(a.capabilities().mtu()).isEqualTo(1_514);
    }

    @Test
    void whatIsUnknownGoesToAllButTheSender() {
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).containsExactly(0, 1, 1);
        send(a, BROADCAST, MAC_A, ARP);
        assertThat(received()).containsExactly(0, 1, 1);
    }

    @Test
    void anAddressIsLearntFromWhatItsHostSends() {
        send(b, BROADCAST, MAC_B, ARP);
        received();
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).containsExactly(0, 1, 0);
        send(c, MAC_B, MAC_B, IPV4);
        assertThat(received()).as("it has moved to c itself").containsExactly(0, 0, 0);
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).containsExactly(0, 0, 1);
    }

    @Test
    void aGroupIsNeverLearnt() {
        send(b, MAC_A, BROADCAST, ARP);
        received();
        send(a, BROADCAST, MAC_A, ARP);
        assertThat(received()).containsExactly(0, 1, 1);
    }

    @Test
    void whoWasHeardOfLongestAgoIsForgottenWhenThereAreTooMany() {
        send(b, BROADCAST, MAC_B, ARP);
        send(c, BROADCAST, MAC_C, ARP);
        for (int i = 0; i < 1_023; i++) {
            send(b, BROADCAST, 0x02_00_00_01_00_00L + i, ARP);
            received();
        }
        send(a, MAC_C, MAC_C, IPV4);
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).as("b is unknown again").containsExactly(0, 1, 1);
    }

    @Test
    void aPortThatIsDownSendsAndReceivesNothing() {
        send(b, BROADCAST, MAC_B, ARP);
        received();
        net.port("b", false);
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).as("forgotten, so flooded").containsExactly(0, 0, 1);
        send(b, BROADCAST, MAC_B, ARP);
        assertThat(received()).containsExactly(0, 0, 0);
        net.port("b", true);
        send(a, MAC_B, MAC_A, IPV4);
        assertThat(received()).containsExactly(0, 1, 1);
    }

    @Test
    void whatIsUnderWayToAPortThatGoesDownIsLost() {
        net.links(LinkModel.perfect().delay(1_000_000));
        send(a, BROADCAST, MAC_A, ARP);
        net.port("b", false);
        net.runFor(2_000_000);
        assertThat(received()).containsExactly(0, 0, 1);
    }

    @Test
    void arpAloneIsLost() {
        net.packets().matching(Frames.arp()).drop();
        send(a, BROADCAST, MAC_A, ARP);
        assertThat(received()).containsExactly(0, 0, 0);
        send(a, BROADCAST, MAC_A, IPV4);
        assertThat(received()).containsExactly(0, 1, 1);
        assertThat(net.packetsInUse()).isEqualTo(2);
    }

    @Test
    void aNetworkOfPacketsHasNoSwitch() {
        SimNetwork packets = SimNetwork.seeded(1);
        packets.attach("a");
        assertThatThrownBy(() -> packets.port("a", false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begin with ethernet()");
        assertThatThrownBy(packets::ethernet)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before the first one");
    }
}
