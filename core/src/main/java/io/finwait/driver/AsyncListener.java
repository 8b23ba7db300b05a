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
    private final Queue<CompletableFuture<AsyncConnection>> takers = new ArrayDeque<>();

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
     * Takes the next connection whose handshake is complete; several takers are served in order.
     *
     * @return exceptionally with {@link AsynchronousCloseException} when the listener is closed first
     */
    public CompletableFuture<AsyncConnection> accept() {
        return driver.submit(
                answer -> {
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
        while (!takers.isEmpty()) {
            Connection connection = listener.accept();
            if (connection == null) {
                return;
            }
            AsyncConnection accepted = AsyncConnection.accepted(driver, connection);
            CompletableFuture<AsyncConnection> taker = takers.remove();
            if (!taker.complete(accepted)) {
                // Its future was cancelled: nobody will ever use this connection.
                connection.abort();
            }
        }
    }

    void closeNow() {
        listener.close();
        driver.remove(this);
        refuseTakers();
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
