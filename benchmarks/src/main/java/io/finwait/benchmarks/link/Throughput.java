package io.finwait.benchmarks.link;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * One of two processes: a source that sends for some seconds, or a sink that takes what comes and
 * says how many octets of text came in a second, from the first one to the end of the stream.
 */
public final class Throughput {

    private static final int PORT = 7000;
    private static final int CHUNK = 256 << 10;
    private static final IpAddress SINK = IpAddress.parse("10.0.0.2");
    private static final IpAddress SOURCE = IpAddress.parse("10.0.0.1");
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private Throughput() {}

    /** Arguments: {@code sink URI}, or {@code source URI SECONDS}. */
    public static void main(String[] args) {
        switch (args[0]) {
            case "sink" -> sink(args[1]);
            case "source" -> source(args[1], Duration.ofSeconds(Long.parseLong(args[2])));
            default -> throw new IllegalArgumentException("sink URI, or source URI SECONDS");
        }
    }

    private static Driver driver(IpAddress own, String uri) {
        return Driver.start(EndpointConfig.builder().address(own).build(), Transports.open(uri));
    }

    private static void sink(String uri) {
        Driver driver = driver(SINK, uri);
        var listener = driver.listen(PORT, 1).join();
        System.out.println("listening");
        AsyncConnection connection = listener.accept().join();
        Sink sink = new Sink(connection);
        sink.goOn(0);
        sink.done.join();
        connection.close().join();
        driver.shutdown(DRAIN).join();
        double seconds = (sink.lastNs - sink.firstNs) / 1e9;
        System.out.printf("%.0f Mbit/s%n", sink.octets * 8 / seconds / 1e6);
    }

    private static void source(String uri, Duration time) {
        Driver driver = driver(SOURCE, uri);
        AsyncConnection connection = driver.connect(SINK, PORT).join();
        Source source = new Source(connection, System.nanoTime() + time.toNanos());
        source.goOn();
        source.done.join();
        connection.shutdownOutput().join();
        connection.close().join();
        driver.shutdown(DRAIN).join();
    }

    /** Reads, on the driver's thread, again and again. */
    private static final class Sink {
        private final AsyncConnection from;
        private final ByteBuffer room = ByteBuffer.allocateDirect(CHUNK);
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private long octets;
        private long firstNs;
        private long lastNs;

        Sink(AsyncConnection from) {
            this.from = from;
        }

        void goOn(int taken) {
            lastNs = System.nanoTime();
            if (taken < 0) {
                done.complete(null);
                return;
            }
            if (octets == 0) {
                firstNs = lastNs;
            }
            octets += taken;
            var _ = from.read(room.clear()).thenAccept(this::goOn).exceptionally(this::failed);
        }

        private Void failed(Throwable e) {
            done.completeExceptionally(e);
            return null;
        }
    }

    /** Writes, on the driver's thread, until the time is over. */
    private static final class Source {
        private final AsyncConnection to;
        private final long endNs;
        private final ByteBuffer text = ByteBuffer.allocateDirect(CHUNK);
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Source(AsyncConnection to, long endNs) {
            this.to = to;
            this.endNs = endNs;
        }

        void goOn() {
            if (System.nanoTime() - endNs >= 0) {
                done.complete(null);
            } else {
                var _ = to.write(text.clear()).thenRun(this::goOn).exceptionally(this::failed);
            }
        }

        private Void failed(Throwable e) {
            done.completeExceptionally(e);
            return null;
        }
    }
}
