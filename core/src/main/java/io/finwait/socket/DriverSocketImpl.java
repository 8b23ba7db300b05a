package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Binding;
import io.finwait.driver.Driver;
import io.finwait.driver.Readiness;
import io.finwait.driver.RingConnection;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * What a {@link java.net.Socket} asks of its TCP, done by a connection of a driver. One thread
 * reads or connects, one writes, and any may close; whoever waits is then told at once.
 */
final class DriverSocketImpl extends SocketImpl implements Readiness {

    private enum Phase {
        NEW,
        CREATED,
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final HostNames names;
    private final SocketSettings settings;
    private final ReentrantLock readLock = new ReentrantLock();
    private final ReentrantLock writeLock = new ReentrantLock();
    private final SocketGate reading;
    private final SocketGate writing;
    private final BooleanSupplier connectDone = this::isConnectDone;
    private final BooleanSupplier readDone = this::isReadDone;
    private final BooleanSupplier writeDone = this::isWriteDone;

    private volatile Phase phase = Phase.NEW;
    private volatile RingConnection rings;
    private Binding binding;
    private volatile boolean inputShut;

    /** Once a read was at the end of the stream it stays there, even when the socket is closed. */
    private boolean atEnd;

    /** Set before {@link #rings}. */
    private StreamEnds ends;

    DriverSocketImpl(Driver driver, SocketBehaviour behaviour, HostNames names) {
        this.names = names;
        this.driver = driver;
        reading = new SocketGate(driver.time());
        writing = new SocketGate(driver.time());
        this.behaviour = behaviour;
        settings = new SocketSettings(driver, false);
    }

    @Override
    public void changed(int what) {
        if ((what & READABLE) != 0) {
            reading.look();
        }
        if ((what & WRITABLE) != 0) {
            writing.look();
            if (phase == Phase.CONNECTING) {
                reading.look();
            }
        }
    }

    // Opening.

