package io.finwait.raw;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Nested;

import java.nio.ByteBuffer;

/** The contract over Ethernet on a TAP device; the far end is on the kernel's side of it. */
class EthernetContractTest {

    private static final int MTU = 1_500;
    private static final int NEAR = 0x0A09_0002;
    private static final int FAR = 0x0A09_0001;

    /** An ordinary TAP device. */
    @Nested
    class OverTap extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fwt2").ethernet(true));
        }
    }

    /** With a virtio_net_hdr in front of each frame. */
    @Nested
    class OverTapWithOffload extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fwt2").ethernet(true).offload(true));
        }
    }

    /** By packet sockets at both ends of a veth pair. */
    @Nested
    class OverPacketSockets extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            NetworkNamespace namespace = Lab.namespace();
            namespace.exec("ip", "link", "add", "fwp0", "type", "veth", "peer", "name", "fwp1");
            namespace.exec("ip", "link", "set", "fwp0", "up");
            namespace.exec("ip", "link", "set", "fwp1", "up");
            return new PairFixture(
                    () -> met(near(namespace), far(namespace, "fwp1")),
                    namespace::close,
                    "10.9.0.2",
                    "10.9.0.1");
        }

        private Transport near(NetworkNamespace namespace) {
            PacketOptions options = PacketOptions.on("fwp0").netns(namespace.name());
            return new EthernetTransport(
                    PacketTransport.open(options.offload(false)), EthernetConfig.at("10.9.0.2/24"));
        }
    }

    /** By an XDP socket whose program the driver runs; a packet socket is at the other end. */
    @Nested
    class OverXdp extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return xdp(XdpMode.NATIVE);
        }
    }

    /** The same behind the driver. */
    @Nested
    class OverGenericXdp extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return xdp(XdpMode.GENERIC);
        }
    }

    private static TransportFixture xdp(XdpMode mode) {
        XdpLab lab = new XdpLab();
        EthernetConfig host = EthernetConfig.at("10.9.0.2/24").withFixedMac();
        return new PairFixture(
                () ->
                        met(
                                new EthernetTransport(
                                        XdpTransport.open(lab.near().mode(mode).host(host)), host),
                                far(lab.theirs, XdpLab.FAR)),
                lab::close,
                "10.9.0.2",
                "10.9.0.1");
    }

    /** A socket that sends each frame at once. */
    private static Transport far(NetworkNamespace namespace, String device) {
        Transport frames =
                namespace.call(() -> PacketSocket.open(device, TunTransport.frames(MTU, false, 0)));
        return new EthernetTransport(frames, EthernetConfig.at("10.9.0.1/24"));
    }

    private static TransportFixture fixture(TunOptions options) {
        NetworkNamespace namespace = Lab.namespace();
        return new PairFixture(
                () -> {
                    TunTransport tap = TunTransport.open(options.netns(namespace.name()));
                    return met(
                            new EthernetTransport(tap, EthernetConfig.at("10.9.0.2/24")),
                            far(namespace, tap.name()));
                },
                namespace::close,
                "10.9.0.2",
                "10.9.0.1");
    }

    /** Lets both find each other's Ethernet address, which belongs to no rule. */
    static PairFixture.Ends met(Transport near, Transport far) {
        Wire.send(near, greeting(NEAR, FAR));
        Wire.send(far, greeting(FAR, NEAR));
        PacketBatch atNear = new PacketBatch(8);
        PacketBatch atFar = new PacketBatch(8);
        long begin = System.nanoTime();
        while (atNear.size() == 0 || atFar.size() == 0) {
            if (System.nanoTime() - begin > Wire.LONG_NS) {
                throw new AssertionError("the two ends don't find each other");
            }
            near.await(1_000_000);
            near.receive(atNear, System.nanoTime());
            far.await(1_000_000);
            far.receive(atFar, System.nanoTime());
        }
        return new PairFixture.Ends(near, far);
    }

    private static byte[] greeting(int from, int to) {
        ByteBuffer packet = ByteBuffer.allocate(64);
        Ipv4.write(packet, 0, 64, 0, 0, 64, Protocol.UDP, from, to);
        return packet.array();
    }
}
