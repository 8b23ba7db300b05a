package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.driver.Readiness;
import io.finwait.driver.RingConnection;
import io.finwait.socket.ChannelOpening.Phase;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A channel whose TCP is a driver's. One thread reads or connects, one writes, and any may close,
 * which frees whoever waits and ends the connection at once, whether the channel is registered with
 * a selector or not.
 */
final class DriverSocketChannel extends SocketChannel implements ReadyChannel, Readiness {

    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final SocketSettings settings;
    private final ChannelKeys keys = new ChannelKeys();
    private final ChannelInput input;
    private final ChannelOutput output;
    private final ChannelOpening opening;
    private Socket adaptor;

    DriverSocketChannel(DriverSelectorProvider provider, Driver driver, SocketBehaviour behaviour) {
        super(provider);
        this.driver = driver;
        this.behaviour = behaviour;
        settings = new SocketSettings(driver, false);
        input = new ChannelInput(this, driver.time());
        output = new ChannelOutput(this, driver.time());
        opening = new ChannelOpening(this, driver, behaviour, settings, input);
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
        channel.opening.accepted(connection);
        return channel;
    }

    Driver driver() {
        return driver;
    }

    /** Once it connects. */
    RingConnection rings() {
        return opening.rings();
    }

    /** Once it connects. */
    StreamEnds ends() {
        return opening.ends();
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
            if (opening.phase() == Phase.CONNECTING) {
                input.look();
            }
            keys.mayBeReady(SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
        }
    }

    @Override
    public int opsReady() {
        RingConnection mine = opening.rings();
        if (mine == null) {
            return 0;
        }
        if (opening.phase() == Phase.CONNECTING) {
            return opening.isConnectDone() ? SelectionKey.OP_CONNECT : 0;
        }
        return (input.isDone() ? SelectionKey.OP_READ : 0)
                | (mine.isWritable() ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public ChannelKeys channelKeys() {
        return keys;
    }

    void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    void requireConnected() throws ClosedChannelException {
        requireOpen();
        if (opening.phase() != Phase.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    // Opening.

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
        InetSocketAddress asked = Addresses.orAny(local);
        lock();
        try {
            opening.bind(asked);
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
            return complete(to, nanos);
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlock();
        }
    }

    @Override
    public boolean finishConnect() throws IOException {
        lock();
        try {
            requireOpen();
            return opening.isComplete() || complete(null, 0);
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            unlock();
        }
    }

    /**
     * Connects, or completes what was begun.
     *
     * @param to null for what was begun
     */
    private boolean complete(InetSocketAddress to, long nanos) throws IOException {
        boolean blocking = isBlocking();
        boolean done = false;
        try {
            if (blocking) {
                begin();
            }
            if (to != null) {
                opening.begin(to);
            }
            done = opening.finish(blocking, nanos);
        } finally {
            if (blocking) {
                end(done);
            }
        }
        return done;
    }

    @Override
    public boolean isConnected() {
        return opening.phase() == Phase.CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return opening.phase() == Phase.CONNECTING && isOpen();
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        requireOpen();
        return opening.remote();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        requireOpen();
        return localAddress();
    }

    InetSocketAddress localAddress() {
        return opening.localAddress();
    }

    InetSocketAddress remoteAddress() {
        return opening.phase() == Phase.CONNECTED ? opening.remote() : null;
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
        return input.available(rings());
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (opening) {
            requireConnected();
            if (input.shut()) {
                if (behaviour.discardsAfterShutdownInput()) {
                    rings().discardInput();
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
        synchronized (opening) {
            requireConnected();
            if (output.shut()) {
                CompletableFuture<?> unused = rings().shutdownOutput();
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
        CompletableFuture<Void> accepted =
                opening.close(seconds == 0 ? null : behaviour.unreadInChannel(!keys.isEmpty()));
        input.look();
        output.look();
        if (accepted != null && seconds > 0 && isBlocking()) {
            Locks.awaitUninterruptibly(accepted, driver.time(), TimeUnit.SECONDS.toNanos(seconds));
        }
    }

    // Options.

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        Objects.requireNonNull(option, "option");
        requireOpen();
        settings.put(
                option, value, opening.phase() == Phase.CONNECTED ? rings().connection() : null);
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
        synchronized (opening) {
            if (adaptor == null) {
                adaptor = ChannelSocket.of(this);
            }
            return adaptor;
        }
    }

    @Override
    public String toString() {
        return "SocketChannel["
                + opening.phase()
                + " "
                + localAddress()
                + " > "
                + opening.remote()
                + "]";
    }
}
