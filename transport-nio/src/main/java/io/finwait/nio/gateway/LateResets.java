package io.finwait.nio.gateway;

import io.finwait.nio.internal.LookPause;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;

/**
 * Notices the RST of a server that comes behind its FIN: it has closed, and answers what is sent to
 * it. Reading says end-of-stream for ever, and only the next write would fail. A key is connectable
 * when its channel "has an error pending" ({@link SelectionKey#OP_CONNECT}), but a selector can't
 * wait for that alone, so this one looks now and then, while there is something to look at.
 */
final class LateResets implements SocketWatch.Ticking {

    private final Selector selector;
    private final SocketWatch sockets;
    private final LongSupplier clock;
    private long nextLookNs;

    /**
     * @param clock in nanoseconds, that of {@link SocketWatch.Ticking#tick}
     */
    LateResets(SocketWatch sockets, LongSupplier clock) throws IOException {
        this.sockets = sockets;
        this.clock = clock;
        nextLookNs = clock.getAsLong();
        selector = Selector.open();
    }

    /** Watches a channel until it is closed or forgotten. */
    void watch(SocketChannel channel, Runnable onReset) throws IOException {
        SelectionKey unused = channel.register(selector, SelectionKey.OP_CONNECT, onReset);
        sockets.tick(this);
    }

    /** A channel whose output this end has shut down looks like one that was reset. */
    void forget(SocketChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
    }

    @Override
    public boolean tick(long nowNs) {
        if (nowNs - nextLookNs < 0) {
            return true;
        }
        try {
            int unused = selector.selectNow(LateResets::tell);
        } catch (IOException e) {
            // Then they are noticed when something is written.
            return false;
        }
        long endNs = clock.getAsLong();
        nextLookNs = endNs + LookPause.after(endNs - nowNs);
        return !selector.keys().isEmpty();
    }

    private static void tell(SelectionKey key) {
        Runnable onReset = (Runnable) key.attachment();
        key.cancel();
        onReset.run();
    }

    void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
