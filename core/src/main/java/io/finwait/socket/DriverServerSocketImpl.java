package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Binding;
import io.finwait.driver.Driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/** What a {@link java.net.ServerSocket} asks of its TCP, done by a listener of a driver. */
final class DriverServerSocketImpl extends SocketImpl {

    private final Driver driver;
    private final SocketSettings settings;
    private final ReentrantLock acceptLock = new ReentrantLock();
    private Binding binding;
    private volatile AsyncListener listener;
    private volatile boolean closed;

    DriverServerSocketImpl(Driver driver) {
        this.driver = driver;
        settings = new SocketSettings(driver, true);
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("these sockets are TCP; for datagrams use the JDK's");
        }
    }

    private void requireOpen() throws SocketException {
        if (closed) {
            throw SocketFailures.closed();
        }
    }

    @Override
    protected void bind(InetAddress host, int toPort) throws IOException {
        requireOpen();
        if (localport != 0) {
            throw new SocketException("Already bound");
        }
        Binding bound = Addresses.bind(driver, host, toPort, settings.reuseAddress());
        synchronized (this) {
            binding = bound;
            address = host;
            localport = bound.port();
        }
        if (closed) {
            close();
        }
    }

    @Override
    protected void listen(int backlog) throws IOException {
        requireOpen();
        if (binding == null) {
            throw new SocketException("Not bound");
        }
        listener = Locks.answer(binding.listen(backlog), driver.time());
        if (closed) {
            close();
        }
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        long nanos =
                Locks.lock(acceptLock, settings.timeoutMs(), "Accept timed out", driver.time());
        try {
            requireOpen();
            ((DriverSocketImpl) accepted).accepted(take(nanos), settings);
        } finally {
            acceptLock.unlock();
        }
    }

    private AsyncConnection take(long nanos) throws IOException {
        CompletableFuture<AsyncConnection> next = listener.accept();
        SocketGate gate = new SocketGate(driver.time());
        CompletableFuture<?> unused = next.whenComplete((connection, failure) -> gate.look());
        boolean there = false;
        InterruptedIOException interrupted = null;
        try {
            there = gate.await(() -> next.isDone() || closed, nanos);
        } catch (InterruptedIOException e) {
            interrupted = e;
        }
        // Nobody will ask again for a later connection; one that has come by now is taken.
        next.cancel(false);
        if (!next.isCompletedExceptionally()) {
            return next.join();
        }
        if (interrupted != null) {
            throw interrupted;
        }
        throw closed || there
                ? SocketFailures.closed()
                : new SocketTimeoutException("Accept timed out");
    }

    /** As with the kernel's sockets, the port refuses connections once this has returned. */
    @Override
    protected void close() {
        closed = true;
        Binding bound;
        synchronized (this) {
            bound = binding;
        }
        if (listener != null) {
            CompletableFuture<Void> unused = listener.close();
        }
        if (bound != null) {
            Locks.awaitUninterruptibly(bound.release(), driver.time(), 0);
        }
    }

    @Override
    public void setOption(int id, Object value) throws SocketException {
        requireOpen();
        settings.put(id, value, null);
    }

    @Override
    public Object getOption(int id) throws SocketException {
        requireOpen();
        return id == SocketOptions.SO_BINDADDR ? Addresses.ofBinding(binding) : settings.get(id);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return settings.supported();
    }

    @Override
    protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
        requireOpen();
        settings.put(option, value, null);
    }

    @Override
    protected <T> T getOption(SocketOption<T> option) throws IOException {
        requireOpen();
        return settings.get(option);
    }

    // What a listening socket can't do.

    private static SocketException listens() {
        return new SocketException("this socket listens; read and write the sockets it accepts");
    }

    @Override
    protected void connect(String host, int toPort) throws IOException {
        throw listens();
    }

    @Override
    protected void connect(InetAddress to, int toPort) throws IOException {
        throw listens();
    }

    @Override
    protected void connect(SocketAddress to, int timeoutMs) throws IOException {
        throw listens();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw listens();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw listens();
    }

    @Override
    protected int available() throws IOException {
        throw listens();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw listens();
    }
}
