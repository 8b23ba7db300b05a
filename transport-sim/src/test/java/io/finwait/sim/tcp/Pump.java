package io.finwait.sim.tcp;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends some octets as fast as they go, half-closes, reads to the end, and closes. */
final class Pump implements ConnectionObserver {

    private final Connection connection;
    private final ByteBuffer out;
    private final ByteBuffer in = ByteBuffer.allocate(4096);
    int received;
    private boolean allSent;
    private boolean allRead;

    Pump(Connection connection, int octets) {
        this.connection = connection;
        out = ByteBuffer.allocate(octets);
        connection.observer(this);
        onWritable(connection);
        onReadable(connection);
    }

    @Override
    public void onEstablished(Connection c) {
        onWritable(c);
    }

    @Override
    public void onWritable(Connection c) {
        try {
            while (out.hasRemaining() && connection.send(out) > 0) {
                // As much as fits.
            }
        } catch (IOException e) {
            throw new AssertionError("sending to " + connection, e);
        }
        if (!out.hasRemaining() && !allSent) {
            allSent = true;
            connection.shutdownOutput();
            closeWhenDone();
        }
    }

    @Override
    public void onReadable(Connection c) {
        try {
            int octets;
            while (!allRead && (octets = connection.receive(in.clear())) != 0) {
                allRead = octets < 0;
                received += Math.max(0, octets);
            }
        } catch (IOException e) {
            throw new AssertionError("receiving from " + connection, e);
        }
        closeWhenDone();
    }

    private void closeWhenDone() {
        if (allSent && allRead) {
            connection.close();
        }
    }
}
