package io.finwait.socket;

import io.finwait.driver.AsyncConnection;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** What is sent to the peer: a write returns when all of it is in the send buffer. */
final class SocketOutput extends OutputStream {

    private final AsyncConnection connection;

    SocketOutput(AsyncConnection connection) {
        this.connection = connection;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        CompletableFuture<Void> writing = connection.write(ByteBuffer.wrap(octets, offset, length));
        try {
            Answers.within(0, writing, "");
        } finally {
            // Who is interrupted has the array back, and nothing of it may be sent any more.
            writing.cancel(false);
        }
    }
}
