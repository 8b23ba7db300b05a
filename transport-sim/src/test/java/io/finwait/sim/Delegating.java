package io.finwait.sim;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

/** Passes everything on, for decorators that change one thing. */
class Delegating implements Transport {

    final Transport inner;

    Delegating(Transport inner) {
        this.inner = inner;
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        return inner.receive(into, nowNs);
    }

    @Override
    public Packet claim(int length) {
        return inner.claim(length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        inner.commit(packet, nowNs);
    }

    @Override
    public void abandon(Packet packet) {
        inner.abandon(packet);
    }

    @Override
    public long nextDeadlineNs() {
        return inner.nextDeadlineNs();
    }

    @Override
    public void await(long timeoutNs) {
        inner.await(timeoutNs);
    }

    @Override
    public void wakeup() {
        inner.wakeup();
    }

    @Override
    public void close() {
        inner.close();
    }
}
