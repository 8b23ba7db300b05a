package io.finwait.sim.net;

import io.finwait.socket.DriverSocketFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

import javax.net.SocketFactory;

/** Sockets of a host's present TCP, which know all hosts of its network. */
final class HostSocketFactory extends SocketFactory {

    private final NetHost host;

    HostSocketFactory(NetHost host) {
        this.host = host;
    }

    private SocketFactory now() {
        return new DriverSocketFactory(host.driver(), host.behaviour())
                .withAddresses(host.net().namesFor(host));
    }

    @Override
    public Socket createSocket() throws IOException {
        return now().createSocket();
    }

    @Override
    public Socket createSocket(String to, int port) throws IOException {
        return now().createSocket(to, port);
    }

    @Override
    public Socket createSocket(InetAddress to, int port) throws IOException {
        return now().createSocket(to, port);
    }

    @Override
    public Socket createSocket(String to, int port, InetAddress from, int fromPort)
            throws IOException {
        return now().createSocket(to, port, from, fromPort);
    }

    @Override
    public Socket createSocket(InetAddress to, int port, InetAddress from, int fromPort)
            throws IOException {
        return now().createSocket(to, port, from, fromPort);
    }
}
