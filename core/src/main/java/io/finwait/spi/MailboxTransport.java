package io.finwait.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A base class for transports over anything that carries one packet at a time: a queue, a message
 * broker, a serial line, a WebSocket. A subclass sends a packet in {@link #send} and calls {@link
 * #arrived} for each one that has arrived, from any thread; this class keeps all rules of {@link
 * Transport}.
 *
 * <p>It is simple rather than fast: it allocates a buffer for each packet. Where this matters,
 * implement {@link Transport} directly.
 */
public abstract class MailboxTransport implements Transport {

    /** How many packets may wait to be received; further ones are lost. */
    public static final int MOST_WAITING = 256;

    private final Capabilities capabilities;
    private final BlockingQueue<Packet> mailbox = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Semaphore signal = new Semaphore(0);
    private volatile boolean closed;

    /**
     * A transport that promises nothing beyond the rules: it may lose and reorder.
     *
     * @param mtu the largest packet in octets, 576 to 65,535
     */
    protected MailboxTransport(int mtu) {
        capabilities = Capabilities.plain(mtu);
    }

    /**
     * Sends a packet, or drops it. Called on the endpoint's thread; it must not block.
     *
     * @param packet its octets from position to limit; the buffer belongs to the subclass from now
     *     on
     */
    protected abstract void send(ByteBuffer packet);

    /** Frees the resources of the subclass; called once, by {@link #close}. */
    protected void release() {}

    /**
     * Hands over a packet that has arrived. May be called from any thread.
     *
     * @param packet its octets from position to limit, which must not be changed any more
     * @return false when the packet is dropped, because too many wait, because it is empty or
     *     longer than the MTU, or because the transport is closed
     */
    protected final boolean arrived(ByteBuffer packet) {
        int length = packet.remaining();
        boolean taken =
                !closed
                        && length > 0
                        && length <= capabilities.mtu()
                        && mailbox.offer(new Packet(packet.slice(), 0, length));
        if (taken) {
            wakeup();
        }
        return taken;
    }

    @Override
    public final Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public final int receive(PacketBatch into, long nowNs) {
        int before = into.size();
        while (!closed && into.room() > 0 && !mailbox.isEmpty()) {
            into.add(mailbox.remove());
        }
        return into.size() - before;
    }

    @Override
    public final Packet claim(int length) {
        capabilities.requireClaimable(length);
        return closed ? null : new Packet(ByteBuffer.allocate(length), 0, length);
    }

    @Override
    public final void commit(Packet packet, long nowNs) {
        if (!closed) {
            send(packet.buffer().position(0).limit(packet.length()));
        }
    }

    @Override
    public final void abandon(Packet packet) {}

    @Override
    public final long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public final void await(long timeoutNs) {
        try {
            if (!closed && mailbox.isEmpty()) {
                signal.tryAcquire(timeoutNs, TimeUnit.NANOSECONDS);
            }
            signal.drainPermits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final void wakeup() {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }
}
