package io.finwait.nio.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Notices the RST of a server that comes behind its FIN: it has closed, and answers what is sent to
 * it. Reading says end-of-stream for ever, and only the next write would fail. A key is connectable
 * when its channel "has an error pending" ({@link SelectionKey#OP_CONNECT}), but a selector can't
 * wait for that alone, so this one looks now and then, while there is something to look at.
 */
final class LateResets implements SocketWatch.Ticking {

    /** A look at thousands takes its time: at most a part of a processor goes into it. */
    private static final int PAUSES_FOR_A_LOOK = 20;

    private final Selector selector;
    private final SocketWatch sockets;
    private long nextLookNs = System.nanoTime();

    LateResets(SocketWatch sockets) throws IOException {
        this.sockets = sockets;
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
        long endNs = System.nanoTime();
        nextLookNs = endNs + PAUSES_FOR_A_LOOK * (endNs - nowNs);
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
