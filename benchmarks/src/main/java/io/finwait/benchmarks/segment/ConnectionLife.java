package io.finwait.benchmarks.segment;

import io.finwait.Finwait;
import io.finwait.spi.DirectLink;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Whole connections over a wire in memory, both ends on one thread: open, request of 64 octets,
 * response of 64 octets, close by the client, close by the server. 2MSL is 60 s of virtual time,
 * and {@code timeWait} connections are in TIME-WAIT at any moment. There are 64 pairs of addresses,
 * checksums are computed and verified, and initial sequence numbers are those of RFC 6528.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class ConnectionLife {

    private static final int ADDRESSES = 8;
    private static final int AT_ONCE = 64;
    private static final int PORT = 80;
    private static final int OCTETS = 64;
    private static final long TWO_MSL_NS = 60_000_000_000L;

    /** How many connections are in TIME-WAIT. */
    @Param("1000000")
    public int timeWait;

    private final ByteBuffer out = ByteBuffer.allocateDirect(OCTETS);
    private final ByteBuffer in = ByteBuffer.allocateDirect(OCTETS);
    private final IpAddress[] clientAddresses = new IpAddress[ADDRESSES];
    private final IpAddress[] serverAddresses = new IpAddress[ADDRESSES];
    private Endpoint client;
    private Endpoint server;
    private Listener listener;
    private long now = 1;
    private int pair;
    private int ended;

    private final ConnectionObserver atClient =
            new ConnectionObserver() {
                @Override
                public void onEstablished(Connection connection) {
                    send(connection);
                }

                @Override
                public void onReadable(Connection connection) {
                    if (connection.unread() == OCTETS) {
                        receive(connection);
                        connection.shutdownOutput();
                    }
                }

                @Override
                public void onEnded(Connection connection) {
                    ended++;
                    connection.release();
                }
            };

    private final ConnectionObserver atServer =
            new ConnectionObserver() {
                @Override
                public void onReadable(Connection connection) {
                    if (connection.unread() == OCTETS) {
                        receive(connection);
                        send(connection);
                    }
                }

                @Override
                public void onPeerClosed(Connection connection) {
                    connection.close();
                }

                @Override
                public void onEnded(Connection connection) {
                    ended++;
                    connection.release();
                }
            };

    private void send(Connection connection) {
        try {
            connection.send(out.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void receive(Connection connection) {
        try {
            connection.receive(in.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fills TIME-WAIT. */
    @Setup(Level.Trial)
    public void fill() {
        DirectLink[] link = DirectLink.pair();
        client = Finwait.open(config(1, clientAddresses), link[0]);
        server = Finwait.open(config(2, serverAddresses), link[1]);
        listener = server.listen(PORT, 2 * AT_ONCE);
        listener.onAcceptable(this::accept);
        while (now < TWO_MSL_NS * 11 / 10) {
            connections();
        }
    }

    private static EndpointConfig config(int side, IpAddress[] addresses) {
        EndpointConfig.Builder builder = EndpointConfig.builder().seed(side);
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = IpAddress.parse("10.0." + side + "." + (i + 1));
            builder.address(addresses[i]);
        }
        return builder.ephemeralPorts(1024, 65_535).build();
    }

    private void accept() {
        Connection connection;
        while ((connection = listener.accept()) != null) {
            connection.observer(atServer);
        }
    }

    /** TIME-WAIT must hold what it should. */
    @TearDown(Level.Trial)
    public void check() {
        int size = client.timeWait().size();
        if (Math.abs(size - timeWait) > timeWait / 50 + AT_ONCE) {
            throw new IllegalStateException(size + " in TIME-WAIT instead of " + timeWait);
        }
    }

    /** 64 connections at a time, from the first SYN to the end of both handles. */
    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public int connections() {
        now += TWO_MSL_NS / timeWait * AT_ONCE;
        client.doWork(now);
        for (int i = 0; i < AT_ONCE; i++) {
            int each = pair++;
            IpAddress from = clientAddresses[each & (ADDRESSES - 1)];
            IpAddress to = serverAddresses[each / ADDRESSES & (ADDRESSES - 1)];
            client.connect(from, 0, to, PORT).observer(atClient);
        }
        ended = 0;
        int cycles = 0;
        while (ended < 2 * AT_ONCE) {
            client.doWork(now);
            server.doWork(now);
            if (++cycles > 1000) {
                throw new IllegalStateException(ended + " of " + 2 * AT_ONCE + " have ended");
            }
        }
        return cycles;
    }
}
