package io.finwait.nio;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.DrainReport;
import io.finwait.driver.Driver;
import io.finwait.nio.internal.LightThreads;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * One of two processes: sends so many octets and takes what the other one sends, both at the same
 * time, then closes in order, and stays until it reads something. Says in one line each what it
 * sent, what it received and how it ended.
 */
public final class Mover {

    static final int PORT = 7000;

    /** The link as it is. */
    static final String CLEAN = "clean";

    /** 5 % lost, 5 % twice, 10 % late enough to be overtaken, both ways. */
    static final String SPOILT = "spoilt";

    /** Both processes are on one host: an answer takes less than a millisecond. */
    private static final long SHORTEST_RTO_NS = 20_000_000;

    private static final long FIRST_RTO_NS = 1_000_000_000;
    private static final long LONGEST_RTO_NS = 60_000_000_000L;

    private static final long SEED = 20;
    private static final LinkModel BAD =
            LinkModel.perfect().loss(0.05).duplication(0.05).reordering(0.1, 2_000_000);
    private static final int CHUNK = 256 << 10;

    private Mover() {}

    /**
     * Arguments: server or client, transport URI, own address, the other's address, octets, kind of
     * link.
     */
    public static void main(String[] args) throws Exception {
        boolean server = args[0].equals("server");
        IpAddress own = IpAddress.parse(args[2]);
        IpAddress other = IpAddress.parse(args[3]);
        long octets = Long.parseLong(args[4]);
        EndpointConfig config =
                EndpointConfig.builder()
                        .address(own)
                        .retransmissionTimeouts(
                                Duration.ofNanos(FIRST_RTO_NS),
                                Duration.ofNanos(SHORTEST_RTO_NS),
                                Duration.ofNanos(LONGEST_RTO_NS))
                        .build();
        Driver driver = Driver.start(config, open(args[1], args[5]));
        AsyncConnection connection = server ? accept(driver) : driver.connect(other, PORT).join();
        long beganNs = System.nanoTime();
        CompletableFuture<byte[]> sent = new CompletableFuture<>();
        LightThreads.start("test", () -> send(connection, octets, server ? 1 : 2, sent));
        byte[] received = receive(connection);
        byte[] sentDigest = sent.join();
        CloseReason reason = connection.close().join();
        double seconds = (System.nanoTime() - beganNs) / 1e9;
        System.out.println("closed");
        // Whoever is in TIME-WAIT may be asked for its last ACK again, until the other one has it.
        System.in.read();
        long again = driver.call(each -> each.counters().get(Counter.RETRANSMISSIONS)).join();
        DrainReport report = driver.shutdown(Duration.ofSeconds(60)).join();
        System.out.println("sent " + HexFormat.of().formatHex(sentDigest));
        System.out.println("received " + HexFormat.of().formatHex(received));
        System.out.println("ended " + reason.message());
        System.out.println("clean " + report.isClean());
        System.out.println("retransmitted " + again);
        System.out.printf("rate %.0f MB/s each way%n", octets / seconds / 1e6);
    }

    private static Transport open(String uri, String link) {
        Transport transport = Transports.open(uri);
        return link.equals(SPOILT) ? new FaultTransport(transport, BAD, BAD, SEED) : transport;
    }

    private static AsyncConnection accept(Driver driver) {
        AsyncListener listener = driver.listen(PORT, 1).join();
        // A client that came before would be refused.
        System.out.println("listening");
        return listener.accept().join();
    }

    private static void send(
            AsyncConnection to, long octets, long seed, CompletableFuture<byte[]> done) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            SplittableRandom random = new SplittableRandom(seed);
            byte[] chunk = new byte[CHUNK];
            for (long left = octets; left > 0; left -= CHUNK) {
                random.nextBytes(chunk);
                int length = (int) Math.min(left, CHUNK);
                digest.update(chunk, 0, length);
                to.write(ByteBuffer.wrap(chunk, 0, length)).join();
            }
            to.shutdownOutput().join();
            done.complete(digest.digest());
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }

    private static byte[] receive(AsyncConnection from) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (from.read(chunk.clear()).join() >= 0) {
            digest.update(chunk.flip());
        }
        return digest.digest();
    }
}
