package io.finwait.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * What the user has written and the send buffer has no room for yet, and what ends the output
 * behind it. On the driver's thread.
 */
final class WaitingWrites {

    private record Write(ByteBuffer source, Answer<Void> answer) {}

    private final DrivenConnection connection;
    private final Queue<Write> writes = new ArrayDeque<>();

    /** Ends the output when the writes are done; null until a call has asked for that. */
    private Runnable afterWrites;

    WaitingWrites(DrivenConnection connection) {
        this.connection = connection;
    }

    boolean isEmpty() {
        return writes.isEmpty();
    }

    void add(ByteBuffer source, Answer<Void> answer) {
        if (afterWrites != null) {
            throw new IllegalStateException(
                    "the output has been ended; write() before shutdownOutput()");
        }
        writes.add(new Write(source, answer));
        goOn();
        if (!answer.isDone()) {
            // When a write is given up, those behind it no longer wait for its room.
            CompletableFuture<?> unused = answer.whenComplete((nothing, failure) -> wake(failure));
        }
    }

    /** Runs {@code how} once everything before it is taken over. */
    void endOutput(Runnable how) {
        afterWrites = how;
        goOn();
    }

    void goOn() {
        while (!writes.isEmpty()) {
            Write write = writes.peek();
            if (write.answer.begin()) {
                try {
                    connection.send(write.source);
                } catch (IOException e) {
                    write.answer.fail(e);
                    fail(e);
                    break;
                } catch (Throwable e) {
                    // The buffer can't be read; the connection has not failed.
                    writes.remove();
                    write.answer.fail(e);
                    continue;
                }
                if (write.source.hasRemaining()) {
                    write.answer.pause();
                    return;
                }
                writes.remove();
                write.answer.finish(null);
            } else {
                writes.remove();
            }
        }
        if (connection.flushRing() && afterWrites != null) {
            afterWrites.run();
        }
    }

    private void wake(Throwable failure) {
        if (failure != null) {
            CompletableFuture<Void> unused = connection.driver().submit(answer -> goOn());
        }
    }

    void fail(IOException e) {
        while (!writes.isEmpty()) {
            writes.remove().answer.completeExceptionally(e);
        }
    }
}
