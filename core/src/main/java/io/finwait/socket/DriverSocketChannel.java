package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Binding;
import io.finwait.driver.Driver;
import io.finwait.driver.Readiness;
import io.finwait.driver.RingConnection;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A channel whose TCP is a driver's. One thread reads or connects, one writes, and any may close,
 * which frees whoever waits and ends the connection at once, whether the channel is registered with
 * a selector or not.
 */
final class DriverSocketChannel extends SocketChannel implements ReadyChannel, Readiness {

    private enum Phase {
        UNCONNECTED,
        CONNECTING,
        CONNECTED
    }

    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final SocketSettings settings;
    private final ChannelKeys keys = new ChannelKeys();
    private final ChannelInput input;
    private final ChannelOutput output;
    private final BooleanSupplier connectDone = this::isConnectDone;

    /** Guards opening, binding and closing; held for no longer than the driver takes to answer. */
    private final Object stateLock = new Object();

    private volatile Phase phase = Phase.UNCONNECTED;

    /** Set before {@link #rings}. */
    private StreamEnds ends;

    private volatile RingConnection rings;
    private volatile InetSocketAddress remote;
    private Binding binding;
    private Socket adaptor;

    DriverSocketChannel(DriverSelectorProvider provider, Driver driver, SocketBehaviour behaviour) {
        super(provider);
        this.driver = driver;
        this.behaviour = behaviour;
        settings = new SocketSettings(driver, false);
        input = new ChannelInput(this, driver.time());
        output = new ChannelOutput(this, driver.time());
    }

    /** The server's end of a connection. */
    static DriverSocketChannel accepted(
            DriverSelectorProvider provider,
            AsyncConnection connection,
            Driver driver,
            SocketBehaviour behaviour,
            SocketSettings listener) {
        DriverSocketChannel channel = new DriverSocketChannel(provider, driver, behaviour);
        channel.settings.inherit(listener);
        channel.remote =
                new InetSocketAddress(
                        connection.remoteAddress().toInetAddress(), connection.remotePort());
        channel.phase = Phase.CONNECTED;
        channel.took(RingConnection.over(connection, channel));
        return channel;
    }

    private void took(RingConnection taken) {
        ends = new StreamEnds(taken, behaviour);
        rings = taken;
        // Operations that became ready before there was a connection.
        changed(READABLE | WRITABLE);
    }

    Driver driver() {
        return driver;
    }

    /** Once it connects. */
    RingConnection rings() {
        return rings;
    }

    /** Once it connects. */
    StreamEnds ends() {
        return ends;
    }

    /** Nobody reads, writes or connects meanwhile. */
    private void lock() {
        input.lock();
        output.lock();
    }

    private void unlock() {
        output.unlock();
        input.unlock();
    }

    // Readiness.

