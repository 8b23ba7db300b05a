package io.finwait.spi;

import java.util.Objects;

/**
 * A base class for decorators of a transport: passes every call on to the transport below. A
 * decorator overrides only what it changes.
 *
 * <p>The transport below is closed with this one. A decorator that loses, copies or delays packets,
 * or allocates, must not declare {@link #capabilities()} that it no longer has, such as {@code
 * lossless} or {@code ordered}.
 */
public abstract class ForwardingTransport implements Transport {

    private final Transport below;

    /** Takes the transport below, which this one will close. */
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
