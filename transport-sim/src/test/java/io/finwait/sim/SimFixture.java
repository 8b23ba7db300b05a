package io.finwait.sim;

import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.util.function.UnaryOperator;

/** Two hosts of a simulated network; the near one may be decorated. */
final class SimFixture extends VirtualFixture {

    private final SimNetwork network;
    private final UnaryOperator<Transport> decoration;
    private final SimTransport far;
    private final IpAddress nearAddress;
    private final IpAddress farAddress;
    private Transport near;

    SimFixture(SimNetwork network, UnaryOperator<Transport> decoration, String prefix) {
        super(network);
        this.network = network;
        this.decoration = decoration;
        nearAddress = IpAddress.parse(prefix + "1");
        farAddress = IpAddress.parse(prefix + "2");
        far = network.attach("far", farAddress);
        open();
    }

    SimFixture(SimNetwork network, UnaryOperator<Transport> decoration) {
        this(network, decoration, "10.0.0.");
    }

    private void open() {
        near = decoration.apply(network.attach("near", nearAddress));
    }

    @Override
    public Transport near() {
        return near;
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
    protected Transport far() {
        return far;
    }

    @Override
    public void reopen() {
        near.close();
        open();
    }
}
