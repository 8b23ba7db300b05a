package io.finwait.spi;

import java.nio.ByteBuffer;

/**
 * One end of a link between two endpoints that delivers everything at once and allocates nothing: a
 * transport of the lowest cost, for benchmarks, for measuring allocation, and for {@linkplain
 * Transport#rehearsalPair() warming up}. Both ends belong to one thread. A packet can be claimed as
 * long as half of the places are not received by the other end: 128 packets of 1,500 octets, fewer
 * of larger ones. Waiting, waking and closing do nothing.
 */
public final class DirectLink implements Transport {

    private static final int MTU = 1500;
    private static final Capabilities PLAIN =
            new Capabilities(MTU, 0, MTU, false, false, true, true, false);

    private static final int FEWEST_PLACES = 8;
    private static final int MOST_PLACES = 256;

    /** About how many octets the packets of one end have together. */
    private static final int OCTETS = 512 * 1024;

    private final Capabilities capabilities;
    private final Packet[] packets;
    private final int mask;
    private DirectLink peer;
    private long written;
    private long read;

    private DirectLink(Capabilities capabilities) {
        this.capabilities = capabilities;
        int room = capabilities.headroom() + capabilities.largestPacket();
        int places = Math.min(Math.max(OCTETS / room, FEWEST_PLACES), MOST_PLACES);
        packets = new Packet[Integer.highestOneBit(places)];
        mask = packets.length - 1;
        for (int i = 0; i < packets.length; i++) {
            packets[i] = new Packet(ByteBuffer.allocateDirect(room), capabilities.headroom(), 0);
        }
    }

    /** The two ends of a link with an MTU of 1500 octets. */
    public static DirectLink[] pair() {
        return pair(PLAIN);
    }

    /**
     * The two ends of a link, which passes on super-packets and packets without a checksum as they
     * are.
     *
     * @param capabilities what both ends declare
     */
    public static DirectLink[] pair(Capabilities capabilities) {
        DirectLink a = new DirectLink(capabilities);
        DirectLink b = new DirectLink(capabilities);
        a.peer = b;
        b.peer = a;
        return new DirectLink[] {a, b};
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int count = 0;
        while (peer.read < peer.written && into.room() > 0) {
            into.add(peer.packets[(int) (peer.read++ & mask)]);
            count++;
        }
        return count;
    }

    @Override
    public Packet claim(int length) {
        // Half of the places stay with the receiver until its next receive.
        if (written - read >= packets.length / 2) {
            return null;
        }
        Packet packet = packets[(int) (written & mask)];
        return packet.set(packet.buffer(), capabilities.headroom(), length);
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
