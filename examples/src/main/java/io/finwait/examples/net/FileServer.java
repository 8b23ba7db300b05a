package io.finwait.examples.net;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.Listener;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Serves the files of a folder by HTTP/1.0: one GET for each connection. Runs on the endpoint's thread
 * and never blocks, but for reading files.
 */
public final class FileServer {

    /** Who sends the first FIN when a response is complete. */
    public enum Closer {
        /** This end: a half-close, then waiting for the client's FIN. */
        US,
        /** The client, who knows the length; after a deadline this end closes nevertheless. */
        PEER
    }

    private final Endpoint endpoint;
    private final Listener listener;
    private final Path root;
    private final Closer closer;
    private final long deadlineNs;
    private final ArrayDeque<Due> due = new ArrayDeque<>();
    private long requests;

    private record Due(long timeNs, Exchange exchange) {}

    /**
     * Listens from now on.
     *
     * @param root the folder
     * @param deadline how long a client may take to send its request, and to close
     * @throws IOException when the folder can't be read
     */
    public FileServer(Endpoint endpoint, int port, Path root, Closer closer, Duration deadline)
            throws IOException {
        this.endpoint = endpoint;
        this.root = root.toRealPath();
        this.closer = closer;
        deadlineNs = deadline.toNanos();
        listener = endpoint.listen(port, 1024);
        listener.onAcceptable(this::accept);
    }

    private void accept() {
        Connection connection;
        while ((connection = listener.accept()) != null) {
            requests++;
            Exchange exchange = new Exchange(this, connection);
            connection.observer(exchange);
            giveTime(exchange);
            // Octets may have come before anybody observed.
            exchange.onReadable(connection);
        }
    }

    Path root() {
        return root;
    }

    Closer closer() {
        return closer;
    }

    /** A time so far ahead that a client has had its chance. */
    long deadlineNs() {
        return endpoint.nowNs() + deadlineNs;
    }

    /** Asks again whether the client has done its part, when it has had its time. */
    void giveTime(Exchange exchange) {
        due.add(new Due(deadlineNs(), exchange));
    }

    /** Leaves clients that have had their time; to be called with every duty cycle. */
    public void onTime(long nowNs) {
        while (!due.isEmpty() && due.peek().timeNs - nowNs <= 0) {
            due.remove().exchange.deadlinePassed();
        }
    }

    /** When {@link #onTime} has something to do; MAX_VALUE for never. */
    public long nextDeadlineNs() {
        return due.isEmpty() ? Long.MAX_VALUE : due.peek().timeNs;
    }

    /** How many connections were accepted. */
    public long requests() {
        return requests;
    }
}
