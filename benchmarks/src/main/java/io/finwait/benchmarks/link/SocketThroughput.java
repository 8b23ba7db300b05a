package io.finwait.benchmarks.link;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * What blocking sockets of {@code java.net} reach of what the native API, callbacks on the driver's
 * thread, reaches over the same link: octets in a second, and round trips of 64 octets. Both
 * endpoints are in this process, joined by a Unix-domain socket, or by transports that are named,
 * such as two TUN devices of a namespace that routes. Arguments: seconds of each measurement,
 * rounds, and then, if need be, URI and address of the server's transport and of the client's.
 */
public final class SocketThroughput {

    private static final int NAMED = 6;
    private static final int CHUNK = 64 << 10;
    private static final int SMALL = 64;
    private static final int PORT = 7000;

    private SocketThroughput() {}

    /** Runs everything in turn, so that what the machine does meanwhile falls on both. */
    public static void main(String[] args) throws Exception {
        long ns = Duration.ofSeconds(Long.parseLong(args[0])).toNanos();
        int rounds = Integer.parseInt(args[1]);
        String uri = "unix:" + Path.of(System.getProperty("java.io.tmpdir"), "finwait-bench");
        String[] ends =
                args.length == NAMED
                        ? Arrays.copyOfRange(args, 2, NAMED)
                        : new String[] {
                            uri + "?role=server", "10.0.0.2", uri + "?role=client", "10.0.0.1"
                        };
        try (Driver server = start(ends[0], ends[1]);
                Driver client = start(ends[2], ends[3])) {
            for (int round = 1; round <= rounds; round++) {
                System.out.printf(
                        "round %d: bulk, Mbit/s: native %.0f, streams %.0f; round trip, us: native"
                                + " %.1f, joined futures %.1f, streams %.1f%n",
                        round,
                        nativeBulk(client, server, PORT + 5 * round, ns),
                        streamBulk(client, server, PORT + 5 * round + 1, ns),
                        nativeRoundTrip(client, server, PORT + 5 * round + 2, ns),
                        futuresRoundTrip(client, server, PORT + 5 * round + 3, ns),
                        streamRoundTrip(client, server, PORT + 5 * round + 4, ns));
            }
        }
    }

    private static Driver start(String uri, String address) {
        return Driver.start(EndpointConfig.at(address).build(), Transports.open(uri));
    }

    private static IpAddress address(Driver of) {
        return of.config().addresses().getFirst();
    }

    private static double megabits(long octets, long sinceNs) {
        return octets * 8e3 / (System.nanoTime() - sinceNs);
    }

    // The native API.

    private record Pair(AsyncConnection client, AsyncConnection server) {
        static Pair open(Driver client, Driver server, int port) {
            AsyncListener listener = server.listen(port, 1).join();
            CompletableFuture<AsyncConnection> accepted = listener.accept();
            AsyncConnection connected = client.connect(address(server), port).join();
            return new Pair(connected, accepted.join());
        }
    }

    private static double nativeBulk(Driver client, Driver server, int port, long ns) {
        Pair pair = Pair.open(client, server, port);
        long begin = System.nanoTime();
        CompletableFuture<Long> octets = new CompletableFuture<>();
        drain(pair.server, ByteBuffer.allocate(CHUNK), 0, octets);
        pour(pair.client, ByteBuffer.allocate(CHUNK), begin + ns);
        return megabits(octets.join(), begin);
    }

    private static void pour(AsyncConnection to, ByteBuffer octets, long endNs) {
        if (System.nanoTime() - endNs >= 0) {
            var _ = to.close();
        } else {
            var _ = to.write(octets.clear()).thenRun(() -> pour(to, octets, endNs));
        }
    }

    private static void drain(
            AsyncConnection from, ByteBuffer into, long sum, CompletableFuture<Long> done) {
        var _ =
                from.read(into.clear())
                        .thenAccept(
                                octets -> {
                                    if (octets < 0) {
                                        var _ = from.close();
                                        done.complete(sum);
                                    } else {
                                        drain(from, into, sum + octets, done);
                                    }
                                });
    }

