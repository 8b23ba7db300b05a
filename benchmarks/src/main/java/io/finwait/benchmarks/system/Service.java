package io.finwait.benchmarks.system;

import io.finwait.tcp.Connection;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What the server of the system benchmark does with a connection, and at which port; {@code
 * server.c} does the same with the kernel's sockets.
 */
enum Service {
    /** Reads until the client's FIN, then closes. */
    DISCARD(7001) {
        @Override
        boolean serve(Connection connection, ByteBuffer buffer) throws IOException {
            int taken;
            do {
                taken = connection.receive(buffer.clear());
            } while (taken > 0);
            return taken < 0;
        }
    },

    /** Sends until the connection goes. */
    SOURCE(7002) {
        @Override
        boolean serve(Connection connection, ByteBuffer buffer) throws IOException {
            do {
                connection.send(buffer.clear());
            } while (!buffer.hasRemaining());
            return false;
        }
    },

    /** Sends back what it gets. */
    ECHO(7003) {
        @Override
        boolean serve(Connection connection, ByteBuffer buffer) throws IOException {
            return respond(connection, buffer) < 0;
        }
    },

    /** One response to one request; closes after the client's FIN. */
    CLIENT_CLOSES(7004) {
        @Override
        boolean serve(Connection connection, ByteBuffer buffer) throws IOException {
            return respond(connection, buffer) < 0;
        }
    },

    /** One response to one request, and FIN right behind it. */
    SERVER_CLOSES(7005) {
        @Override
        boolean serve(Connection connection, ByteBuffer buffer) throws IOException {
            return respond(connection, buffer) != 0;
        }
    };

    private final int port;

    Service(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    /**
     * Does what can be done now.
     *
     * @param buffer what it holds is of no interest afterwards
     * @return true when the connection has been served and is to be closed
     */
    abstract boolean serve(Connection connection, ByteBuffer buffer) throws IOException;

    private static int respond(Connection connection, ByteBuffer buffer) throws IOException {
        int taken = connection.receive(buffer.clear());
        if (taken > 0) {
            connection.send(buffer.flip());
        }
        return taken;
    }
}
