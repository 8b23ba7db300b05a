package io.finwait.nio.gateway;

import io.finwait.driver.Driver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Waits for the kernel's sockets on a thread of its own, and has the driver's thread, on which
 * everything else happens, look after those that are ready. While that goes on it waits: sockets
 * is told again until it is consumed, so no interest has to be switched off and on for each.
 */
final class SocketWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SocketWatch.class);
    private static final long TICK_MS = 10;

    private final Driver driver;
    private final Selector selector;
    private final Thread thread = new Thread(this::run, "finwait-gateway");

    /** Those that want to be called again soon; the driver's thread's. */
    private final Set<Ticking> ticking = new LinkedHashSet<>();

    /** True while the driver's thread does what was ready, and this thread waits for it. */
    private boolean processing;

    private volatile boolean ticks;
    private volatile boolean closed;

    /** Is called on the driver's thread when its channel is ready. */
    interface Ready {
        void ready();
    }

    /** Is called on the driver's thread every ten milliseconds. */
    interface Ticking {

        /**
         * Does what is due.
         *
         * @return false when it need not be called again
         */
        boolean tick(long nowNs);
    }

    SocketWatch(Driver driver) throws IOException {
        this.driver = driver;
        selector = Selector.open();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    // On the driver's thread.

    SelectionKey register(SelectableChannel channel, int ops, Ready ready) throws IOException {
        SelectionKey key = channel.register(selector, ops, ready);
        wake();
        return key;
    }

    /** Sets what a channel is waited for; nothing happens when it is closed. */
    void interest(SelectionKey key, int ops) {
        try {
            if (key.interestOps() != ops) {
                key.interestOps(ops);
                wake();
            }
        } catch (CancelledKeyException closedMeanwhile) {
            // Nobody waits for it any more.
        }
    }

    /** The kernel closes a registered socket only when the selector has let go of it. */
    void hasClosed() {
        wake();
    }

    private void wake() {
        if (!processing) {
            selector.wakeup();
        }
    }

    void tick(Ticking who) {
        ticking.add(who);
        if (!ticks) {
            ticks = true;
            wake();
        }
    }

    void close() {
        closed = true;
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the gateway's selector could not be closed", e);
        }
    }

    // Its own thread.

    private void run() {
        try {
            while (!closed) {
                selector.select(ticks ? TICK_MS : 0);
                if (closed) {
                    return;
                }
                if (ticks || !selector.selectedKeys().isEmpty()) {
                    driver.call(
                                    endpoint -> {
                                        process();
                                        return null;
                                    })
                            .join();
                }
            }
        } catch (ClosedSelectorException e) {
            // close() was called.
        } catch (CompletionException e) {
            if (!closed) {
                LOG.info("the gateway ends because its driver has: {}", e.toString());
            }
        } catch (IOException e) {
            LOG.error("the gateway can't wait for sockets any more", e);
        }
    }

    private void process() {
        if (closed) {
            return;
        }
        processing = true;
        try {
            for (SelectionKey key : selector.selectedKeys()) {
                call((Ready) key.attachment());
            }
            selector.selectedKeys().clear();
            tick();
        } finally {
            processing = false;
        }
    }

    private static void call(Ready ready) {
        try {
            ready.ready();
        } catch (RuntimeException e) {
            LOG.error("a socket of the gateway was not looked after: " + ready, e);
        }
    }

    private void tick() {
        if (ticking.isEmpty()) {
            ticks = false;
            return;
        }
        long now = System.nanoTime();
        List<Ticking> all = new ArrayList<>(ticking);
        for (Ticking each : all) {
            if (!each.tick(now)) {
                ticking.remove(each);
            }
        }
        ticks = !ticking.isEmpty();
    }
}
