package io.finwait.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A channel of ours in the shape of a socket ({@link SocketChannel#socket}). */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // The channel has its own locks.
final class ChannelSocket extends Socket {

    private final DriverSocketChannel channel;
    private volatile int timeoutMs;
    private volatile boolean outOfBandInline;

    private ChannelSocket(DriverSocketChannel channel) throws SocketException {
        // All that would ask it is overridden here.
        super(new DriverServerSocketImpl(channel.driver()));
        this.channel = channel;
    }

    static ChannelSocket of(DriverSocketChannel channel) {
        try {
            return new ChannelSocket(channel);
        } catch (SocketException e) {
            throw new AssertionError("such a socket opens nothing", e);
        }
    }

    private void requireBlocking() {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
    }

    private void requireOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    @Override
    public void connect(SocketAddress to, int timeout) throws IOException {
        if (timeout < 0) {
            throw new IllegalArgumentException("connect: timeout can't be negative");
        }
        requireBlocking();
        if (to instanceof InetSocketAddress named && named.isUnresolved()) {
            close();
            throw new UnknownHostException(named.toString());
        }
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
        AdaptorFailures.asSocket(() -> channel.connect(Addresses.known(to), nanos));
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        AdaptorFailures.asSocket(() -> channel.bind(local));
    }

    // Addresses.

    @Override
    public InetAddress getInetAddress() {
        InetSocketAddress remote = channel.remoteAddress();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress remote = channel.remoteAddress();
        return remote == null ? 0 : remote.getPort();
    }

    @Override
    public InetAddress getLocalAddress() {
        InetSocketAddress local = isClosed() ? null : channel.localAddress();
        return local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.localAddress();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return channel.localAddress();
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    // State.

    @Override
    public boolean isConnected() {
        return channel.isConnected();
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
    public boolean isInputShutdown() {
        return channel.isInputShut();
    }

    @Override
    public boolean isOutputShutdown() {
        return channel.isOutputShut();
    }

    @Override
    public void shutdownInput() throws IOException {
        AdaptorFailures.asSocket(channel::shutdownInput);
    }

    @Override
    public void shutdownOutput() throws IOException {
        AdaptorFailures.asSocket(channel::shutdownOutput);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // Streams.

    private void requireStreams(boolean shut, String direction) throws SocketException {
        requireOpen();
        if (!isConnected()) {
            throw new SocketException("Socket is not connected");
        }
        if (shut) {
            throw new SocketException("Socket " + direction + " is shutdown");
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        requireStreams(isInputShutdown(), "input");
        return new ChannelStreams.Input(channel, () -> timeoutMs);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireStreams(isOutputShutdown(), "output");
        return new ChannelStreams.Output(channel);
    }

    // Options.

    private <T> T get(SocketOption<T> option) throws SocketException {
        return AdaptorFailures.option(() -> channel.getOption(option));
    }

    private <T> void set(SocketOption<T> option, T value) throws SocketException {
        AdaptorFailures.option(() -> channel.setOption(option, value));
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        set(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return get(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        set(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return get(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        requireOpen();
        throw new SocketException("urgent data is not sent (RFC 6093); send it as ordinary data");
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        requireOpen();
        outOfBandInline = on;
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        requireOpen();
        return outOfBandInline;
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

    private static int positive(int octets, String which) {
        if (octets <= 0) {
            throw new IllegalArgumentException("Invalid " + which + " size");
        }
        return octets;
    }

    @Override
    public void setSendBufferSize(int octets) throws SocketException {
        set(StandardSocketOptions.SO_SNDBUF, positive(octets, "send"));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int octets) throws SocketException {
        set(StandardSocketOptions.SO_RCVBUF, positive(octets, "receive"));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return get(StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public void setTrafficClass(int bits) throws SocketException {
        set(StandardSocketOptions.IP_TOS, bits);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return get(StandardSocketOptions.IP_TOS);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public <T> Socket setOption(SocketOption<T> option, T value) throws IOException {
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
        return "Socket[" + channel + "]";
    }
}
