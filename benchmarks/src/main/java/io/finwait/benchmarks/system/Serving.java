package io.finwait.benchmarks.system;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.Listener;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A service at its port: all its connections share one observer and one buffer. */
final class Serving implements ConnectionObserver {

    private static final int BULK = 128 * 1024;
    private static final int BACKLOG = 4096;

    private final Service service;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BULK);

    private Serving(Service service) {
        this.service = service;
    }

    /** Opens the port of a service. */
    static void listen(Endpoint endpoint, Service service) {
        Serving serving = new Serving(service);
        Listener listener = endpoint.listen(service.port(), BACKLOG);
        listener.onAcceptable(
                () -> {
                    Connection connection;
                    while ((connection = listener.accept()) != null) {
                        connection.observer(serving);
                        serving.onReadable(connection);
                    }
                });
    }

    @Override
    public void onReadable(Connection connection) {
        try {
            if (service.serve(connection, buffer)) {
                connection.close();
            }
        } catch (IOException e) {
            // The client has reset the connection: that is how some tests end.
            connection.abort();
        }
    }

    @Override
    public void onWritable(Connection connection) {
        onReadable(connection);
    }

    @Override
    public void onEnded(Connection connection) {
        connection.release();
    }
}
