package io.finwait.nio.gateway;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

/** A transport that can be cut, for good: its user is heard no more, and hears nothing. */
final class Cable extends ForwardingTransport {

    private final PacketBatch lost = new PacketBatch(64);
    private volatile boolean cut;
    private volatile int left = Integer.MAX_VALUE;

    Cable(Transport below) {
        super(below);
    }

    /** Cuts it; from any thread. */
    void cut() {
        cut = true;
    }

    /** Cuts it when so many packets have left; before the first one does. */
    void cutAfter(int packets) {
        left = packets;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (!cut) {
            return super.receive(into, nowNs);
        }
        lost.clear();
        int unused = super.receive(lost, nowNs);
        return 0;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (cut) {
            abandon(packet);
        } else {
            int after = left - 1;
            left = after;
            cut = after == 0;
            super.commit(packet, nowNs);
        }
    }
}
