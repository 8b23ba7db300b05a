package io.finwait.driver;

import io.finwait.tcp.CloseReason;

import java.nio.channels.AsynchronousCloseException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port on which all drivers of a {@link DriverGroup} accept connections. Who serves them on the
 * threads of the drivers accepts from each of {@link #listeners()}; {@link #accept} takes the next
 * one of any driver. All methods may be called from any thread.
 */
public final class GroupListener {

    private final List<AsyncListener> listeners;
    private final List<Door> doors;
    private final Queue<CompletableFuture<AsyncConnection>> takers = new ConcurrentLinkedQueue<>();

    /** Accepted for a caller who had just got another one, or had just gone away. */
    private final Queue<AsyncConnection> spare = new ConcurrentLinkedQueue<>();

    private volatile boolean closed;
    private volatile boolean shared;

    GroupListener(List<AsyncListener> listeners) {
        this.listeners = List.copyOf(listeners);
        doors = listeners.stream().map(Door::new).toList();
    }

    /** The port, 1 to 65,535. */
    public int port() {
        return listeners.get(0).port();
    }

    /** The port at each driver, in their order. */
    public List<AsyncListener> listeners() {
        return listeners;
    }

    /**
     * Accepts the next connection, of whichever driver. One that is cancelled or has timed out
     * accepts none.
     *
     * @return exceptionally with {@link AsynchronousCloseException} when the port is closed first
     */
    public CompletableFuture<AsyncConnection> accept() {
        CompletableFuture<AsyncConnection> taker = new CompletableFuture<>();
        takers.add(taker);
        if (!shared) {
            shared = true;
            doors.forEach(each -> each.listener.readiness(what -> each.look()));
        }
        serve();
        doors.forEach(Door::look);
        return taker;
    }

    /** Closes the port; connections that nobody has accepted are reset. */
    public CompletableFuture<Void> close() {
        CompletableFuture<?>[] all =
                listeners.stream().map(AsyncListener::close).toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(all).thenRun(this::end);
    }

    private void end() {
        closed = true;
        for (AsyncConnection each = spare.poll(); each != null; each = spare.poll()) {
            CompletableFuture<CloseReason> unused = each.abort();
        }
        refuse();
    }

    private void refuse() {
        CompletableFuture<AsyncConnection> taker;
        while ((taker = takers.poll()) != null) {
            taker.completeExceptionally(new AsynchronousCloseException());
        }
    }

    /** Brings together who waits and what is here; several threads may do so at once. */
    private void serve() {
        AsyncConnection connection;
        while (!takers.isEmpty() && (connection = spare.poll()) != null) {
            CompletableFuture<AsyncConnection> taker;
            do {
                taker = takers.poll();
            } while (taker != null && !taker.complete(connection));
            if (taker == null) {
                spare.add(connection);
            }
        }
        if (closed) {
            end();
        }
    }

    /** The port at one driver: asked by one call at a time, or it would accept too many. */
    private final class Door {

        private final AsyncListener listener;

        /** How often it was to be asked since the call that is under way began. */
        private final AtomicInteger wanted = new AtomicInteger();

        Door(AsyncListener listener) {
            this.listener = listener;
        }

        /** Somebody may wait there: whoever waits here gets it. */
        void look() {
            takers.removeIf(CompletableFuture::isDone);
            if (takers.isEmpty() || wanted.getAndIncrement() > 0) {
                return;
            }
            CompletableFuture<Void> unused =
                    listener.poll()
                            .handle(
                                    (connection, failure) -> {
                                        answered(connection, failure);
                                        return null;
                                    });
        }

        private void answered(AsyncConnection connection, Throwable failure) {
            if (failure != null) {
                end();
                return;
            }
            if (connection != null) {
                spare.add(connection);
            }
            serve();
            if (wanted.getAndSet(0) > 1) {
                look();
            }
        }
    }
}
