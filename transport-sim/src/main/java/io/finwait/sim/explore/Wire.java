package io.finwait.sim.explore;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What one end has sent and the explorer has not yet delivered, and what it delivers to that end. */
final class Wire implements Transport {

    private static final int MTU = 576;
    private static final Capabilities CAPABILITIES = Capabilities.plain(MTU);

    /** Packets on their way from this end, oldest first. */
    final List<byte[]> sent = new ArrayList<>();

    private final List<byte[]> arriving = new ArrayList<>();
    private int most;

    /** Packets that were lost because too many were on their way. */
    int overflowed;

    Wire(int most) {
        this.most = most;
    }

    void most(int packets) {
        most = packets;
    }

    void arrive(byte[] octets) {
        arriving.add(octets);
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = 0;
        while (!arriving.isEmpty() && into.room() > 0) {
            byte[] octets = arriving.removeFirst();
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
        if (sent.size() == most) {
            overflowed++;
            return;
        }
        sent.add(packet.buffer().array());
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
