package io.finwait.socket;

import io.finwait.driver.Driver;

import java.net.Socket;
import java.net.SocketException;

/** A socket whose TCP is a driver's. */
final class DriverSocket extends Socket {

    DriverSocket(Driver driver, SocketBehaviour behaviour, HostNames names) throws SocketException {
        super(new DriverSocketImpl(driver, behaviour, names));
    }
}
