package io.finwait.examples.stage;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.trace.End;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Where our host meets the wire: packets pass as the {@link Wire} lets them, and can be kept out.
 */
final class Gate extends ForwardingTransport {

    private final Wire wire;
    private final End ours;
    private final boolean bothHere;
    private final PacketBatch arrived = new PacketBatch(64);
    private final Queue<Packet> late = new ArrayDeque<>();
    private boolean shut;

    private Gate(Transport below, Wire wire, End ours, boolean bothHere) {
        super(below);
        this.wire = wire;
        this.ours = ours;
        this.bothHere = bothHere;
        wire.exit(ours, this::send);
    }

    /** The gate of the only end here: both directions meet the wire in it. */
    static Gate ofTheOnlyEnd(Transport below, Wire wire, End ours) {
        Gate gate = new Gate(below, wire, ours, false);
        wire.exit(ours.other(), octets -> gate.late.add(late(octets)));
        return gate;
    }

    /** Its checksum was looked at when it came; over a veth pair it is left unfinished. */
    private static Packet late(ByteBuffer octets) {
        return new Packet(octets, 0, octets.capacity()).checksumOffloaded(true);
    }

    /** The gate of one of two ends here: what it sends meets the wire in it. */
    static Gate ofOneOfBoth(Transport below, Wire wire, End ours) {
        return new Gate(below, wire, ours, true);
    }

    /** Keeps waiting what arrives. */
    void shut(boolean newShut) {
        shut = newShut;
    }

    private void send(ByteBuffer octets) {
        Packet packet = claim(octets.capacity());
        if (packet == null) {
            throw new IllegalStateException("the transport has no room for the late packet");
        }
        packet.buffer().put(packet.offset(), octets, 0, octets.capacity());
        super.commit(packet, wire.nowNs());
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (shut) {
            return 0;
        }
        arrived.clear();
        super.receive(arrived, nowNs);
        int before = into.size();
        for (int i = 0; i < arrived.size() && into.room() > 0; i++) {
            if (bothHere) {
                wire.arrived(nowNs, ours.other(), arrived.get(i));
                into.add(arrived.get(i));
            } else if (wire.carries(nowNs, ours.other(), arrived.get(i))) {
                into.add(arrived.get(i));
            }
        }
        while (!late.isEmpty() && into.room() > 0) {
            into.add(late.remove());
        }
        return into.size() - before;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (wire.carries(nowNs, ours, packet)) {
            super.commit(packet, nowNs);
        } else {
            abandon(packet);
        }
    }
}
