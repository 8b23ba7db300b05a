package io.finwait.raw;

import io.finwait.driver.Driver;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

import java.net.ServerSocket;
import java.net.Socket;

/** Echoes one connection over the transport that it is told, and ends. */
public final class EchoProgram {

    static final String READY = "ready";

    private EchoProgram() {}

    /** Takes a URI, an address and a port. */
    public static void main(String[] arguments) throws Exception {
        EndpointConfig config = EndpointConfig.at(arguments[1]).build();
        int port = Integer.parseInt(arguments[2]);
        try (Driver driver = Driver.start(config, Transports.open(arguments[0]));
                ServerSocket server =
                        new DriverServerSocketFactory(driver).createServerSocket(port)) {
            System.out.println(READY);
            try (Socket socket = server.accept()) {
                socket.getInputStream().transferTo(socket.getOutputStream());
            }
        }
    }
}
