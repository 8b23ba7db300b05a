package io.finwait.spi;

import java.util.Objects;

/**
 * Passes every call on to the transport below: what a decorator extends, to override only what it
 * changes.
 *
 * <p>The transport below is closed with this one. A decorator that loses, copies or delays packets,
 * or allocates for them, may have to say less in {@link #capabilities()} than the transport below
 * does.
 */
public abstract class ForwardingTransport implements Transport {

    private final Transport below;

    /** Passes on to a transport, which is this one's from now on. */
    protected ForwardingTransport(Transport below) {
        this.below = Objects.requireNonNull(below, "below");
    }

    @Override
    public Capabilities capabilities() {
        return below.capabilities();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        return below.receive(into, nowNs);
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
    public Transport[] rehearsalPair() {
        return below.rehearsalPair();
    }

    @Override
    public void close() {
        below.close();
    }
}
