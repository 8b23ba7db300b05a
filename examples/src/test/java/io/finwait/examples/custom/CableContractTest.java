package io.finwait.examples.custom;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.wire.IpAddress;

/** The custom transport keeps the rules of all transports. */
class CableContractTest extends TransportContract {

    @Override
    protected TransportFixture openFixture() {
        return new BothEnds();
    }

    /** Opened by URI, as a user would; the far end is the other end of the cable. */
    private static final class BothEnds implements TransportFixture {

        private final PacketBatch one = new PacketBatch(1);
        private Transport near = Transports.open("mine://contract");
        private Transport far = Transports.open("mine://contract");

        @Override
        public Transport near() {
            return near;
        }

        @Override
        public IpAddress nearAddress() {
            return IpAddress.parse("10.0.0.1");
        }

        @Override
        public IpAddress farAddress() {
            return IpAddress.parse("10.0.0.2");
        }

        @Override
        public void inject(byte[] octets) {
            Packet packet = far.claim(octets.length);
            packet.buffer().put(packet.offset(), octets);
            far.commit(packet, now());
        }

        @Override
        public byte[] capture(long withinNs) {
            one.clear();
            if (far.receive(one, now()) == 0) {
                far.await(withinNs);
                far.receive(one, now());
            }
            if (one.size() == 0) {
                return null;
            }
            Packet packet = one.get(0);
            byte[] octets = new byte[packet.length()];
            packet.buffer().get(packet.offset(), octets);
            return octets;
        }

        @Override
        public void reopen() {
            near.close();
            far.close();
            near = Transports.open("mine://contract");
            far = Transports.open("mine://contract");
        }

        @Override
        public void close() {
            near.close();
            far.close();
        }
    }
}
