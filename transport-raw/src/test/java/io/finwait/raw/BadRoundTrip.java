package io.finwait.raw;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.SplittableRandom;

/** Loses part of all packets, both ways, during one round trip of a transfer. */
final class BadRoundTrip extends ForwardingTransport {

    /** How long a packet is under way in one direction. */
    static final long DELAY_NS = 20_000_000;

    private static final int BATCH = 64;
    private static final long EARLIEST = 500_000;
    private static final long LATEST = 4_000_000;

    private final SplittableRandom random;
    private final double loss;
    private final long beginsAt;
    private final PacketBatch arrived = new PacketBatch(BATCH);
    private long octets;
    private boolean begun;
    private long untilNs;
    private int lost;

    BadRoundTrip(Transport below, long seed) {
        super(below);
        random = new SplittableRandom(seed);
        loss = 0.1 + 0.8 * random.nextDouble();
        beginsAt = EARLIEST + random.nextLong(LATEST - EARLIEST);
    }

    int percent() {
        return (int) (100 * loss);
    }

    int lost() {
        return lost;
    }

    private boolean isLost(int length, long nowNs) {
        octets += length;
        if (!begun && octets > beginsAt) {
            begun = true;
            untilNs = nowNs + 2 * DELAY_NS;
        }
        boolean is = begun && untilNs - nowNs > 0 && random.nextDouble() < loss;
        lost += is ? 1 : 0;
        return is;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (isLost(packet.length(), nowNs)) {
            abandon(packet);
        } else {
            super.commit(packet, nowNs);
        }
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        arrived.clear();
        int count = 0;
        int come = super.receive(arrived, nowNs);
        for (int i = 0; i < come; i++) {
            if (!isLost(arrived.get(i).length(), nowNs)) {
                into.add(arrived.get(i));
                count++;
            }
        }
        return count;
    }
}
