package io.finwait.sim;

import java.nio.ByteBuffer;

/**
 * Sixty-four bits over everything that happens to packets: times, hosts, octets and fates. Equal
 * seeds must give equal hashes.
 */
public final class TrafficHash implements SimObserver {

    private static final int SENT = 1;
    private static final int DELIVERED = 2;
    private static final int DROPPED = 3;
    private static final int DUPLICATED = 4;
    private static final int CORRUPTED = 5;
    private static final int HELD = 6;

    private long hash;
    private long packets;

    /** The hash of all that has happened so far. */
    public long value() {
        return hash;
    }

    /** How many packets were sent, without the copies that the network made. */
    public long packets() {
        return packets;
    }

    private void add(long value) {
        hash = Mix.mix(hash + Mix.GOLDEN + value);
    }

    private void event(int kind, long nowNs, SimPacket packet) {
        add(kind);
        add(nowNs);
        add(packet.number());
    }

    private void octets(SimPacket packet) {
        ByteBuffer buffer = packet.buffer();
        add(packet.length());
        for (int i = 0; i < packet.length(); i++) {
            add(buffer.get(packet.offset() + i));
        }
    }

    @Override
    public void sent(long nowNs, SimPacket packet) {
        packets++;
        event(SENT, nowNs, packet);
        add(Mix.seed(0, packet.from()));
        add(Mix.seed(0, packet.to()));
        octets(packet);
    }

    @Override
    public void delivered(long nowNs, SimPacket packet) {
        event(DELIVERED, nowNs, packet);
        octets(packet);
    }

    @Override
    public void dropped(long nowNs, SimPacket packet, DropReason why) {
        event(DROPPED, nowNs, packet);
        add(Mix.seed(0, why.name()));
    }

    @Override
    public void duplicated(long nowNs, SimPacket original, SimPacket copy) {
        event(DUPLICATED, nowNs, original);
        add(copy.number());
    }

    @Override
    public void corrupted(long nowNs, SimPacket packet, int index) {
        event(CORRUPTED, nowNs, packet);
        add(index);
    }

    @Override
    public void held(long nowNs, SimPacket packet, long untilNs) {
        event(HELD, nowNs, packet);
        add(untilNs);
    }

    @Override
    public String toString() {
        return Long.toHexString(hash);
    }
}
