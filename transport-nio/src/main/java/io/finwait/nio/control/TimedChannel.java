package io.finwait.nio.control;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A channel whose other end may fall silent, or never read: nothing here waits past a deadline. */
final class TimedChannel implements AutoCloseable {

    private static final long MILLISECOND_NS = 1_000_000L;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    /** Takes a channel over, which it closes; also when this throws. */
    TimedChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        Selector opened = null;
        try {
            channel.configureBlocking(false);
            opened = Selector.open();
            key = channel.register(opened, 0);
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        selector = opened;
    }

    /**
     * Reads what has come, at least one octet.
     *
     * @param into has room
     * @param deadlineNs a time of {@link System#nanoTime}
     * @return how many octets, or -1 at the end
     * @throws SocketTimeoutException when nothing has come by then
     */
    int read(ByteBuffer into, long deadlineNs) throws IOException {
        int octets;
        while ((octets = channel.read(into)) == 0) {
            await(SelectionKey.OP_READ, deadlineNs);
        }
        return octets;
    }

    /**
     * Writes all of a buffer.
     *
     * @throws SocketTimeoutException when the other end has not taken it by then
     */
    void write(ByteBuffer source, long deadlineNs) throws IOException {
        while (source.hasRemaining()) {
            if (channel.write(source) == 0) {
                await(SelectionKey.OP_WRITE, deadlineNs);
            }
        }
    }

    /** Tells the other end that no more comes. */
    void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    private void await(int what, long deadlineNs) throws IOException {
        long left = deadlineNs - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the other end is silent");
        }
        key.interestOps(what);
        selector.select(left / MILLISECOND_NS + 1);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            selector.close();
        }
    }
}
