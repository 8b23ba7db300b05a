package io.finwait.driver;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A port that takes connections; see {@link Driver} for which thread may call what: any. */
public final class AsyncListener {

    private final Driver driver;
    private final Listener listener;
    private final int port;
    private final Queue<Answer<AsyncConnection>> takers = new ArrayDeque<>();

    /** Was taken for somebody who stopped waiting at that moment; the next one's. */
    private AsyncConnection spare;

    AsyncListener(Driver driver, Listener listener) {
        this.driver = driver;
        this.listener = listener;
        port = listener.port();
        listener.onAcceptable(this::serve);
    }

    /** The port, 1 to 65,535. */
    public int port() {
        return port;
    }

    /**
     * Takes the next connection whose handshake is complete; several takers are served in order. One that
     * is cancelled or has timed out takes none.
     *
     * @return exceptionally with {@link AsynchronousCloseException} when the listener is closed first
     */
    public CompletableFuture<AsyncConnection> accept() {
        return driver.submit(
                answer -> {
                    takers.removeIf(CompletableFuture::isDone);
                    takers.add(answer);
                    if (listener.isClosed()) {
                        refuseTakers();
                    } else {
                        serve();
                    }
                });
    }

    /** Closes the port; connections that nobody has accepted are reset. */
    public CompletableFuture<Void> close() {
        return driver.submit(
                answer -> {
                    closeNow();
                    answer.complete(null);
                });
    }

    private void serve() {
        Answer<AsyncConnection> taker;
        while ((taker = takers.peek()) != null) {
            if (!taker.isDone()) {
                AsyncConnection next = next();
                if (next == null) {
                    return;
                }
                takers.remove();
                if (!taker.complete(next)) {
                    spare = next;
                }
            } else {
                takers.remove();
            }
        }
    }

    private AsyncConnection next() {
        if (spare != null) {
            AsyncConnection next = spare;
            spare = null;
            return next;
        }
        Connection connection = listener.accept();
        return connection == null ? null : AsyncConnection.accepted(driver, connection);
    }

    void closeNow() {
        listener.close();
        driver.remove(this);
        refuseTakers();
        if (spare != null) {
            spare.abortNow();
            spare = null;
        }
    }

    void driverStopped() {
        refuseTakers();
    }

    private void refuseTakers() {
        while (!takers.isEmpty()) {
            takers.remove().completeExceptionally(new AsynchronousCloseException());
        }
    }
}
