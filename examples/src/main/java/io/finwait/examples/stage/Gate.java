package io.finwait.examples.stage;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

/** A transport whose arriving packets can be kept waiting, so that others can cross them. */
final class Gate implements Transport {

    private final Transport below;
    private boolean shut;

    Gate(Transport below) {
        this.below = below;
    }

    void shut(boolean newShut) {
        shut = newShut;
    }

    @Override
    public Capabilities capabilities() {
        return below.capabilities();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        return shut ? 0 : below.receive(into, nowNs);
    }

    @Override
    public Packet claim(int length) {
        return below.claim(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        below.commit(packet, nowNs);
    }

    @Override
    public void abandon(Packet packet) {
        below.abandon(packet);
    }

    @Override
    public long nextDeadlineNs() {
        return below.nextDeadlineNs();
    }

    @Override
    public void await(long timeoutNs) {
        below.await(timeoutNs);
    }

    @Override
    public void wakeup() {
        below.wakeup();
    }

    @Override
    public void close() {
        below.close();
    }
}
