package io.finwait.examples.net;

import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.Listener;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;

/**
 * Serves the files of a folder by HTTP/1.0: one GET or HEAD for each connection. Runs on the
 * endpoint's thread and never blocks, but for reading files.
 */
public final class FileServer {

    /** Who sends the first FIN when a response is complete. */
    public enum Closer {
        /** This end: a half-close, then waiting for the client's FIN. */
        US,
        /** The client, who knows the length; after a deadline this end closes nevertheless. */
        PEER
    }

    private static final long SECOND_NS = 1_000_000_000L;

    /**
     * A client that takes less than this is reset: by taking an octet now and then it could hold a
     * file, a buffer and a connection for as long as it likes. IIS draws the line at 240 octets per
     * second too.
     */
    private static final int LEAST_OCTETS_PER_SECOND = 240;

    private final Endpoint endpoint;
    private final Listener listener;
    private final Path root;
    private final Closer closer;
    private final long deadlineNs;

    /**
     * The clients with a deadline, the earliest first. All get the same time, so a new one goes to
     * the end.
     */
    private final LinkedHashSet<FileExchange> waiting = new LinkedHashSet<>();

    private long requests;

    /**
     * Listens from now on.
     *
     * @param root the folder
     * @param deadline how long a client may take to send its request, and to close; within each
     *     such time it takes at least 240 octets of the response for each second. What counts is
     *     what its TCP has acknowledged. Who is slower is reset
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
            FileExchange exchange = new FileExchange(this, connection);
            connection.observer(exchange);
            giveTime(exchange);
            // Octets may have come before the observer was set.
            exchange.onReadable(connection);
        }
    }

    Path root() {
        return root;
    }

    Closer closer() {
        return closer;
    }

    /** A deadline counted from now. */
    long deadlineNs() {
        return endpoint.nowNs() + deadlineNs;
    }

    /** How many octets a client takes at least in the time of a deadline. */
    long leastOctets() {
        return Math.max(1, LEAST_OCTETS_PER_SECOND * deadlineNs / SECOND_NS);
    }

    /** The client has its time from now on; then it is asked whether it has done its part. */
    void giveTime(FileExchange exchange) {
        exchange.deadlineNs = deadlineNs();
        waiting.remove(exchange);
        waiting.add(exchange);
    }

    /** The client has done its part. */
    void waitsNoMore(FileExchange exchange) {
        waiting.remove(exchange);
    }

    /** Resets clients whose time is over; to be called in every duty cycle. */
    public void onTime(long nowNs) {
        while (!waiting.isEmpty() && waiting.getFirst().deadlineNs - nowNs <= 0) {
            waiting.removeFirst().deadlinePassed();
        }
    }

    /** When {@link #onTime} has something to do; MAX_VALUE for never. */
    public long nextDeadlineNs() {
        return waiting.isEmpty() ? Long.MAX_VALUE : waiting.getFirst().deadlineNs;
    }

    /** Accepts nobody from now on; whoever was accepted is served. */
    public void stopAccepting() {
        listener.close();
    }

    /** How many connections were accepted. */
    public long requests() {
        return requests;
    }
}
