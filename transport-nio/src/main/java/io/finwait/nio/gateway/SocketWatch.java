package io.finwait.nio.gateway;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
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

    /** Channels to close when the selector has let go of them; of the driver's thread. */
    private final Queue<SocketChannel> leaving = new ArrayDeque<>();

    private long tickedNs = System.nanoTime();

    private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.DRIVERS);

    private volatile boolean closed;

    /** Whose the selector is. */
    private enum Turn {
        DRIVERS,

        /** Until a socket is ready or the driver takes it back. */
        WATCHERS,

        /**
         * The watcher's, who was told to give it back. The driver is awake, so nobody rouses it;
         * before it has the selector it may wait again, and takes back what it has told.
         */
        RECALLED
    }

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
        try {
            return channel.register(selector, ops, ready);
        } catch (ClosedSelectorException e) {
            throw new IOException("the gateway no longer waits for sockets", e);
        }
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
     * Closes a channel. The kernel closes one that is registered only when the selector has let go
     * of it: until then, the next turn, it waits here, because the JDK's close would ask for its
     * linger time and shut it down first, with a system call each.
     *
     * @param key null for one that was not registered
     * @param reset by RST; otherwise its FIN has been sent
     */
    void close(SocketChannel channel, SelectionKey key, boolean reset) {
        try {
            if (reset) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            LOG.debug("no reset: {}", e.toString());
        }
        if (key == null || turn.get() != Turn.DRIVERS || closed) {
            closeNow(channel);
        } else {
            key.cancel();
            leaving.add(channel);
        }
    }

    private static void closeNow(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("while closing a socket: {}", e.toString());
        }
    }

    private void closeLeaving(int how) {
        for (int i = how; i > 0; i--) {
            closeNow(leaving.remove());
        }
    }

    /**
     * Looks after what is ready, and closes what was to be closed.
     *
     * @return how many were ready
     */
    int turn() {
        if (closed) {
            closeLeaving(leaving.size());
            return 0;
        }
        if (turn.compareAndSet(Turn.WATCHERS, Turn.RECALLED)) {
            selector.wakeup();
        }
        if (turn.get() != Turn.DRIVERS) {
            return tick();
        }
        int ready = 0;
        // Those that are ready may add to them, and are let go of by the next call.
        int cancelled = leaving.size();
        try {
            ready = selector.selectNow(SocketWatch::call);
            closeLeaving(cancelled);
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
     * @return for how long the driver may wait, in nanoseconds; 0 while sockets are to be closed,
     *     which takes another turn
     */
    long waitBegins(long timeoutNs) {
        if (closed) {
            return timeoutNs;
        }
        if (!leaving.isEmpty()) {
            return 0;
        }
        if (turn.getAndSet(Turn.WATCHERS) == Turn.DRIVERS) {
            LockSupport.unpark(watcher);
        }
        return ticking.isEmpty() ? timeoutNs : Math.min(timeoutNs, TICK_NS);
    }

    /** Ends it; a second call changes nothing. */
    void close() {
        if (!closed) {
            end();
        }
        closeLeaving(leaving.size());
    }

    /** From either thread. */
    private void end() {
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
                switch (turn.get()) {
                    case DRIVERS -> LockSupport.park(this);
                    case RECALLED -> {
                        boolean unused = turn.compareAndSet(Turn.RECALLED, Turn.DRIVERS);
                    }
                    case WATCHERS -> select();
                }
            }
        } catch (ClosedSelectorException e) {
            // close() was called.
        } catch (IOException e) {
            LOG.error("the gateway can't wait for sockets any more", e);
            end();
            rouse.run();
        }
    }

    private void select() throws IOException {
        int ready = selector.select();
        // The driver's thread asks again.
        selector.selectedKeys().clear();
        if (ready > 0 && turn.compareAndSet(Turn.WATCHERS, Turn.DRIVERS)) {
            rouse.run();
        }
    }
}
