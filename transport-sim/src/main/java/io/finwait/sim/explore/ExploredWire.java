package io.finwait.sim.explore;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one end has sent and the explorer has not yet delivered, and what it delivers to that end.
 */
final class ExploredWire implements Transport {

    static final int MTU = 576;
    private static final Capabilities CAPABILITIES = Capabilities.plain(MTU);

    /** Packets on their way from this end, oldest first. */
    final List<WirePacket> sent = new ArrayList<>();

    private final int side;
    private final Witness witness;
    private final List<byte[]> arriving = new ArrayList<>();
    private int most = Integer.MAX_VALUE;

    /** Packets that were lost because too many were on their way. */
    int overflowed;

    ExploredWire(int side, Witness witness) {
        this.side = side;
        this.witness = witness;
    }

    void most(int packets) {
        most = packets;
    }

    /** True when everything that is on its way has stayed behind. */
    boolean holdsOnlyStragglers() {
        return freshPackets() == 0;
    }

    private int freshPackets() {
        int fresh = 0;
        for (WirePacket packet : sent) {
            fresh += packet.straggler ? 0 : 1;
        }
        return fresh;
    }

    void duplicate(int index, boolean straggler) {
        WirePacket original = sent.get(index);
        WirePacket copy = new WirePacket(side, original.octets, straggler);
        copy.ageNs = original.ageNs;
        sent.add(copy);
        witness.copied(original, copy);
    }

    void lose(int index) {
        witness.lost(sent.remove(index));
    }

    /** Packets older than the lifetime of a segment no longer exist. */
    void grow(long ns, long lifeNs) {
        for (int i = sent.size() - 1; i >= 0; i--) {
            sent.get(i).ageNs += ns;
            if (sent.get(i).ageNs > lifeNs) {
                lose(i);
            }
        }
    }

    void arrive(WirePacket packet) {
        witness.arrives(packet);
        arriving.add(packet.octets);
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = 0;
        while (!arriving.isEmpty() && into.room() > 0) {
            byte[] octets = arriving.remove(0);
            into.add(new Packet(ByteBuffer.wrap(octets), 0, octets.length));
            count++;
        }
        return count;
    }

    @Override
    public Packet claim(int length) {
        return new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        WirePacket passing = new WirePacket(side, packet.buffer().array(), false);
        witness.sent(passing);
        if (freshPackets() == most) {
            overflowed++;
            witness.lost(passing);
            return;
        }
        sent.add(passing);
    }

    @Override
    public void abandon(Packet packet) {}

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {}

    @Override
    public void wakeup() {}

    @Override
    public void close() {}
}
