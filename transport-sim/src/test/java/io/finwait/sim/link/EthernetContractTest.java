package io.finwait.sim.link;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.VirtualFixture;
import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Nested;

/** The transport contract, over a switch; both ends are Ethernet transports. */
class EthernetContractTest {

    @Nested
    class OverIpv4 extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new Fixture(SimNetwork.seeded(1).ethernet(), "10.0.0.", 24, 0);
        }
    }

    @Nested
    class OverIpv6InAVlan extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new Fixture(SimNetwork.seeded(1).ethernet(), "fd00::", 64, 9);
        }
    }

    @Nested
    class OnASlowLinkWithAShortQueue extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            LinkModel slow = LinkModel.perfect().delay(5_000_000).rate(10_000_000, 100);
            SimNetwork net = SimNetwork.seeded(1).ethernet().links(slow).queues(16, 64);
            return new Fixture(net, "10.0.0.", 24, 0);
        }
    }

    private static final class Fixture extends VirtualFixture {

        private final SimNetwork net;
        private final String prefix;
        private final int length;
        private final int vlan;
        private final EthernetTransport far;
        private final PacketBatch batch = new PacketBatch(32);
        private EthernetTransport near;

        Fixture(SimNetwork net, String prefix, int length, int vlan) {
            super(net);
            this.net = net;
            this.prefix = prefix;
            this.length = length;
            this.vlan = vlan;
            far = open("far", 2);
            near = open("near", 1);
            meet();
        }

        private EthernetTransport open(String name, int number) {
            return new EthernetTransport(
                    net.attach(name),
                    EthernetConfig.at(prefix + number + "/" + length)
                            .vlan(vlan)
                            .mac("02:00:00:00:00:0" + number)
                            .random(RandomSource.seeded(number)));
        }

        /** Both learn each other's Ethernet address; that belongs to no rule. */
        private void meet() {
            send(far, farAddress(), nearAddress());
            send(near, nearAddress(), farAddress());
            for (int i = 0; i < 10; i++) {
                net.runFor(50_000_000);
                batch.clear();
                near.receive(batch, now());
                batch.clear();
                far.receive(batch, now());
            }
        }

        private void send(EthernetTransport by, IpAddress from, IpAddress to) {
            byte[] octets = Words.segment(from, to);
            Packet packet = by.claim(octets.length);
            packet.buffer().put(packet.offset(), octets);
            by.commit(packet, now());
        }

        @Override
        public Transport near() {
            return near;
        }

        @Override
        public IpAddress nearAddress() {
            return IpAddress.parse(prefix + 1);
        }

        @Override
        public IpAddress farAddress() {
            return IpAddress.parse(prefix + 2);
        }

        @Override
        protected Transport far() {
            return far;
        }

        @Override
        public void reopen() {
            near.close();
            near = open("near", 1);
            meet();
        }
    }
}
