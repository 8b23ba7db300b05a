package io.finwait.socket;

import io.finwait.driver.AsyncConnection;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;

/**
 * What the peer sends. A read that has timed out goes on in the driver; the next one waits for its answer.
 */
final class SocketInput extends InputStream {

    private static final int CAPACITY = 64 << 10;

    private final AsyncConnection connection;
    private final IntSupplier timeoutMs;

    /** What has come and was not taken yet. */
    private volatile ByteBuffer buffer = ByteBuffer.allocate(CAPACITY).flip();

    /** The driver's while a read is pending. */
    private ByteBuffer arriving = ByteBuffer.allocate(CAPACITY);

    private volatile CompletableFuture<Integer> pending;
    private volatile boolean closed;
    private volatile boolean atEnd;

    SocketInput(AsyncConnection connection, IntSupplier timeoutMs) {
        this.connection = connection;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (closed) {
            throw new SocketException("Socket closed");
        }
        if (length == 0) {
            return 0;
        }
        if (!buffer.hasRemaining() && !atEnd) {
            fill();
        }
        if (!buffer.hasRemaining()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(into, offset, count);
        return count;
    }

    private void fill() throws IOException {
        if (pending == null) {
            pending = connection.read(arriving.clear());
        }
        if (closed) {
            throw new SocketException("Socket closed");
        }
        CompletableFuture<Integer> waiting = pending;
        try {
            atEnd = Answers.within(timeoutMs.getAsInt(), waiting, "Read timed out") < 0;
            ByteBuffer come = arriving.flip();
            arriving = buffer;
            buffer = come;
        } finally {
            if (waiting.isDone()) {
                pending = null;
            }
        }
    }

    @Override
    public int available() {
        return buffer.remaining();
    }

    /** From now on there is nothing to read. */
    void shutdown() {
        atEnd = true;
        cancel();
    }

    /** Ends whoever is reading. */
    boolean endAndTellWhetherSomethingIsUnread() {
        closed = true;
        cancel();
        return available() > 0;
    }

    private void cancel() {
        CompletableFuture<Integer> waiting = pending;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }
}
