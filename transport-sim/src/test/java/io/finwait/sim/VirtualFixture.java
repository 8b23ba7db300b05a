package io.finwait.sim;

import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.ArrayDeque;

/** The far end of a fixture in virtual time: it sends and captures by a transport of its own. */
public abstract class VirtualFixture implements TransportFixture {

    private static final long SECOND = 1_000_000_000;

    private final SimNetwork network;
    private final PacketBatch batch = new PacketBatch(32);
    private final ArrayDeque<byte[]> captured = new ArrayDeque<>();

    /** In the time of a network. */
    protected VirtualFixture(SimNetwork network) {
        this.network = network;
    }

    /** The end that is not tested. */
    protected abstract Transport far();

    @Override
    public void inject(byte[] octets) {
        Packet packet = far().claim(octets.length);
        while (packet == null) {
            far().await(SECOND);
            packet = far().claim(octets.length);
        }
        packet.buffer().put(packet.offset(), octets);
        far().commit(packet, now());
    }

    @Override
    public byte[] capture(long withinNs) {
        long until = now() + withinNs;
        while (captured.isEmpty()) {
            batch.clear();
            far().receive(batch, now());
            for (int i = 0; i < batch.size(); i++) {
                byte[] octets = new byte[batch.get(i).length()];
                batch.get(i).buffer().get(batch.get(i).offset(), octets);
                captured.add(octets);
            }
            if (captured.isEmpty()) {
                if (now() >= until) {
                    return null;
                }
                far().await(until - now());
            }
        }
        return captured.removeFirst();
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
        near().close();
        far().close();
    }
}