    private static double nativeRoundTrip(Driver client, Driver server, int port, long ns) {
        Pair pair = Pair.open(client, server, port);
        echo(pair.server, ByteBuffer.allocate(SMALL));
        CompletableFuture<Long> done = new CompletableFuture<>();
        long begin = System.nanoTime();
        ask(pair.client, ByteBuffer.allocate(SMALL), 0, begin + ns, done);
        long trips = done.join();
        return (System.nanoTime() - begin) / 1e3 / trips;
    }

    private static void echo(AsyncConnection at, ByteBuffer octets) {
        var _ =
                at.read(octets.clear())
                        .thenAccept(
                                count -> {
                                    if (count < 0) {
                                        var _ = at.close();
                                    } else {
                                        var _ =
                                                at.write(octets.flip())
                                                        .thenRun(() -> echo(at, octets));
                                    }
                                });
    }

    private static void ask(
            AsyncConnection at,
            ByteBuffer octets,
            long trips,
            long endNs,
            CompletableFuture<Long> done) {
        if (System.nanoTime() - endNs >= 0) {
            var _ = at.close();
            done.complete(trips);
            return;
        }
        var _ =
                at.write(octets.clear())
                        .thenCompose(_ -> at.read(octets.clear()))
                        .thenAccept(_ -> ask(at, octets, trips + 1, endNs, done));
    }

    /** Blocking, as the streams are, but with the futures of the native API. */
    private static double futuresRoundTrip(Driver client, Driver server, int port, long ns)
            throws InterruptedException {
        Pair pair = Pair.open(client, server, port);
        Thread echo =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    ByteBuffer octets = ByteBuffer.allocate(SMALL);
                                    while (pair.server.read(octets.clear()).join() >= 0) {
                                        pair.server.write(octets.flip()).join();
                                    }
                                    pair.server.close().join();
                                });
        ByteBuffer octets = ByteBuffer.allocate(SMALL);
        long begin = System.nanoTime();
        long trips = 0;
        while (System.nanoTime() - begin < ns) {
            pair.client.write(octets.clear()).join();
            pair.client.read(octets.clear()).join();
            trips++;
        }
        double us = (System.nanoTime() - begin) / 1e3 / trips;
        pair.client.close().join();
        echo.join();
        return us;
    }

    // Streams.

    private interface Work {
        void with(Socket socket) throws IOException;
    }

    private static Thread serve(Driver server, int port, Work work) throws IOException {
        ServerSocket listening = new DriverServerSocketFactory(server).createServerSocket(port);
        return Thread.ofPlatform()
                .start(
                        () -> {
                            try (listening;
                                    Socket socket = listening.accept()) {
                                work.with(socket);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
    }

    private static double streamBulk(Driver client, Driver server, int port, long ns)
            throws IOException, InterruptedException {
        long[] sum = new long[1];
        Thread sink =
                serve(
                        server,
                        port,
                        socket -> {
                            InputStream in = socket.getInputStream();
                            byte[] octets = new byte[CHUNK];
                            for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
                                sum[0] += n;
                            }
                        });
        long begin = System.nanoTime();
        try (Socket socket =
                new DriverSocketFactory(client)
                        .createSocket(address(server).toInetAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            byte[] octets = new byte[CHUNK];
            while (System.nanoTime() - begin < ns) {
                out.write(octets);
            }
        }
        sink.join();
        return megabits(sum[0], begin);
    }

    private static double streamRoundTrip(Driver client, Driver server, int port, long ns)
            throws IOException, InterruptedException {
        Thread echo =
                serve(
                        server,
                        port,
                        socket -> {
                            InputStream in = socket.getInputStream();
                            OutputStream out = socket.getOutputStream();
                            byte[] octets = new byte[SMALL];
                            for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
                                out.write(octets, 0, n);
                            }
                        });
        long begin;
        long trips = 0;
        try (Socket socket =
                new DriverSocketFactory(client)
                        .createSocket(address(server).toInetAddress(), port)) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] octets = new byte[SMALL];
            begin = System.nanoTime();
            while (System.nanoTime() - begin < ns) {
                out.write(octets);
                in.readNBytes(octets, 0, SMALL);
                trips++;
            }
        }
        double us = (System.nanoTime() - begin) / 1e3 / trips;
        echo.join();
        return us;
    }
}
