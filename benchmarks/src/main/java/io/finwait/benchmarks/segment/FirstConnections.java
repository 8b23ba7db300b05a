package io.finwait.benchmarks.segment;

import io.finwait.Finwait;
import io.finwait.spi.DirectLink;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How long the first 1,000 connections of a fresh JVM take, loading classes and compiling included:
 * each is opened, asks, is answered and closed over a wire in memory, both ends on one thread.
 * Prints microseconds.
 */
public final class FirstConnections {

    private static final int CONNECTIONS = 1_000;
    private static final int PORT = 80;
    private static final int OCTETS = 64;
    private static final int MOST_CYCLES = 1_000;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    private final Endpoint client;
    private final Endpoint server;
    private final Listener listener;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(OCTETS);
    private int lost;

    private FirstConnections() {
        DirectLink[] link = DirectLink.pair();
        client = Finwait.open(EndpointConfig.at("10.0.0.1").build(), link[0]);
        server = Finwait.open(EndpointConfig.builder().address(SERVER).build(), link[1]);
        listener = server.listen(PORT, 16);
    }

    /** Runs, after a warm-up when its number of connections is given. */
    public static void main(String[] arguments) throws IOException {
        FirstConnections all = new FirstConnections();
        if (arguments.length > 0) {
            all.server.warmUp(Integer.parseInt(arguments[0]));
        }
        long begun = System.nanoTime();
        Histogram times = new Histogram(3);
        long first = 0;
        for (int i = 0; i < CONNECTIONS; i++) {
            long before = System.nanoTime();
            all.one();
            long took = System.nanoTime() - before;
            first = i == 0 ? took : first;
            times.recordValue(took);
        }
        System.out.printf(
                "first %d  p50 %d  p90 %d  p99 %d  longest %d  lost %d  all %d%n",
                first / 1000,
                times.getValueAtPercentile(50) / 1000,
                times.getValueAtPercentile(90) / 1000,
                times.getValueAtPercentile(99) / 1000,
                times.getMaxValue() / 1000,
                all.lost,
                (System.nanoTime() - begun) / 1000);
    }

    private void work() {
        for (int i = 0; i < MOST_CYCLES; i++) {
            long now = System.nanoTime();
            if (client.doWork(now) + server.doWork(now) == 0) {
                return;
            }
        }
    }

    private boolean moves(Connection from, Connection to) throws IOException {
        from.send(buffer.clear());
        work();
        return to.receive(buffer.clear()) == OCTETS;
    }

    private void one() throws IOException {
        Connection ours = client.connect(SERVER, PORT);
        work();
        Connection theirs = listener.accept();
        boolean good = theirs != null && moves(ours, theirs) && moves(theirs, ours);
        ours.close();
        work();
        if (theirs != null) {
            theirs.close();
        }
        work();
        if (!good || !ours.hasEnded() || !theirs.hasEnded()) {
            lost++;
        }
    }
}
