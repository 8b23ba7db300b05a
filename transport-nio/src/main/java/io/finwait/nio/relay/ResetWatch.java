package io.finwait.nio.relay;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.internal.LookPause;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices a RST that comes behind a FIN, which is "Connection reset by peer" itself: the peer has
 * closed, and answers what is sent to it. Reading says end-of-stream for ever, and only the next
 * write would fail.
 *
 * <p>A key is connectable when its channel "has an error pending" ({@link
 * SelectionKey#OP_CONNECT}), and a reset is one. A selector can't wait for that alone, so this one
 * looks every few milliseconds, while there is something to look at.
 */
final class ResetWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResetWatch.class);
    private static final long PAUSE_NS = 5_000_000;

    private final Selector selector;
    private boolean started;

    ResetWatch() throws IOException {
        selector = Selector.open();
    }

    /**
     * Watches a channel until it is closed or forgotten. From now on the channel does not block.
     *
     * @param onReset runs once, on a thread of this watch
     */
    void watch(SocketChannel channel, Runnable onReset) throws IOException {
        channel.configureBlocking(false);
        try {
            channel.register(selector, SelectionKey.OP_CONNECT, onReset);
            selector.wakeup();
            start();
        } catch (ClosedSelectorException e) {
            LOG.debug("the relay is closed, nothing is watched any more");
        }
    }

    private synchronized void start() {
        if (!started) {
            started = true;
            LightThreads.start("relay-watch", this::run);
        }
    }

    /** A channel whose output this end has shut down looks like one that was reset. */
    void forget(SocketChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        if (key != null) {
            key.cancel();
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                if (selector.keys().isEmpty()) {
                    selector.select(ResetWatch::tell);
                }
                long begun = System.nanoTime();
                selector.selectNow(ResetWatch::tell);
                long took = System.nanoTime() - begun;
                LockSupport.parkNanos(Math.max(PAUSE_NS, LookPause.after(took)));
            }
        } catch (ClosedSelectorException e) {
            LOG.debug("the relay is closed");
        } catch (IOException e) {
            LOG.warn("resets behind a FIN are noticed late from now on", e);
        }
    }

    private static void tell(SelectionKey key) {
        Runnable onReset = (Runnable) key.attachment();
        key.cancel();
        onReset.run();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing a selector: {}", e.getMessage());
        }
    }
}
