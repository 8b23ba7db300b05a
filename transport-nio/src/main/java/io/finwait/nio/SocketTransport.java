package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.Transport;

import java.nio.channels.Selector;

/**
 * What links over sockets have in common: packets wait in a {@link SendQueue}, the thread in a
 * selector.
 */
abstract class SocketTransport implements Transport {

    private final Capabilities capabilities;
    final SendQueue queue;
    final Selector selector = Waiting.open();
    final LinkCounters counters = new LinkCounters();
    volatile boolean closed;

    SocketTransport(Capabilities capabilities, SendQueue queue) {
        this.capabilities = capabilities;
        this.queue = queue;
    }

    /**
     * Writes what waits until the socket takes no more.
     *
     * @return true when a room has become free
     */
    abstract boolean flush();

    /** What was carried and lost so far. */
    public final LinkStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public final Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public final Packet claim(int length) {
        Packet packet = queue.claim(length);
        if (closed) {
            if (packet != null) {
                queue.abandon(packet);
            }
            return null;
        }
        return packet == null && flush() ? queue.claim(length) : packet;
    }

    @Override
    public final void abandon(Packet packet) {
        queue.abandon(packet);
    }

    @Override
    public final void wakeup() {
        selector.wakeup();
    }
}
