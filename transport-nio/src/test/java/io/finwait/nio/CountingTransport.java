package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.concurrent.CompletableFuture;

/** Counts how often its thread waits, and fails when it is told to. */
final class CountingTransport implements Transport {

    private final Transport below;
    private volatile long waits;
    private volatile boolean broken;
    private volatile CompletableFuture<Void> waitsForEver;

    CountingTransport(Transport below) {
        this.below = below;
    }

    long waits() {
        return waits;
    }

    /** Returns when the thread has begun a wait without a timeout. */
    void untilItWaitsForEver() {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        waitsForEver = seen;
        below.wakeup();
        seen.join();
    }

    void failNow() {
        broken = true;
        below.wakeup();
    }

    @Override
    public Capabilities capabilities() {
        return below.capabilities();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (broken) {
            throw new IllegalStateException("the test broke it");
        }
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
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the driver's thread only
    public void await(long timeoutNs) {
        waits++;
        CompletableFuture<Void> seen = waitsForEver;
        if (timeoutNs == Long.MAX_VALUE && seen != null) {
            seen.complete(null);
        }
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
