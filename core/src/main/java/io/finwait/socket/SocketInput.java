package io.finwait.socket;

import java.io.IOException;
import java.io.InputStream;

/** What the peer sends, as a stream. */
final class SocketInput extends InputStream {

    private final DriverSocketImpl socket;

    SocketInput(DriverSocketImpl socket) {
        this.socket = socket;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return socket.read(into, offset, length);
    }

    @Override
    public int available() throws IOException {
        return socket.available();
    }

    @Override
    public void close() {
        socket.close();
    }
}
