package io.finwait.benchmarks.segment;

import io.finwait.Finwait;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two endpoints over any transport, both on one thread in real time: one of your own is measured by
 * putting its provider on the class path and naming both its ends, {@code -p client=mine://cable -p
 * server=mine://cable}. {@code {port 1}} and {@code {port 2}} stand for two UDP ports of 127.0.0.1
 * that are free.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TransportRoundTrip {

    private static final IpAddress SERVER = IpAddress.parse("10.9.0.2");
    private static final int PORT = 7;
    private static final int SMALL = 64;
    private static final int LARGE = 64 * 1024;
    private static final long PATIENCE_NS = 10_000_000_000L;

    /** The transport of 10.9.0.1. */
    @Param("udp://127.0.0.1:{port 1}?peer=127.0.0.1:{port 2}")
    public String client;

    /** The transport of 10.9.0.2. */
    @Param("udp://127.0.0.1:{port 2}?peer=127.0.0.1:{port 1}")
    public String server;

    private Transport clientTransport;
    private Transport serverTransport;
    private Endpoint clientEndpoint;
    private Endpoint serverEndpoint;
    private Connection ours;
    private Connection theirs;
    private final ByteBuffer out = ByteBuffer.allocateDirect(LARGE);
    private final ByteBuffer in = ByteBuffer.allocateDirect(LARGE);

    /** Opens the connection. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        List<Integer> ports = freePorts();
        // The server first: some carriers must listen before the other end can reach them.
        serverTransport = Transports.open(withPorts(server, ports));
        clientTransport = Transports.open(withPorts(client, ports));
        clientEndpoint =
                Finwait.open(EndpointConfig.at("10.9.0.1").nagle(false).build(), clientTransport);
        EndpointConfig config = EndpointConfig.builder().address(SERVER).nagle(false).build();
        serverEndpoint = Finwait.open(config, serverTransport);
        Listener listener = serverEndpoint.listen(PORT, 1);
        ours = clientEndpoint.connect(SERVER, PORT);
        long begun = System.nanoTime();
        while (theirs == null) {
            work(begun);
            theirs = listener.accept();
        }
    }

    private static String withPorts(String uri, List<Integer> ports) {
        return uri.replace("{port 1}", ports.get(0).toString())
                .replace("{port 2}", ports.get(1).toString());
    }

    private static List<Integer> freePorts() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (DatagramSocket one = new DatagramSocket(any);
                DatagramSocket other = new DatagramSocket(any)) {
            return List.of(one.getLocalPort(), other.getLocalPort());
        }
    }

    /** Closes everything. */
    @TearDown(Level.Trial)
    public void close() {
        clientEndpoint.close();
        serverEndpoint.close();
        clientTransport.close();
        serverTransport.close();
    }

    private void work(long begun) {
        long now = System.nanoTime();
        if (now - begun > PATIENCE_NS) {
            throw new IllegalStateException(
                    "nothing came through for 10 s from " + client + " to " + server);
        }
        clientEndpoint.doWork(now);
        serverEndpoint.doWork(now);
    }

    private void move(Connection from, Connection to, int octets) throws IOException {
        out.clear().limit(octets);
        in.clear().limit(octets);
        long begun = System.nanoTime();
        while (in.hasRemaining()) {
            if (out.hasRemaining()) {
                from.send(out);
            }
            work(begun);
            to.receive(in);
        }
    }

    /** 64 octets there, and 64 octets back. */
    @Benchmark
    public void roundTrip() throws IOException {
        move(ours, theirs, SMALL);
        move(theirs, ours, SMALL);
    }

    /** 64 KB one way. */
    @Benchmark
    public void bulk() throws IOException {
        move(ours, theirs, LARGE);
    }
}
