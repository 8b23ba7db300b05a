package io.finwait.nio.library;

import io.finwait.nio.internal.LightThreads;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Between clients and a server, in a JVM whose channels are all ours: it can end the connections of
 * the clients.
 */
final class ChannelGateway {

    /** Opens a connection to the server. */
    interface Server {
        Socket connect() throws IOException;
    }

    private final Server server;
    private final ServerSocketChannel listening;
    private final List<SocketChannel> accepted = new CopyOnWriteArrayList<>();

    /**
     * @param port of the loopback's address, 0 for any
     */
    ChannelGateway(int port, Server server) throws IOException {
        this.server = server;
        listening = listen(port);
        LightThreads.start("gateway", this::accept);
    }

    static ServerSocketChannel listen(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return ServerSocketChannel.open().bind(new InetSocketAddress(loopback, port));
    }

    ServerSocketChannel listening() {
        return listening;
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = listening.accept();
                accepted.add(client);
                Socket there = server.connect();
                LightThreads.start("up", () -> up(client, there));
                LightThreads.start("down", () -> down(there, client));
            }
        } catch (IOException e) {
            // The program is over.
        }
    }

    private static void up(SocketChannel from, Socket to) {
        ByteBuffer octets = ByteBuffer.allocate(8192);
        try (to) {
            OutputStream out = to.getOutputStream();
            while (from.read(octets.clear()) >= 0) {
                out.write(octets.array(), 0, octets.position());
            }
        } catch (IOException e) {
            // One end has gone: closing tells the other.
        }
    }

    private static void down(Socket from, SocketChannel to) {
        byte[] octets = new byte[8192];
        try (to) {
            int length;
            while ((length = from.getInputStream().read(octets)) >= 0) {
                to.write(ByteBuffer.wrap(octets, 0, length));
            }
        } catch (IOException e) {
            // One end has gone: closing tells the other.
        }
    }

    /** Ends the connections of all clients; returns how many there were. */
    int endConnections(boolean reset) throws IOException {
        int ended = 0;
        for (SocketChannel each : accepted) {
            if (each.isOpen()) {
                each.setOption(StandardSocketOptions.SO_LINGER, reset ? 0 : -1);
                each.close();
                ended++;
            }
        }
        accepted.clear();
        return ended;
    }
}
