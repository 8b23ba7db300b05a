package io.finwait.socket;

import java.io.IOException;
import java.io.OutputStream;

/** What is sent to the peer: a write returns when all of it is taken over. */
final class SocketOutput extends OutputStream {

    private final DriverSocketImpl socket;

    SocketOutput(DriverSocketImpl socket) {
        this.socket = socket;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        socket.write(octets, offset, length);
    }

    @Override
    public void close() {
        socket.close();
    }
}
