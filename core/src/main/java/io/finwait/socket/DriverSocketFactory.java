package io.finwait.socket;

import io.finwait.driver.Driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Objects;

import javax.net.SocketFactory;

/**
 * Makes sockets whose TCP is a driver's: for HTTP clients, JDBC drivers and whatever else takes a {@link
 * SocketFactory}.
 *
 * <pre>{@code
 * OkHttpClient client = new OkHttpClient.Builder()
 *         .socketFactory(new DriverSocketFactory(driver)).build();
 * }</pre>
 *
 * <p>The sockets block their callers, as those of the JDK do, and may be used from any thread but the
 * driver's. Closing one ends its connection as {@link io.finwait.driver.AsyncConnection#close()} does;
 * with unread octets that is a reset. Names are resolved by the JDK. Buffer sizes, the type of service and
 * address reuse are the endpoint's affair: setting them has no effect.
 */
public final class DriverSocketFactory extends SocketFactory {

    private final Driver driver;

    /**
     * A factory of sockets.
     *
     * @param driver carries them; still the caller's, who closes it
     */
    public DriverSocketFactory(Driver driver) {
        this.driver = Objects.requireNonNull(driver, "driver");
    }

    @Override
    public Socket createSocket() {
        try {
            return new DriverSocket(new DriverSocketImpl(driver));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(host, port);
    }

    /** The local address and port are chosen by the endpoint, whatever is asked for. */
    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
            throws IOException, UnknownHostException {
        return createSocket(host, port);
    }

    /** The local address and port are chosen by the endpoint, whatever is asked for. */
    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return connected(host, port);
    }

    private Socket connected(InetAddress host, int port) throws IOException {
        Socket socket = createSocket();
        try {
            socket.connect(new InetSocketAddress(host, port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static final class DriverSocket extends Socket {
        DriverSocket(DriverSocketImpl impl) throws SocketException {
            super(impl);
        }
    }
}
