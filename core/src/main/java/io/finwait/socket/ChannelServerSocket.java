package io.finwait.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A listening channel of ours in the shape of a socket ({@link ServerSocketChannel#socket}). */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // The channel has its own locks.
final class ChannelServerSocket extends ServerSocket {

    private static final int BACKLOG = 50;

    private final DriverServerSocketChannel channel;
    private volatile int timeoutMs;

    ChannelServerSocket(DriverServerSocketChannel channel) {
        // All that would ask it is overridden here.
        super(new DriverServerSocketImpl(channel.driver()));
        this.channel = channel;
    }

    private void requireOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        bind(local, BACKLOG);
    }

    @Override
    public void bind(SocketAddress local, int backlog) throws IOException {
        AdaptorFailures.asSocket(() -> channel.bind(local, backlog));
    }

    @Override
    public Socket accept() throws IOException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        if (nanos > 0 && !channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        SocketChannel accepted = AdaptorFailures.asSocket(() -> channel.accept(nanos));
        if (accepted == null) {
            throw new IllegalBlockingModeException();
        }
        return accepted.socket();
    }

    @Override
    public InetAddress getInetAddress() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? null : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return channel.localAddress();
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        requireOpen();
        if (timeout < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeoutMs = timeout;
    }

    @Override
    public int getSoTimeout() throws SocketException {
        requireOpen();
        return timeoutMs;
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        AdaptorFailures.option(() -> channel.setOption(StandardSocketOptions.SO_REUSEADDR, on));
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return AdaptorFailures.option(() -> channel.getOption(StandardSocketOptions.SO_REUSEADDR));
    }

    @Override
    public void setReceiveBufferSize(int octets) throws SocketException {
        if (octets <= 0) {
            throw new IllegalArgumentException("size cannot be 0 or negative");
        }
        AdaptorFailures.option(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, octets));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return AdaptorFailures.option(() -> channel.getOption(StandardSocketOptions.SO_RCVBUF));
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public String toString() {
        return "ServerSocket[" + channel + "]";
    }
}
