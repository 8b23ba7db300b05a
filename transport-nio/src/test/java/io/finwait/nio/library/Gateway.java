package io.finwait.nio.library;

import io.finwait.driver.Driver;
import io.finwait.nio.internal.LightThreads;
import io.finwait.socket.DriverServerSocketFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A host with a foot in both networks: whoever connects to it over our TCP reaches a server of the
 * kernel's. An end of a stream and a failure are passed on.
 */
final class Gateway implements AutoCloseable {

    private final int kernelsPort;
    private final ServerSocket listening;
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();

    Gateway(Driver driver, int port, int kernelsPort) throws IOException {
        this.kernelsPort = kernelsPort;
        listening = new DriverServerSocketFactory(driver).createServerSocket(port);
        LightThreads.start("gateway", this::accept);
    }

    private void accept() {
        try {
            while (true) {
                Socket ours = listening.accept();
                accepted.add(ours);
                Socket kernels = new Socket(InetAddress.getLoopbackAddress(), kernelsPort);
                LightThreads.start("gateway up", () -> pass(ours, kernels));
                LightThreads.start("gateway down", () -> pass(kernels, ours));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It was gone before.
        }
    }

    /** Resets the connections of all clients. */
    void resetClients() {
        accepted.forEach(Gateway::reset);
    }

    @Override
    public void close() throws IOException {
        listening.close();
        resetClients();
    }
}
