package io.finwait.nio;

import io.finwait.nio.internal.SocketFile;

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

/**
 * Listens for the peer. The newest connection becomes the link, so that a restarted peer need not
 * wait until this side notices that the old connection is dead.
 */
final class Acceptor implements ChannelSource {

    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    /** How often a busy link, whose thread never waits, looks for a newer connection. */
    private static final long LOOK_NS = 10_000_000L;

    private final Selector selector;
    private final ServerSocketChannel server;
    private final SelectionKey key;
    private final KeyPause pause;

    /** What takes a connection; another one in tests. */
    Accepting accepting;

    /** {@link ServerSocketChannel#accept}. */
    interface Accepting {
        SocketChannel accept() throws IOException;
    }

    private final SocketFile file;
    private boolean acceptable;
    private long lookedNs;

    Acceptor(SocketAddress at, Selector selector) throws IOException {
        this.selector = selector;
        boolean unix = at instanceof UnixDomainSocketAddress;
        server =
                unix
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        try {
            server.configureBlocking(false);
            if (unix) {
                // A server that lives is hardly disturbed by the question: it takes it for a peer
                // that was restarted, and its own peer connects anew.
                file = SocketFile.bind(server, ((UnixDomainSocketAddress) at).getPath());
            } else {
                file = null;
                server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                server.bind(at);
            }
            key = server.register(selector, SelectionKey.OP_ACCEPT);
            pause = new KeyPause(key, SelectionKey.OP_ACCEPT);
            accepting = server::accept;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    SocketAddress localAddress() throws IOException {
        return server.getLocalAddress();
    }

    @Override
    public SocketChannel next(boolean connected, long nowNs) {
        boolean paused = pause.isOn();
        if (pause.holds(nowNs)
                || (connected && !acceptable && !paused && nowNs - lookedNs < LOOK_NS)) {
            return null;
        }
        acceptable = false;
        lookedNs = nowNs;
        SocketChannel newest = null;
        try {
            for (SocketChannel one = accepting.accept(); one != null; one = accepting.accept()) {
                Sockets.close(newest, selector);
                newest = one;
                Sockets.prepare(one);
            }
            pause.worked();
        } catch (IOException e) {
            LOG.debug("no connection can be accepted: {}", e.getMessage());
            Sockets.close(newest, selector);
            newest = null;
            pause.begin(nowNs);
        }
        return newest;
    }

    @Override
    public void lost(long nowNs) {
        // The peer connects again by itself.
    }

    @Override
    public void worked() {
        // A peer may come back as often as it likes.
    }

    @Override
    public void ready(SelectionKey readyKey) {
        acceptable |= readyKey.equals(key);
    }

    @Override
    public long nextDeadlineNs() {
        return pause.nextDeadlineNs();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing a server: {}", e.getMessage());
        }
        if (file != null) {
            file.remove();
        }
    }
}
