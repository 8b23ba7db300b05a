package io.finwait.driver;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Listener;

import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * A port that accepts connections. All methods may be called from any thread; see {@link Driver}.
 */
public final class AsyncListener {

    private final Driver driver;
    private final Listener listener;
    private final int port;
    private final Queue<Answer<AsyncConnection>> takers = new ArrayDeque<>();

    private volatile Readiness readiness = what -> {};
    private volatile boolean acceptable;
    private volatile boolean closed;

    /**
     * A connection that was accepted for a caller who had just stopped waiting; the next caller
     * gets it.
     */
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
     * Accepts the next connection whose handshake is complete. Several calls are served in order;
     * one that is cancelled or has timed out accepts none.
     *
     * @return exceptionally with {@link AsynchronousCloseException} when the listener is closed
     *     first
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

    /** Sets who is told when a connection waits to be accepted and when the port is closed. */
    public void readiness(Readiness newReadiness) {
        readiness = Objects.requireNonNull(newReadiness, "readiness");
        CompletableFuture<Void> unused =
                driver.submit(
                        answer -> {
                            publish();
                            answer.complete(null);
                        });
    }

    /** True when a connection waits to be accepted, or the port is closed. */
    public boolean isAcceptable() {
        return acceptable || closed;
    }

    /** True when the port is closed. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Takes the next connection if there is one now.
     *
     * @return with null when there is none; exceptionally with {@link AsynchronousCloseException}
     *     when the port is closed
     */
    public CompletableFuture<AsyncConnection> poll() {
        return driver.submit(
                answer -> {
                    if (listener.isClosed()) {
                        answer.completeExceptionally(new AsynchronousCloseException());
                        return;
                    }
                    AsyncConnection next = next();
                    // The caller that gets the last connection sees at once that it was the last.
                    publish();
                    if (!answer.complete(next) && next != null) {
                        spare = next;
                        publish();
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
        serveTakers();
        publish();
    }

    private void publish() {
        acceptable = spare != null || listener.acceptQueueLength() > 0;
        if (acceptable || closed) {
            readiness.changed(Readiness.ACCEPTABLE);
        }
    }

    private void serveTakers() {
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
        closed = true;
        listener.close();
        driver.drain().remove(this);
        refuseTakers();
        if (spare != null) {
            spare.driven.abort();
            spare = null;
        }
        publish();
    }

    void driverStopped() {
        closed = true;
        refuseTakers();
        publish();
    }

    private void refuseTakers() {
        while (!takers.isEmpty()) {
            takers.remove().completeExceptionally(new AsynchronousCloseException());
        }
    }
}
