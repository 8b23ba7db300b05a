package io.finwait.raw;

import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.util.function.Supplier;

/** Two transports that face each other; the far one injects and captures. */
final class PairFixture implements TransportFixture {

    /** The two ends of something that has been opened. */
    record Ends(Transport near, Transport far) {}

    private final Supplier<Ends> opener;
    private final Runnable last;
    private final IpAddress nearAddress;
    private final IpAddress farAddress;
    private final PacketBatch one = new PacketBatch(1);
    private Ends ends;

    PairFixture(Supplier<Ends> opener, Runnable last, String nearAddress, String farAddress) {
        this.opener = opener;
        this.last = last;
        this.nearAddress = IpAddress.parse(nearAddress);
        this.farAddress = IpAddress.parse(farAddress);
        ends = opener.get();
    }

    /** A pair that needs no rights, with what a TUN without offload can do. */
    static SocketPair socketPair(int mtu) {
        return new SocketPair(TunTransport.capabilities(TunOptions.named("pair").mtu(mtu)));
    }

    @Override
    public Transport near() {
        return ends.near();
    }

    @Override
    public IpAddress nearAddress() {
        return nearAddress;
    }

    @Override
    public IpAddress farAddress() {
        return farAddress;
    }

    @Override
    public void inject(byte[] packet) {
        // A full queue loses the packet, as any link may.
        Wire.send(ends.far(), packet);
    }

    @Override
    public byte[] capture(long withinNs) {
        one.clear();
        if (ends.far().receive(one, 0) == 0 && withinNs > 0) {
            ends.far().await(withinNs);
            ends.far().receive(one, 0);
        }
        return one.size() == 0 ? null : Wire.octets(one.get(0));
    }

    @Override
    public void reopen() {
        closeEnds();
        ends = opener.get();
    }

    private void closeEnds() {
        ends.near().close();
        ends.far().close();
    }

    @Override
    public void close() {
        closeEnds();
        last.run();
    }
}
