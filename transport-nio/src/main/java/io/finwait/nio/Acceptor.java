package io.finwait.nio;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Listens for the peer. The newest connection is the link: a peer that was started again must not wait
 * until this side has noticed that its former self is gone.
 */
final class Acceptor implements ChannelSource {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** How often a busy link, whose thread never waits, looks for a newer connection. */
    private static final long LOOK_NS = 10_000_000L;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final SelectionKey key;
    private final Path file;
    private boolean acceptable;
    private long lookedNs;

    Acceptor(SocketAddress at, Selector selector) throws IOException {
        this.selector = selector;
        boolean unix = at instanceof UnixDomainSocketAddress;
        file = unix ? ((UnixDomainSocketAddress) at).getPath() : null;
        if (unix) {
            removeLeftOver(at);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        } else {
            server = ServerSocketChannel.open();
        }
        try {
            if (!unix) {
                server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            server.configureBlocking(false);
            server.bind(at);
            key = server.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Removes the file of a server that was killed. One that lives is not disturbed for long: it takes
     * this attempt for a peer that was started again, and its own peer connects anew.
     */
    private void removeLeftOver(SocketAddress at) throws IOException {
        if (!Files.exists(file) || !Files.readAttributes(file, "isOther").containsValue(true)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(at);
        } catch (IOException e) {
            LOG.debug("{} was left over: {}", file, e.getMessage());
            Files.deleteIfExists(file);
        }
    }

    SocketAddress localAddress() throws IOException {
        return server.getLocalAddress();
    }

    @Override
    public SocketChannel next(boolean connected, long nowNs) {
        if (connected && !acceptable && nowNs - lookedNs < LOOK_NS) {
            return null;
        }
        acceptable = false;
        lookedNs = nowNs;
        SocketChannel newest = null;
        try {
            for (SocketChannel one = server.accept(); one != null; one = server.accept()) {
                Sockets.close(newest, selector);
                newest = null;
                Sockets.prepare(one);
                newest = one;
            }
        } catch (IOException e) {
            LOG.debug("no connection can be accepted: {}", e.getMessage());
        }
        return newest;
    }

    @Override
    public void lost(long nowNs) {
        // The peer comes back by itself.
    }

    @Override
    public void worked() {
        // Nothing is held against a peer that comes back often.
    }

    @Override
    public void ready(SelectionKey readyKey) {
        acceptable |= readyKey.equals(key);
    }

    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void close() {
        try {
            server.close();
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.debug("closing {}: {}", file, e.getMessage());
        }
    }
}
