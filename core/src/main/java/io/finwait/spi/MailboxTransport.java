package io.finwait.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A transport over anything that carries one packet at a time: a queue, a message broker, a serial
 * line, a WebSocket. A subclass says how a packet is sent ({@link #send}) and tells of each one
 * that has come ({@link #arrived}), from any thread; all rules of {@link Transport} are kept here.
 *
 * <p>It is made to be simple: a buffer is allocated for each packet. Where that counts, implement
 * {@link Transport} itself.
 */
public abstract class MailboxTransport implements Transport {

    /** How many packets may have come and not been received; more are lost. */
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
     * Sends a packet, or loses it. Called on the endpoint's thread, which must not be kept waiting.
     *
     * @param packet its octets from position to limit; this transport's from now on
     */
    protected abstract void send(ByteBuffer packet);

    /** Frees what the subclass holds; called once. */
    protected void release() {}

    /**
     * Tells of a packet that has come. May be called from any thread.
     *
     * @param packet its octets from position to limit, which nobody may change any more
     * @return false when it is lost: the endpoint is behind, the packet is empty or longer than the
     *     MTU, or the transport is closed
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
        if (length > capabilities.largestPacket()) {
            throw new IllegalArgumentException(
                    length + " octets are too many; the MTU is " + capabilities.mtu());
        }
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
