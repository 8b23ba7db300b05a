package io.finwait.sim.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port of a host behind which a socket of the kernel stands: each connection that the host
 * accepts is one to the real address. Octets, FIN and RST pass in both directions. An end that does
 * not read is not written to, so that windows close as they would without the relay.
 */
final class Forwarding {

    private static final int CONNECT_MS = 10_000;
    private static final int CHUNK = 16 << 10;

    private final String name;
    private final ServerSocket listening;
    private final InetSocketAddress real;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Forwarding(NetHost host, int port, InetSocketAddress real) throws IOException {
        name = host.name() + ":" + port;
        this.real = real;
        listening = host.serverSocket(port);
        start("accept", this::acceptAll);
    }

    private void start(String task, Runnable body) {
        Thread thread = new Thread(body, "forward-" + name + "-" + task);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (!closed) {
                Socket accepted = listening.accept();
                start("connect", () -> connect(accepted));
            }
        } catch (IOException | RuntimeException | StandstillError e) {
            // The port is closed, or the host or the network has gone.
        }
    }

    private void connect(Socket accepted) {
        Socket kernel = new Socket();
        Pair pair = new Pair(accepted, kernel);
        pairs.add(pair);
        try {
            kernel.connect(resolved(), CONNECT_MS);
            kernel.setTcpNoDelay(true);
            accepted.setTcpNoDelay(true);
            start("up", () -> pair.pass(accepted, kernel));
            start("down", () -> pair.pass(kernel, accepted));
        } catch (IOException | RuntimeException | StandstillError e) {
            pair.reset();
        }
        if (closed) {
            pair.reset();
        }
    }

    /** A name that is unknown now may be known later. */
    private InetSocketAddress resolved() {
        return real.isUnresolved()
                ? new InetSocketAddress(real.getHostString(), real.getPort())
                : real;
    }

    /** Resets the kernel's ends; the network's own have ended with it. */
    void close() {
        closed = true;
        pairs.forEach(pair -> close(pair.kernel, true));
    }

    private static void close(Socket socket, boolean withReset) {
        try {
            if (withReset) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException | RuntimeException | StandstillError e) {
            // It is closed already, or its network has ended.
        }
        try {
            socket.close();
        } catch (IOException | RuntimeException | StandstillError e) {
            // Nothing is left to be done for it.
        }
    }

    /** Two sockets, and what passes between them. */
    private final class Pair {

        private final Socket accepted;
        private final Socket kernel;
        private final AtomicInteger directions = new AtomicInteger(2);

        Pair(Socket accepted, Socket kernel) {
            this.accepted = accepted;
            this.kernel = kernel;
        }

        /** One direction, to its end. */
        void pass(Socket from, Socket to) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] some = new byte[CHUNK];
                for (int read = in.read(some); read >= 0; read = in.read(some)) {
                    out.write(some, 0, read);
                }
                to.shutdownOutput();
            } catch (IOException | RuntimeException | StandstillError e) {
                reset();
                return;
            }
            if (directions.decrementAndGet() == 0) {
                end(false);
            }
        }

        void reset() {
            end(true);
        }

        private void end(boolean withReset) {
            pairs.remove(this);
            close(accepted, withReset);
            close(kernel, withReset);
        }
    }
}
