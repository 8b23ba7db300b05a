package io.finwait.sim.net;

import io.finwait.socket.DriverServerSocketFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import javax.net.ServerSocketFactory;

/** Listening sockets of a host's present TCP. */
final class HostServerSocketFactory extends ServerSocketFactory {

    private final NetHost host;

    HostServerSocketFactory(NetHost host) {
        this.host = host;
    }

    private ServerSocketFactory now() {
        return new DriverServerSocketFactory(host.driver(), host.behaviour());
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
        return now().createServerSocket();
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return now().createServerSocket(port);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return now().createServerSocket(port, backlog);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress at)
            throws IOException {
        return now().createServerSocket(port, backlog, at);
    }
}
