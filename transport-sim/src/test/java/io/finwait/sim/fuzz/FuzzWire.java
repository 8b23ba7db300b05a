package io.finwait.sim.fuzz;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A transport whose buffers are filled anew at each receive, as rule R4 of {@link Transport}
 * allows, and that has room only when it is told so.
 */
final class FuzzWire implements Transport {

    private static final int LARGEST = 65_535;
    private static final int MTU = 1_500;

    private final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
    private final List<byte[]> sent = new ArrayList<>();
    private final boolean offload;
    private final byte[][] buffers = new byte[64][LARGEST];
    private int claimed;

    /** Packets that it still takes. */
    int room = Integer.MAX_VALUE;

    FuzzWire(boolean offload) {
        this.offload = offload;
    }

    void arrives(byte[] packet) {
        incoming.add(packet);
    }

    List<byte[]> takeSent() {
        List<byte[]> taken = new ArrayList<>(sent);
        sent.clear();
        return taken;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                MTU, 0, offload ? LARGEST : MTU, offload, offload, false, false, true);
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = 0;
        while (into.room() > 0 && !incoming.isEmpty()) {
            byte[] packet = incoming.poll();
            System.arraycopy(packet, 0, buffers[count], 0, packet.length);
            into.add(
                    new Packet(ByteBuffer.wrap(buffers[count]), 0, packet.length)
                            .checksumOffloaded(offload));
            count++;
        }
        return count;
    }

    @Override
    public Packet claim(int length) {
        if (room - claimed <= 0) {
            return null;
        }
        claimed++;
        return new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        claimed--;
        room--;
        sent.add(packet.buffer().array());
    }

    @Override
    public void abandon(Packet packet) {
        claimed--;
    }

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
