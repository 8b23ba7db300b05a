package io.finwait.nio;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Connects, and connects again when that failed or the connection is lost, after a pause that
 * doubles from {@link #FIRST_PAUSE_NS} to {@link #LONGEST_PAUSE_NS} until a packet has come
 * through.
 */
final class Dialer implements ChannelSource {

    static final long FIRST_PAUSE_NS = 50_000_000L;
    static final long LONGEST_PAUSE_NS = 5_000_000_000L;

    /** How long the peer may take to accept. */
    static final long PATIENCE_NS = 5_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    private final SocketAddress peer;
    private final Selector selector;
    private SocketChannel pending;

    /** The end of patience when something is pending, else the time of the next attempt. */
    private long deadlineNs;

    private boolean deadlineKnown;
    private boolean connected;
    private long pauseNs;

    /** Begins to connect; whether that succeeds shows later. */
    Dialer(SocketAddress peer, Selector selector) {
        this.peer = peer;
        this.selector = selector;
        dial();
    }

    @Override
    public SocketChannel next(boolean isConnected, long nowNs) {
        if (connected) {
            return null;
        }
        if (!deadlineKnown) {
            // The first attempt was made before the time was known.
            deadlineKnown = true;
            deadlineNs = nowNs + (pending == null ? pause() : PATIENCE_NS);
        }
        if (pending == null) {
            if (nowNs - deadlineNs < 0) {
                return null;
            }
            dial();
            deadlineNs = nowNs + (pending == null ? pause() : PATIENCE_NS);
        }
        return pending == null ? null : finish(nowNs);
    }

    private void dial() {
        try {
            pending = Sockets.open(peer);
            pending.register(selector, SelectionKey.OP_CONNECT);
            pending.connect(peer);
        } catch (IOException e) {
            failed(e);
        }
    }

    private SocketChannel finish(long nowNs) {
        try {
            if (pending.finishConnect()) {
                SocketChannel ready = pending;
                pending = null;
                connected = true;
                return ready;
            }
            if (nowNs - deadlineNs >= 0) {
                throw new IOException("no answer");
            }
        } catch (IOException e) {
            failed(e);
            deadlineNs = nowNs + pause();
        }
        return null;
    }

    private void failed(IOException e) {
        LOG.debug("{} can't be reached: {}", peer, e.getMessage());
        Sockets.close(pending, selector);
        pending = null;
    }

    private long pause() {
        pauseNs = Math.min(Math.max(2 * pauseNs, FIRST_PAUSE_NS), LONGEST_PAUSE_NS);
        return pauseNs;
    }

    @Override
    public void lost(long nowNs) {
        connected = false;
        deadlineKnown = true;
        deadlineNs = nowNs + pause();
    }

    @Override
    public void worked() {
        pauseNs = 0;
    }

    @Override
    public void ready(SelectionKey key) {
        // What is pending is looked at in each call of next().
    }

    @Override
    public long nextDeadlineNs() {
        return connected || !deadlineKnown ? Long.MAX_VALUE : deadlineNs;
    }

    @Override
    public void close() {
        Sockets.close(pending, selector);
        pending = null;
    }
}
