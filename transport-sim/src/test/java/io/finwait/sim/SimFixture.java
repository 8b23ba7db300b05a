package io.finwait.sim;

import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.util.ArrayDeque;
import java.util.function.UnaryOperator;

/** Two hosts of a simulated network; the near one may be decorated. */
final class SimFixture implements TransportFixture {

    private final SimNetwork network;
    private final UnaryOperator<Transport> decoration;
    private final SimTransport far;
    private final IpAddress nearAddress;
    private final IpAddress farAddress;
    private final PacketBatch batch = new PacketBatch(32);
    private final ArrayDeque<byte[]> captured = new ArrayDeque<>();
    private Transport near;

    SimFixture(SimNetwork network, UnaryOperator<Transport> decoration, String prefix) {
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
    public void inject(byte[] octets) {
        Packet packet = far.claim(octets.length);
        while (packet == null) {
            far.await(1_000_000_000);
            packet = far.claim(octets.length);
        }
        packet.buffer().put(packet.offset(), octets);
        far.commit(packet, now());
    }

    @Override
    public byte[] capture(long withinNs) {
        long until = now() + withinNs;
        while (captured.isEmpty()) {
            batch.clear();
            far.receive(batch, now());
            for (int i = 0; i < batch.size(); i++) {
                byte[] octets = new byte[batch.get(i).length()];
                batch.get(i).buffer().get(batch.get(i).offset(), octets);
                captured.add(octets);
            }
            if (captured.isEmpty()) {
                if (now() >= until) {
                    return null;
                }
                far.await(until - now());
            }
        }
        return captured.removeFirst();
    }

    @Override
    public void reopen() {
        near.close();
        open();
    }

    @Override
    public boolean virtualTime() {
        return true;
    }

    @Override
    public long now() {
        return network.nowNs();
    }

    @Override
    public void advance(long ns) {
        network.runFor(ns);
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }
}