    @Override
    protected synchronized void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("these sockets are TCP; for datagrams use the JDK's");
        }
        if (phase != Phase.NEW) {
            throw new IOException("Already created");
        }
        phase = Phase.CREATED;
    }

    @Override
    protected void connect(String host, int toPort) throws IOException {
        connect(new InetSocketAddress(host, toPort), 0);
    }

    @Override
    protected void connect(InetAddress to, int toPort) throws IOException {
        connect(new InetSocketAddress(to, toPort), 0);
    }

    @Override
    protected void connect(SocketAddress to, int timeoutMs) throws IOException {
        if (!(to instanceof InetSocketAddress given)) {
            throw new IOException("Unsupported address type");
        }
        InetSocketAddress inet = given.isUnresolved() ? names.resolve(given) : given;
        try {
            readLock.lock();
            try {
                connectNow(
                        Addresses.reachable(inet.getAddress(), driver), inet.getPort(), timeoutMs);
            } finally {
                readLock.unlock();
            }
        } catch (SocketTimeoutException e) {
            close();
            throw e;
        } catch (InterruptedIOException e) {
            close();
            throw SocketFailures.because(new SocketException("Closed by interrupt"), e);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void connectNow(InetAddress to, int toPort, int timeoutMs) throws IOException {
        RingConnection opening = begin(to, toPort);
        boolean inTime = reading.await(connectDone, TimeUnit.MILLISECONDS.toNanos(timeoutMs));
        synchronized (this) {
            if (phase == Phase.CLOSED) {
                throw SocketFailures.closed();
            }
            if (!inTime) {
                throw new SocketTimeoutException("Connect timed out");
            }
            if (!opening.isEstablished()) {
                throw SocketFailures.whileConnecting(opening, toPort);
            }
            localport = opening.connection().localPort();
            phase = Phase.CONNECTED;
        }
    }

    private synchronized RingConnection begin(InetAddress to, int toPort) throws SocketException {
        switch (phase) {
            case NEW -> throw new SocketException("Not created");
            case CONNECTING -> throw new SocketException("Connection in progress");
            case CONNECTED -> throw new SocketException("Already connected");
            case CLOSED -> throw SocketFailures.closed();
            case CREATED -> phase = Phase.CONNECTING;
        }
        address = to;
        port = toPort;
        IpAddress local = binding == null ? null : binding.address();
        int localPort = binding == null ? 0 : binding.port();
        RingConnection opening =
                RingConnection.connect(driver, local, localPort, IpAddress.of(to), toPort, this);
        ends = new StreamEnds(opening, behaviour);
        rings = opening;
        return opening;
    }

    private boolean isConnectDone() {
        if (phase == Phase.CLOSED || rings.hasEnded()) {
            return true;
        }
        if (rings.isEstablished()) {
            settings.applyTo(rings.connection());
            return true;
        }
        return false;
    }

    @Override
    protected void bind(InetAddress host, int toPort) throws IOException {
        Binding bound = Addresses.bind(driver, host, toPort, settings.reuseAddress());
        synchronized (this) {
            if (phase == Phase.CREATED && binding == null) {
                binding = bound;
                address = host;
                localport = bound.port();
                return;
            }
        }
        CompletableFuture<Void> unused = bound.release();
        throw phase == Phase.CLOSED
                ? SocketFailures.closed()
                : new SocketException("Already bound");
    }

    @Override
    protected void listen(int backlog) throws SocketException {
        throw new SocketException("this socket connects; a ServerSocket listens");
    }

    @Override
    protected void accept(SocketImpl accepted) throws SocketException {
        throw new SocketException("this socket connects; a ServerSocket accepts");
    }

    /** This socket is the server's end of a connection. */
    synchronized void accepted(AsyncConnection connection, SocketSettings listener) {
        settings.inherit(listener);
        RingConnection taken = RingConnection.over(connection, this);
        ends = new StreamEnds(taken, behaviour);
        rings = taken;
        address = connection.remoteAddress().toInetAddress();
        port = connection.remotePort();
        localport = connection.localPort();
        phase = Phase.CONNECTED;
    }

    private void requireConnected() throws SocketException {
        switch (phase) {
            case NEW, CREATED, CONNECTING -> throw new SocketException("Not connected");
            case CLOSED -> throw SocketFailures.closed();
            case CONNECTED -> {
                // As it should be.
            }
        }
    }

    // Reading.

    @Override
    protected InputStream getInputStream() {
        return new SocketInput(this);
    }

    int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        int timeoutMs = settings.timeoutMs();
        long nanos = Locks.lock(readLock, timeoutMs, "Read timed out", driver.time());
        try {
            if (atEnd) {
                return -1;
            }
            int octets = readNow(into, offset, length, nanos);
            atEnd = octets < 0;
            return octets;
        } finally {
            readLock.unlock();
        }
    }

    private int readNow(byte[] into, int offset, int length, long nanos) throws IOException {
        while (true) {
            requireConnected();
            ends.refuseAfterReset();
            if (inputShut && !behaviour.readsAfterShutdownInput()) {
                return -1;
            }
            int octets = rings.read(into, offset, length);
            if (octets > 0) {
                return octets;
            }
            if (octets < 0) {
                return ends.endOfInput();
            }
            if (inputShut) {
                return -1;
            }
            if (!reading.await(readDone, nanos)) {
                throw new SocketTimeoutException("Read timed out");
            }
        }
    }

    private boolean isReadDone() {
        return rings.isReadable() || inputShut || phase == Phase.CLOSED;
    }

    @Override
    protected int available() throws SocketException {
        requireConnected();
        return inputShut && !behaviour.readsAfterShutdownInput() ? 0 : rings.available();
    }

    @Override
    protected void shutdownInput() throws SocketException {
        requireConnected();
        inputShut = true;
        if (behaviour.discardsAfterShutdownInput()) {
            rings.discardInput();
        }
        reading.look();
    }

    // Writing.

    @Override
    protected OutputStream getOutputStream() {
        return new SocketOutput(this);
    }

    void write(byte[] octets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, octets.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            int done = 0;
            while (done < length) {
                requireConnected();
                int taken = rings.write(octets, offset + done, length - done);
                if (taken < 0) {
                    throw phase == Phase.CLOSED ? SocketFailures.closed() : ends.endOfOutput();
                }
                done += taken;
                if (done < length) {
                    writing.await(writeDone, 0);
                }
            }
        } finally {
            writeLock.unlock();
        }
    }

    private boolean isWriteDone() {
        return rings.isWritable() || phase == Phase.CLOSED;
    }

    @Override
    protected void shutdownOutput() throws SocketException {
        requireConnected();
        // The FIN is on its way; nobody waits here for its acknowledgment.
        CompletableFuture<?> unused = rings.shutdownOutput();
    }

    @Override
    protected void sendUrgentData(int data) throws SocketException {
        throw new SocketException("urgent data is not sent (RFC 6093); send it as ordinary data");
    }

    // Closing.

    @Override
    protected void close() {
        CompletableFuture<Void> accepted = closeNow();
        int seconds = settings.lingerSeconds();
        if (accepted != null && seconds > 0) {
            Locks.awaitUninterruptibly(accepted, driver.time(), TimeUnit.SECONDS.toNanos(seconds));
        }
    }

    /** Null when there was nothing to be closed. */
    private synchronized CompletableFuture<Void> closeNow() {
        Phase before = phase;
        phase = Phase.CLOSED;
        if (before == Phase.CLOSED) {
            return null;
        }
        if (binding != null) {
            CompletableFuture<Void> unused = binding.release();
        }
        if (rings == null) {
            return null;
        }
        boolean orderly = before == Phase.CONNECTED && settings.lingerSeconds() != 0;
        return orderly ? rings.close(behaviour.unread()) : rings.abort();
    }

    // Options.

    private void requireOpen() throws SocketException {
        if (phase == Phase.CLOSED) {
            throw SocketFailures.closed();
        }
    }

    private AsyncConnection connection() {
        return phase == Phase.CONNECTED ? rings.connection() : null;
    }

    @Override
    public void setOption(int id, Object value) throws SocketException {
        requireOpen();
        try {
            settings.put(id, value, connection());
        } catch (IllegalArgumentException | ClassCastException e) {
            throw SocketFailures.because(new SocketException(e.getMessage()), e);
        }
    }

    @Override
    public Object getOption(int id) throws SocketException {
        requireOpen();
        if (id == SocketOptions.SO_BINDADDR) {
            AsyncConnection mine = connection();
            if (mine != null) {
                return mine.localAddress().toInetAddress();
            }
            return Addresses.ofBinding(binding);
        }
        return settings.get(id);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return settings.supported();
    }

    @Override
    protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
        requireOpen();
        settings.put(option, value, connection());
    }

    @Override
    protected <T> T getOption(SocketOption<T> option) throws IOException {
        requireOpen();
        return settings.get(option);
    }
}
