package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Binding;
import io.finwait.driver.Driver;
import io.finwait.driver.Readiness;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A channel that listens on a port of a driver. */
final class DriverServerSocketChannel extends ServerSocketChannel
        implements ReadyChannel, Readiness {

    private static final int BACKLOG = 50;

    private final DriverSelectorProvider provider;
    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final SocketSettings settings;
    private final ChannelKeys keys = new ChannelKeys();
    private final ReentrantLock acceptLock = new ReentrantLock();
    private final SocketGate accepting;
    private final BooleanSupplier acceptDone = this::isAcceptDone;
    private final Object stateLock = new Object();
    private Binding binding;
    private volatile AsyncListener listener;
    private ServerSocket adaptor;

    DriverServerSocketChannel(
            DriverSelectorProvider provider, Driver driver, SocketBehaviour behaviour) {
        super(provider);
        this.provider = provider;
        this.driver = driver;
        this.behaviour = behaviour;
        settings = new SocketSettings(driver, true);
        accepting = new SocketGate(driver.time());
    }

    @Override
    public void changed(int what) {
        accepting.look();
        keys.mayBeReady(SelectionKey.OP_ACCEPT);
    }

    @Override
    public int opsReady() {
        AsyncListener mine = listener;
        return mine != null && mine.isAcceptable() ? SelectionKey.OP_ACCEPT : 0;
    }

    @Override
    public ChannelKeys channelKeys() {
        return keys;
    }

    Driver driver() {
        return driver;
    }

    private boolean isAcceptDone() {
        return !isOpen() || listener.isAcceptable();
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        InetSocketAddress asked = Addresses.orAny(local);
        synchronized (stateLock) {
            requireOpen();
            if (binding != null) {
                throw new AlreadyBoundException();
            }
            Binding bound =
                    Addresses.bind(
                            driver, asked.getAddress(), asked.getPort(), settings.reuseAddress());
            try {
                listener =
                        Locks.answer(bound.listen(backlog < 1 ? BACKLOG : backlog), driver.time());
            } catch (IOException e) {
                CompletableFuture<Void> unused = bound.release();
                throw e;
            }
            binding = bound;
            listener.readiness(this);
            return this;
        }
    }

    @Override
    public SocketChannel accept() throws IOException {
        return accept(0);
    }

    /**
     * Takes the next connection.
     *
     * @param nanos how long to wait at most when the channel blocks, 0 for as long as it takes
     * @return null when there is none and the channel does not block
     */
    SocketChannel accept(long nanos) throws IOException {
        acceptLock.lock();
        try {
            requireOpen();
            if (listener == null) {
                throw new NotYetBoundException();
            }
            AsyncConnection next = next(nanos);
            return next == null
                    ? null
                    : DriverSocketChannel.accepted(provider, next, driver, behaviour, settings);
        } finally {
            acceptLock.unlock();
        }
    }

    private AsyncConnection next(long nanos) throws IOException {
        if (!isBlocking()) {
            return poll();
        }
        AsyncConnection next = null;
        try {
            try {
                begin();
                next = awaitNext(nanos);
            } finally {
                end(next != null);
            }
        } catch (ClosedChannelException e) {
            // An interrupt takes precedence over a connection that has come: that is reset.
            if (next != null) {
                CompletableFuture<?> unused = next.abort();
            }
            throw e;
        }
        return next;
    }

    private AsyncConnection awaitNext(long nanos) throws IOException {
        while (isOpen()) {
            AsyncConnection next = poll();
            if (next != null) {
                return next;
            }
            if (!accepting.awaitInChannel(acceptDone, nanos)) {
                throw new SocketTimeoutException("Accept timed out");
            }
        }
        return null;
    }

    private AsyncConnection poll() throws IOException {
        return listener.isAcceptable() ? Locks.answer(listener.poll(), driver.time()) : null;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return localAddress();
    }

    InetSocketAddress localAddress() {
        synchronized (stateLock) {
            return binding == null
                    ? null
                    : new InetSocketAddress(Addresses.ofBinding(binding), binding.port());
        }
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        acceptLock.lock();
        try {
            requireOpen();
        } finally {
            acceptLock.unlock();
        }
    }

    /**
     * As with the kernel's channels, the port refuses connections once this has returned. Where a
     * thread waits in accept, the close may be that of an interrupt, which must not wait.
     */
    @Override
    protected void implCloseSelectableChannel() {
        CompletableFuture<Void> released = null;
        synchronized (stateLock) {
            if (binding != null) {
                CompletableFuture<Void> unused = listener.close();
                released = binding.release();
            }
        }
        accepting.look();
        if (released != null && !acceptLock.isLocked()) {
            Locks.awaitUninterruptibly(released, driver.time(), 0);
        }
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option, "option");
        requireOpen();
        settings.put(option, value, null);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        Objects.requireNonNull(option, "option");
        requireOpen();
        return settings.get(option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return settings.supported();
    }

    @Override
    public ServerSocket socket() {
        synchronized (stateLock) {
            if (adaptor == null) {
                adaptor = new ChannelServerSocket(this);
            }
            return adaptor;
        }
    }

    @Override
    public String toString() {
        return "ServerSocketChannel[" + localAddress() + "]";
    }
}
