package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;

/**
 * One end of a wire between two endpoints that delivers everything at once and allocates nothing: the
 * least that a transport can cost, for benchmarks and for counting octets. Both ends belong to one
 * thread. A packet can be claimed as long as 128 are not received by the other end.
 */
public final class DirectLink implements Transport {

    private static final int PLACES = 256;
    private static final int MTU = 1500;
    private static final Capabilities CAPABILITIES =
            new Capabilities(MTU, 0, MTU, false, false, true, true, false);

    private final Packet[] packets = new Packet[PLACES];
    private DirectLink peer;
    private long written;
    private long read;

    private DirectLink() {
        for (int i = 0; i < PLACES; i++) {
            packets[i] = new Packet(ByteBuffer.allocateDirect(MTU), 0, 0);
        }
    }

    /** Two ends of one wire with an MTU of 1500 octets. */
    public static DirectLink[] pair() {
        DirectLink a = new DirectLink();
        DirectLink b = new DirectLink();
        a.peer = b;
        b.peer = a;
        return new DirectLink[] {a, b};
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = 0;
        while (peer.read < peer.written && into.room() > 0) {
            into.add(peer.packets[(int) (peer.read++ & (PLACES - 1))]);
            count++;
        }
        return count;
    }

    @Override
    public Packet claim(int length) {
        // Half of the places stay with the receiver until its next receive.
        if (written - read >= PLACES / 2) {
            return null;
        }
        return packets[(int) (written & (PLACES - 1))].length(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        written++;
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
