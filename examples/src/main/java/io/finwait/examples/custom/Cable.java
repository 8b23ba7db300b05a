package io.finwait.examples.custom;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One end of a cable between two endpoints of this JVM; a packet too many is lost. */
final class Cable implements Transport {

    private final BlockingQueue<Packet> arriving = new ArrayBlockingQueue<>(256);
    private final Semaphore signal = new Semaphore(0);
    private volatile boolean closed;
    final Cable other;

    Cable() {
        other = new Cable(this);
    }

    private Cable(Cable other) {
        this.other = other;
    }

    @Override
    public Capabilities capabilities() {
        return Capabilities.plain(1500);
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        int before = into.size();
        while (!closed && into.room() > 0 && !arriving.isEmpty()) {
            into.add(arriving.remove());
        }
        return into.size() - before;
    }

    @Override
    public Packet claim(int length) {
        if (length > capabilities().largestPacket()) {
            throw new IllegalArgumentException(length + " octets are too many; 1500 is the MTU");
        }
        return closed ? null : new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        if (other.arriving.offer(packet)) {
            other.wakeup();
        }
    }

    @Override
    public void abandon(Packet packet) {}

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        try {
            if (!closed && arriving.isEmpty()) {
                signal.tryAcquire(timeoutNs, TimeUnit.NANOSECONDS);
            }
            signal.drainPermits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void wakeup() {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
