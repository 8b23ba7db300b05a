package io.finwait.socket;

import io.finwait.driver.Driver;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** A listening socket whose TCP is a driver's. */
final class DriverServerSocket extends ServerSocket {

    private final Driver driver;
    private final SocketBehaviour behaviour;

    DriverServerSocket(Driver driver, SocketBehaviour behaviour) {
        super(new DriverServerSocketImpl(driver));
        this.driver = driver;
        this.behaviour = behaviour;
    }

    @Override
    public Socket accept() throws IOException {
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        if (!isBound()) {
            throw new SocketException("Socket is not bound yet");
        }
        Socket accepted = new DriverSocket(driver, behaviour, HostNames.NONE);
        implAccept(accepted);
        return accepted;
    }
}
