package io.finwait.nio;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Socket channels as a link needs them. */
final class Sockets {

    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

    private Sockets() {}

    /** A channel of the right family that does not block. */
    static SocketChannel open(SocketAddress peer) throws IOException {
        SocketChannel channel =
                peer instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
        try {
            prepare(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /**
     * Packets must not wait for each other (TCP_NODELAY), nor this side for a dead peer
     * (SO_KEEPALIVE).
     */
    static void prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
    }

    /**
     * Closes a channel, which may be null. A channel that is registered is closed by the JDK only
     * when its selector looks next, and that look would swallow a wake-up: another one is left in
     * its place.
     */
    static void close(SocketChannel channel, Selector selector) {
        if (channel == null) {
            return;
        }
        try {
            boolean registered = channel.isRegistered();
            channel.close();
            if (registered && selector.isOpen()) {
                selector.selectNow(key -> {});
                selector.wakeup();
            }
        } catch (IOException e) {
            LOG.debug("closing a connection: {}", e.getMessage());
        }
    }
}
