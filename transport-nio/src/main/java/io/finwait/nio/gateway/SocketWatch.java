package io.finwait.nio.gateway;

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
import java.util.concurrent.locks.LockSupport;

/**
 * The kernel's sockets. The driver's thread, on which everything happens, asks in each turn which
 * are ready, so that a round trip changes no thread. While it waits for packets a thread of its own
 * waits for sockets, and ends the driver's wait when one is ready. The selector belongs to one of
 * the two at a time.
 */
final class SocketWatch {

    private static final Logger LOG = LoggerFactory.getLogger(SocketWatch.class);
    private static final long TICK_NS = 10_000_000;

    private final Runnable rouse;
    private final Selector selector;
    private final Thread watcher = new Thread(this::watch, "finwait-gateway");

    /** Those that want to be called again soon. */
    private final Set<Ticking> ticking = new LinkedHashSet<>();

    private long tickedNs = System.nanoTime();

    /** The watcher has been told to give the selector back. */
    private boolean recalled;

    /** The selector is the watcher's: set by the driver's thread, cleared by the watcher. */
    private volatile boolean watching;

    private volatile boolean closed;

    /** Is called on the driver's thread. */
    interface Ready {

        /** The channel is ready. */
        void ready();

        /** {@link #ready} has thrown: ends what it was for. */
        void giveUp();
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

    /**
     * @param rouse ends the driver's wait, now or when it begins
     */
    SocketWatch(Runnable rouse) throws IOException {
        this.rouse = rouse;
        selector = Selector.open();
        watcher.setDaemon(true);
    }

    void start() {
        watcher.start();
    }

    /** For tests. */
    Thread watcher() {
        return watcher;
    }

    // On the driver's thread.

    SelectionKey register(SelectableChannel channel, int ops, Ready ready) throws IOException {
        return channel.register(selector, ops, ready);
    }

    /** Sets what a channel is waited for; nothing happens when it is closed. */
    void interest(SelectionKey key, int ops) {
        try {
            if (key.interestOps() != ops) {
                key.interestOps(ops);
            }
        } catch (CancelledKeyException closedMeanwhile) {
            // Nobody waits for it any more.
        }
    }

    void tick(Ticking who) {
        ticking.add(who);
    }

    /**
     * Looks after what is ready, and lets go of what was closed: the kernel closes a registered
     * socket only when the selector no longer has it.
     *
     * @return how many were ready
     */
    int turn() {
        if (closed) {
            return 0;
        }
        if (watching) {
            if (!recalled) {
                recalled = true;
                selector.wakeup();
            }
            return tick();
        }
        int ready = 0;
        try {
            ready = selector.selectNow(SocketWatch::call);
        } catch (ClosedSelectorException closedByOne) {
            return 0;
        } catch (IOException e) {
            LOG.error("the gateway can't ask for ready sockets any more", e);
            close();
        }
        return ready + tick();
    }

    private static void call(SelectionKey key) {
        Ready ready = (Ready) key.attachment();
        try {
            ready.ready();
        } catch (Throwable e) {
            // It would be ready again at once, and for ever.
            LOG.error("the gateway ends what it can't go on with: " + ready, e);
            ready.giveUp();
        }
    }

    private int tick() {
        if (ticking.isEmpty()) {
            return 0;
        }
        long now = System.nanoTime();
        if (now - tickedNs < TICK_NS) {
            return 0;
        }
        tickedNs = now;
        List<Ticking> all = new ArrayList<>(ticking);
        for (Ticking each : all) {
            if (!ticks(each, now)) {
                ticking.remove(each);
            }
        }
        return all.size();
    }

    private static boolean ticks(Ticking each, long nowNs) {
        try {
            return each.tick(nowNs);
        } catch (Throwable e) {
            LOG.error("the gateway no longer calls " + each, e);
            return false;
        }
    }

    /**
     * The driver is about to wait for packets: from now on the watcher waits for sockets.
     *
     * @return for how long the driver may wait, in nanoseconds
     */
    long waitBegins(long timeoutNs) {
        if (closed) {
            return timeoutNs;
        }
        recalled = false;
        if (!watching) {
            watching = true;
            LockSupport.unpark(watcher);
        }
        return ticking.isEmpty() ? timeoutNs : Math.min(timeoutNs, TICK_NS);
    }

    /** Ends it; a second call changes nothing. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            selector.close();
        } catch (IOException e) {
            LOG.warn("the gateway's selector could not be closed", e);
        }
        LockSupport.unpark(watcher);
    }

    // The watcher.

    private void watch() {
        try {
            while (!closed) {
                if (!watching) {
                    LockSupport.park(this);
                    continue;
                }
                int unused = selector.select();
                // The driver's thread asks again.
                selector.selectedKeys().clear();
                watching = false;
                rouse.run();
            }
        } catch (ClosedSelectorException e) {
            // close() was called.
        } catch (IOException e) {
            LOG.error("the gateway can't wait for sockets any more", e);
            close();
        }
    }
}
