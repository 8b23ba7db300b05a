package io.finwait.nio;

import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.util.concurrent.CompletableFuture;

/** Counts how often its thread waits, and fails when it is told to. */
final class CountingTransport extends ForwardingTransport {

    private volatile long waits;
    private volatile boolean broken;
    private volatile CompletableFuture<Void> waitsForEver;

    CountingTransport(Transport below) {
        super(below);
    }

    long waits() {
        return waits;
    }

    /** Returns when the thread has begun a wait without a timeout. */
    void untilItWaitsForEver() {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        waitsForEver = seen;
        wakeup();
        seen.join();
    }

    void failNow() {
        broken = true;
        wakeup();
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (broken) {
            throw new IllegalStateException("the test broke it");
        }
        return super.receive(into, nowNs);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // written by the driver's thread only
    public void await(long timeoutNs) {
        waits++;
        CompletableFuture<Void> seen = waitsForEver;
        if (timeoutNs == Long.MAX_VALUE && seen != null) {
            seen.complete(null);
        }
        super.await(timeoutNs);
    }
}
