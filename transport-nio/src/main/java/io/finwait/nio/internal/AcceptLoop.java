package io.finwait.nio.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Takes connections until its port is closed. A connection that can't be taken, for want of
 * descriptors, memory or threads, is no reason to take no more: the loop pauses, so that it does
 * not spin, and goes on.
 */
public final class AcceptLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptLoop.class);

    private final ServerSocketChannel port;
    private final String name;
    private final Consumer<SocketChannel> taker;
    private final LongConsumer pause;
    private final Pauses pauses = new Pauses();

    /** Held while the loop waits for a connection. */
    private final Lock accepting = new ReentrantLock();

    /**
     * What is to be run.
     *
     * @param port is closed by {@link #close}, which ends the loop
     * @param name of what listens, for the log
     * @param taker gets each connection; when it throws, the connection is closed
     */
    public AcceptLoop(ServerSocketChannel port, String name, Consumer<SocketChannel> taker) {
        this(port, name, taker, LockSupport::parkNanos);
    }

    AcceptLoop(
            ServerSocketChannel port,
            String name,
            Consumer<SocketChannel> taker,
            LongConsumer pause) {
        this.port = port;
        this.name = name;
        this.taker = taker;
        this.pause = pause;
    }

    /** Returns when the port is closed. */
    public void run() {
        while (port.isOpen()) {
            SocketChannel taken = null;
            try {
                taken = accept();
                taker.accept(taken);
                pauses.worked();
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                close(taken);
                failed(e);
            }
        }
    }

    private SocketChannel accept() throws IOException {
        accepting.lock();
        try {
            return port.accept();
        } finally {
            accepting.unlock();
        }
    }

    /**
     * Closes the port. Afterwards it is refused to connect: a platform thread that waits in the
     * kernel's accept keeps the port open after the channel's close has returned, until it has
     * noticed, so this waits for it. May be called from any thread, and again.
     *
     * @throws IOException when the channel can't be closed
     */
    @Override
    public void close() throws IOException {
        port.close();
        accepting.lock();
        try {
            LOG.debug("{} takes no more connections", name);
        } finally {
            accepting.unlock();
        }
    }

    private void failed(Throwable e) {
        if (!port.isOpen()) {
            return;
        }
        if (!pauses.isPaused()) {
            LOG.warn("{} can't take a connection, and tries again: {}", name, e.toString());
        }
        pause.accept(pauses.next());
    }

    private static void close(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a connection: {}", e.getMessage());
        }
    }
}
