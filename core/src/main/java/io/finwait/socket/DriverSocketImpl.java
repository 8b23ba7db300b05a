package io.finwait.socket;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.tcp.Connection;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What a {@link java.net.Socket} asks of its TCP, done by a connection of a driver. */
final class DriverSocketImpl extends SocketImpl {

    private static final long SECOND_NS = 1_000_000_000;

    /** As on most systems (RFC 9293 §3.8.4 allows no less than two hours by default). */
    private static final long KEEP_ALIVE_IDLE_NS = 7_200 * SECOND_NS;

    private static final long KEEP_ALIVE_INTERVAL_NS = 75 * SECOND_NS;
    private static final int KEEP_ALIVE_PROBES = 9;

    private final Driver driver;
    private final Map<Integer, Object> options = new ConcurrentHashMap<>();
    private volatile AsyncConnection connection;
    private volatile SocketInput input;
    private volatile boolean closed;

    DriverSocketImpl(Driver driver) {
        this.driver = driver;
        options.put(SocketOptions.SO_TIMEOUT, 0);
        options.put(SocketOptions.SO_LINGER, -1);
        options.put(SocketOptions.TCP_NODELAY, false);
        options.put(SocketOptions.SO_KEEPALIVE, false);
    }

    @Override
    protected void create(boolean stream) throws SocketException {
        if (!stream) {
            throw new SocketException("these sockets are TCP; for datagrams use the JDK's");
        }
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
        if (!(to instanceof InetSocketAddress inet) || inet.isUnresolved()) {
            throw new UnknownHostException(String.valueOf(to));
        }
        CompletableFuture<AsyncConnection> opening =
                driver.connect(IpAddress.of(inet.getAddress()), inet.getPort());
        try {
            connection = Answers.within(timeoutMs, opening, "Connect timed out");
        } finally {
            // Nobody will use a connection that is established later.
            opening.cancel(false);
        }
        input = new SocketInput(connection, this::timeoutMs);
        address = inet.getAddress();
        port = inet.getPort();
        localport = connection.localPort();
        options.keySet().forEach(this::apply);
        if (closed) {
            close();
        }
    }

    private int timeoutMs() {
        return (Integer) options.get(SocketOptions.SO_TIMEOUT);
    }

    @Override
    protected void bind(InetAddress host, int localPort) {
        // The endpoint chooses among its own addresses and ports when it connects.
    }

    @Override
    protected void listen(int backlog) throws SocketException {
        throw new SocketException("these sockets connect only; listen with Driver.listen");
    }

    @Override
    protected void accept(SocketImpl accepted) throws SocketException {
        throw new SocketException("these sockets connect only; listen with Driver.listen");
    }

    @Override
    protected InputStream getInputStream() {
        return input;
    }

    @Override
    protected OutputStream getOutputStream() {
        return new SocketOutput(connection);
    }

    @Override
    protected int available() {
        return input.available();
    }

    @Override
    protected void close() {
        closed = true;
        AsyncConnection mine = connection;
        if (mine == null) {
            return;
        }
        boolean unread = input.endAndTellWhetherSomethingIsUnread();
        // Octets in our own buffer are unread as well, and the peer must not think otherwise.
        CompletableFuture<?> unused = unread ? mine.abort() : mine.close();
    }

    @Override
    protected void shutdownInput() throws IOException {
        input.shutdown();
    }

    @Override
    protected void shutdownOutput() {
        // The FIN is on its way; nobody waits here for its acknowledgment.
        CompletableFuture<?> unused = connection.shutdownOutput();
    }

    @Override
    protected void sendUrgentData(int data) throws SocketException {
        throw new SocketException("urgent data is not sent (RFC 6093); send it as ordinary data");
    }

    @Override
    public void setOption(int id, Object value) {
        options.put(id, value);
        apply(id);
    }

    @Override
    public Object getOption(int id) {
        if (id == SocketOptions.SO_BINDADDR) {
            return connection == null
                    ? new InetSocketAddress(0).getAddress()
                    : connection.localAddress().toInetAddress();
        }
        return options.getOrDefault(id, 0);
    }

    private void apply(int id) {
        if (connection == null) {
            return;
        }
        Object value = options.get(id);
        switch (id) {
            case SocketOptions.TCP_NODELAY -> set(c -> c.nagle(!(Boolean) value));
            case SocketOptions.SO_LINGER -> set(c -> c.linger(lingerNs(value)));
            case SocketOptions.SO_KEEPALIVE -> set(c -> keepAlive(c, (Boolean) value));
            default -> {
                // The endpoint's affair, or read where it is needed.
            }
        }
    }

    private void set(Consumer<Connection> option) {
        CompletableFuture<?> unused =
                connection.call(
                        c -> {
                            option.accept(c);
                            return null;
                        });
    }

    /** {@code java.net} switches linger off by false or -1, and counts in seconds. */
    private static long lingerNs(Object value) {
        return value instanceof Integer seconds && seconds >= 0 ? seconds * SECOND_NS : -1;
    }

    private static void keepAlive(Connection of, boolean on) {
        of.keepAlive(on ? KEEP_ALIVE_IDLE_NS : 0, KEEP_ALIVE_INTERVAL_NS, KEEP_ALIVE_PROBES);
    }
}
