package io.finwait.examples.net;

import io.finwait.driver.AsyncConnection;
import io.finwait.tcp.CloseReason;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Joins a connection to an input and an output, as nc does: the end of the input is our FIN, the
 * peer's FIN the end of the output, and each direction goes on until its own end.
 */
public final class Netcat {

    private static final int CHUNK = 64 << 10;

    private final AsyncConnection connection;
    private final InputStream in;
    private final PrintStream out;
    private final CompletableFuture<Void> inputEnded = new CompletableFuture<>();

    /**
     * What is to be joined.
     *
     * @param in read on a thread of its own, which is left behind when the connection ends first
     * @param out written and flushed on the caller's thread
     */
    public Netcat(AsyncConnection connection, InputStream in, PrintStream out) {
        this.connection = connection;
        this.in = in;
        this.out = out;
    }

    /**
     * Carries octets both ways until both have ended.
     *
     * @return how the connection ended: in order, and nothing else
     * @throws IOException in the words that people know when it ended otherwise, or when the input
     *     or the output failed; the connection is reset then
     */
    public CloseReason run() throws IOException {
        Thread.ofPlatform().daemon().name("netcat-input").start(this::send);
        try {
            receive();
            inputEnded.join();
            CloseReason reason = connection.close().join();
            if (reason instanceof CloseReason.Orderly) {
                return reason;
            }
            throw new IOException(reason.message());
        } catch (CompletionException e) {
            throw failure(e);
        }
    }

    private void send() {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                connection.write(ByteBuffer.wrap(chunk, 0, length)).join();
            }
            connection.shutdownOutput().join();
            inputEnded.complete(null);
        } catch (IOException e) {
            var _ = connection.abort();
            inputEnded.completeExceptionally(
                    new IOException("standard input can't be read: " + e.getMessage(), e));
        } catch (CompletionException e) {
            inputEnded.completeExceptionally(e.getCause());
        }
    }

    private void receive() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (connection.read(chunk.clear()).join() >= 0) {
            out.write(chunk.array(), 0, chunk.position());
            if (out.checkError()) {
                var _ = connection.abort();
                throw new IOException("standard output takes no more");
            }
        }
    }

    /** Why the connection ended says more than the call that noticed it. */
    private IOException failure(CompletionException e) {
        CompletableFuture<CloseReason> ended = connection.ended();
        if (ended.isDone() && !ended.isCompletedExceptionally()) {
            CloseReason reason = ended.join();
            if (!(reason instanceof CloseReason.Orderly)) {
                return new IOException(reason.message(), e);
            }
        }
        return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
}
