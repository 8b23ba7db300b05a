package io.finwait.sim.script;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;

/** Swaps the first pairs of octets of texts of eight, which no checksum notices. */
final class SwappingTransport implements Transport {

    private static final int HEADERS = 40;
    private static final int TEXT = 8;

    private final Transport inner;

    SwappingTransport(Transport inner) {
        this.inner = inner;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (packet.length() == HEADERS + TEXT) {
            ByteBuffer b = packet.buffer();
            int at = packet.offset() + HEADERS;
            b.putInt(at, Integer.rotateLeft(b.getInt(at), 16));
        }
        inner.commit(packet, nowNs);
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
