package io.finwait.socket;

import io.finwait.driver.Driver;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;

import javax.net.ServerSocketFactory;

/**
 * Makes listening sockets whose TCP is a driver's: for web servers, their doubles in tests, and
 * whatever else takes a {@link ServerSocketFactory}.
 *
 * <pre>{@code
 * MockWebServer server = new MockWebServer();
 * server.setServerSocketFactory(new DriverServerSocketFactory(driver));
 * }</pre>
 *
 * <p>A socket bound to one address of the endpoint listens there alone; no other may listen on the
 * same port at another address. What is said of sockets at {@link DriverSocketFactory} holds for
 * those that are accepted.
 */
public final class DriverServerSocketFactory extends ServerSocketFactory {

    private static final int BACKLOG = 50;

    private final Driver driver;
    private final SocketBehaviour behaviour;

    /**
     * A factory of sockets that do as the JDK's on Linux.
     *
     * @param driver carries them; still the caller's, who closes it
     */
    public DriverServerSocketFactory(Driver driver) {
        this(driver, SocketBehaviour.JAVA_ON_LINUX);
    }

    /**
     * A factory of sockets.
     *
     * @param driver carries them; still the caller's, who closes it
     * @param behaviour what accepted sockets do where systems differ
     */
    public DriverServerSocketFactory(Driver driver, SocketBehaviour behaviour) {
        this.driver = Objects.requireNonNull(driver, "driver");
        this.behaviour = Objects.requireNonNull(behaviour, "behaviour");
    }

    @Override
    public ServerSocket createServerSocket() {
        return new DriverServerSocket(driver, behaviour);
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return createServerSocket(port, BACKLOG, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return createServerSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address)
            throws IOException {
        ServerSocket socket = createServerSocket();
        try {
            socket.bind(new InetSocketAddress(address, port), backlog);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