    @Override
    public void changed(int what) {
        if ((what & READABLE) != 0) {
            input.look();
            keys.mayBeReady(SelectionKey.OP_READ);
        }
        if ((what & WRITABLE) != 0) {
            output.look();
            if (phase == Phase.CONNECTING) {
                input.look();
            }
            keys.mayBeReady(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
        }
    }

    @Override
    public int opsReady() {
        RingConnection mine = rings;
        if (mine == null) {
            return 0;
        }
        if (phase == Phase.CONNECTING) {
            return isConnectDone() ? SelectionKey.OP_CONNECT : 0;
        }
        return (input.isDone() ? SelectionKey.OP_READ : 0)
                | (mine.isWritable() ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public ChannelKeys channelKeys() {
        return keys;
    }

    private boolean isConnectDone() {
        return !isOpen() || rings.isEstablished() || rings.hasEnded();
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    void requireConnected() throws ClosedChannelException {
        requireOpen();
        if (phase != Phase.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    // Opening.

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
        InetSocketAddress asked = Addresses.orAny(local);
        lock();
        try {
            synchronized (stateLock) {
                requireOpen();
                if (phase == Phase.CONNECTING) {
                    throw new ConnectionPendingException();
                }
                if (binding != null || phase == Phase.CONNECTED) {
                    throw new AlreadyBoundException();
                }
                InetAddress address = asked.getAddress();
                binding = Addresses.bind(driver, address, asked.getPort(), settings.reuseAddress());
            }
            return this;
        } finally {
            unlock();
        }
    }

    @Override
    public boolean connect(SocketAddress to) throws IOException {
        return connect(Addresses.known(to), 0);
    }

    /**
     * Connects.
     *
     * @param nanos how long at most when the channel blocks, 0 for as long as it takes
     */
    boolean connect(InetSocketAddress to, long nanos) throws IOException {
        lock();
        try {
            requireOpen();
            boolean blocking = isBlocking();
            boolean done = false;
            try {
                if (blocking) {
                    begin();
                }
                beginConnect(to);
                done = awaitConnect(blocking, nanos);
            } finally {
                if (blocking) {
                    end(done);
                }
            }
            return done;
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlock();
        }
    }

    private void beginConnect(InetSocketAddress to) throws IOException {
        synchronized (stateLock) {
            requireOpen();
            switch (phase) {
                case CONNECTED -> throw new AlreadyConnectedException();
                case CONNECTING -> throw new ConnectionPendingException();
                case UNCONNECTED -> phase = Phase.CONNECTING;
            }
            remote = to;
            InetAddress address = Addresses.reachable(to.getAddress(), driver);
            IpAddress local = binding == null ? null : binding.address();
            int localPort = binding == null ? 0 : binding.port();
            took(
                    RingConnection.connect(
                            driver, local, localPort, IpAddress.of(address), to.getPort(), this));
        }
    }

    private boolean awaitConnect(boolean blocking, long nanos) throws IOException {
        if (blocking && !input.await(connectDone, nanos)) {
            throw new SocketTimeoutException("Connect timed out");
        }
        synchronized (stateLock) {
            if (!isOpen()) {
                return false;
            }
            if (rings.isEstablished()) {
                settings.applyTo(rings.connection());
                phase = Phase.CONNECTED;
            } else if (rings.hasEnded()) {
                throw SocketFailures.whileConnecting(rings, remote.getPort());
            }
        }
        if (phase != Phase.CONNECTED) {
            return false;
        }
        changed(READABLE | WRITABLE);
        return true;
    }

    @Override
    public boolean finishConnect() throws IOException {
        lock();
        try {
            requireOpen();
            switch (phase) {
                case CONNECTED -> {
                    return true;
                }
                case UNCONNECTED -> throw new NoConnectionPendingException();
                case CONNECTING -> {
                    // As it should be.
                }
            }
            boolean blocking = isBlocking();
            boolean done = false;
            try {
                if (blocking) {
                    begin();
                }
                done = awaitConnect(blocking, 0);
            } finally {
                if (blocking) {
                    end(done);
                }
            }
            return done;
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlock();
        }
    }

    @Override
    public boolean isConnected() {
        return phase == Phase.CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return phase == Phase.CONNECTING && isOpen();
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        requireOpen();
        return remote;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return localAddress();
    }

    InetSocketAddress localAddress() {
        synchronized (stateLock) {
            AsyncConnection mine = rings == null ? null : rings.connection();
            if (mine != null) {
                return new InetSocketAddress(mine.localAddress().toInetAddress(), mine.localPort());
            }
            return binding == null
                    ? null
                    : new InetSocketAddress(Addresses.ofBinding(binding), binding.port());
        }
    }

    InetSocketAddress remoteAddress() {
        return phase == Phase.CONNECTED ? remote : null;
    }

    // Reading and writing.

    /** Entered by whoever blocks, see {@link #leave}. */
    void enter() {
        begin();
    }

    /** Throws when the channel was closed meanwhile, or the thread interrupted. */
    void leave(boolean completed) throws AsynchronousCloseException {
        end(completed);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return input.read(into, 0);
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        return input.read(into, offset, length);
    }

    /**
     * Reads.
     *
     * @param nanos how long at most when the channel blocks, 0 for as long as it takes
     */
    int read(ByteBuffer into, long nanos) throws IOException {
        return input.read(into, nanos);
    }

    int available() throws IOException {
        requireConnected();
        return input.available(rings);
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (stateLock) {
            requireConnected();
            if (input.shut()) {
                if (behaviour.discardsAfterShutdownInput()) {
                    rings.discardInput();
                }
                changed(READABLE);
            }
            return this;
        }
    }

    boolean isInputShut() {
        return input.isShut();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return (int) output.write(new ByteBuffer[] {from}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return output.write(from, offset, length);
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (stateLock) {
            requireConnected();
            if (output.shut()) {
                CompletableFuture<?> unused = rings.shutdownOutput();
            }
            return this;
        }
    }

    boolean isOutputShut() {
        return output.isShut();
    }

    // Modes and closing.

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        // No thread may be inside a call that began in the other mode.
        lock();
        try {
            requireOpen();
        } finally {
            unlock();
        }
    }

    @Override
    protected void implCloseSelectableChannel() {
        int seconds = settings.lingerSeconds();
        CompletableFuture<Void> accepted = closeNow(seconds != 0);
        input.look();
        output.look();
        if (accepted != null && seconds > 0 && isBlocking()) {
            Locks.awaitUninterruptibly(accepted, driver.time(), TimeUnit.SECONDS.toNanos(seconds));
        }
    }

    /** Null when there was nothing to be closed. */
    private CompletableFuture<Void> closeNow(boolean orderly) {
        synchronized (stateLock) {
            if (binding != null) {
                CompletableFuture<Void> unused = binding.release();
            }
            if (rings == null) {
                return null;
            }
            return orderly && phase == Phase.CONNECTED
                    ? rings.close(behaviour.unreadInChannel(!keys.isEmpty()))
                    : rings.abort();
        }
    }

    // Options.

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option, "option");
        requireOpen();
        settings.put(option, value, phase == Phase.CONNECTED ? rings.connection() : null);
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
    public Socket socket() {
        synchronized (stateLock) {
            if (adaptor == null) {
                adaptor = ChannelSocket.of(this);
            }
            return adaptor;
        }
    }

    @Override
    public String toString() {
        return "SocketChannel[" + phase + " " + localAddress() + " > " + remote + "]";
    }
}
