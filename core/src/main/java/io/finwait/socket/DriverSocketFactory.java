package io.finwait.socket;

import io.finwait.driver.Driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import javax.net.SocketFactory;

/**
 * Makes sockets whose TCP is a driver's: for HTTP clients, JDBC drivers and whatever else takes a
 * {@link SocketFactory}.
 *
 * <pre>{@code
 * OkHttpClient client = new OkHttpClient.Builder()
 *         .socketFactory(new DriverSocketFactory(driver)).build();
 * }</pre>
 *
 * <p>The sockets block their callers, as those of the JDK do, and may be used from any thread but
 * the driver's; a virtual thread that waits leaves its carrier to others. They do what the JDK's do
 * on Linux, exceptions and their words included, unless another {@link SocketBehaviour} is asked
 * for; docs/socket-behaviour.md compares them call by call. Names are resolved by the JDK, or as
 * {@link #withHosts} says. Lengths of buffers and the type of service are remembered, and are the
 * endpoint's affair.
 */
public final class DriverSocketFactory extends SocketFactory {

    private final Driver driver;
    private final SocketBehaviour behaviour;
    private final HostNames names;

    /**
     * A factory of sockets that do as the JDK's on Linux.
     *
     * @param driver carries them; still the caller's, who closes it
     */
    public DriverSocketFactory(Driver driver) {
        this(driver, SocketBehaviour.JAVA_ON_LINUX);
    }

    /**
     * A factory of sockets.
     *
     * @param driver carries them; still the caller's, who closes it
     * @param behaviour what they do where systems differ
     */
    public DriverSocketFactory(Driver driver, SocketBehaviour behaviour) {
        this(driver, behaviour, HostNames.NONE);
    }

    private DriverSocketFactory(Driver driver, SocketBehaviour behaviour, HostNames names) {
        this.driver = Objects.requireNonNull(driver, "driver");
        this.behaviour = Objects.requireNonNull(behaviour, "behaviour");
        this.names = names;
    }

    /**
     * The same with names of hosts that need no DNS. They hold for {@link #createSocket(String,
     * int)}, and for a connect to an address that was {@linkplain
     * InetSocketAddress#createUnresolved not resolved}. Other names are resolved by the JDK, before
     * a socket sees them.
     *
     * @param hosts addresses by name, {@code localhost} as well as any other; case does not matter
     */
    public DriverSocketFactory withHosts(Map<String, InetAddress> hosts) {
        return new DriverSocketFactory(driver, behaviour, HostNames.single(hosts));
    }

    /**
     * The same with names that have several addresses. A socket connects to the first one, as those
     * of the JDK do; a library that tries them one after the other asks {@link #addressesOf}.
     *
     * @param hosts addresses by name, at least one each
     * @throws IllegalArgumentException when a name has no address
     */
    public DriverSocketFactory withAddresses(Map<String, List<InetAddress>> hosts) {
        return new DriverSocketFactory(driver, behaviour, new HostNames(hosts));
    }

    /**
     * All addresses of a host, as it was given, or from the JDK: what HTTP clients take as their
     * resolver, {@code builder.dns(sockets::addressesOf)} in OkHttp.
     *
     * @return at least one, in the order in which they are to be tried
     * @throws UnknownHostException when nobody knows the name
     */
    public List<InetAddress> addressesOf(String host) throws UnknownHostException {
        return names.all(host);
    }

    @Override
    public Socket createSocket() {
        try {
            return new DriverSocket(driver, behaviour, names);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(names.resolve(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return connected(names.resolve(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return connected(
                new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress to, InetSocketAddress from) throws IOException {
        Socket socket = createSocket();
        try {
            if (from != null) {
                socket.bind(from);
            }
            socket.connect(to);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
