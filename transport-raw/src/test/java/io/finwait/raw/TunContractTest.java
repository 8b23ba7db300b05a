package io.finwait.raw;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;

import org.junit.jupiter.api.Nested;

/** The contract over real TUN devices; the far end is a raw socket on the kernel's side. */
class TunContractTest {

    /** An ordinary device, IPv4. */
    @Nested
    class OverIpv4 extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fw0"), "10.9.0.2", "10.9.0.1");
        }
    }

    /** An ordinary device, IPv6. */
    @Nested
    class OverIpv6 extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fw0"), "fd00::2", "fd00::1");
        }
    }

    /** The largest packets that there are. */
    @Nested
    class WithTheLargestMtu extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fw0").mtu(65_535), "10.9.0.2", "10.9.0.1");
        }
    }

    /** With a virtio_net_hdr in front of each packet. */
    @Nested
    class WithOffload extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return fixture(TunOptions.named("fw0").offload(true), "10.9.0.2", "10.9.0.1");
        }
    }

    private static TransportFixture fixture(TunOptions options, String near, String far) {
        NetworkNamespace namespace = Lab.namespace();
        return new PairFixture(
                () -> {
                    TunTransport tun = TunTransport.open(options.netns(namespace.name()));
                    int largest = tun.capabilities().largestPacket();
                    return new PairFixture.Ends(
                            tun, namespace.call(() -> PacketSocket.open(tun.name(), largest)));
                },
                namespace::close,
                near,
                far);
    }
}
