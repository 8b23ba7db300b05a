package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.spi.Transport;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PacketTap;
import io.finwait.trace.TapTransport;
import io.finwait.wire.IpView;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Much text both ways at once between our TCP and the Linux kernel's over a TUN device, with
 * timestamps, SACK and window scaling agreed on, and packets lost in both directions: every octet
 * arrives, and both ends close in order.
 *
 * <p>{@code -Dfinwait.transfer.octets=104857600} sends more than the 8 MB of the build.
 */
@Timeout(1800)
@Tag("ci")
class KernelTransferTest {

    private static final long OCTETS = Long.getLong("finwait.transfer.octets", 8L << 20);
    private static final long SEED = 4711;
    private static final long SECOND = 1_000_000_000;
    private static final int CHUNK = 64 * 1024;
    private static final String OURS = "10.78.0.2";
    private static final int PORT = 80;

    private final AtomicBoolean running = new AtomicBoolean(true);
    private final CompletableFuture<CloseReason> ended = new CompletableFuture<>();
    private NetworkNamespace kernel;
    private TunTransport tun;

    @BeforeEach
    void open() {
        kernel = Lab.namespace();
        tun =
                TunTransport.open(
                        TunOptions.named("fwt0").address("10.78.0.1/24").netns(kernel.name()));
    }

    @AfterEach
    void close() {
        if (tun != null) {
            tun.close();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    @ParameterizedTest(name = "{0} lost")
    @ValueSource(doubles = {0, 0.01, 0.05})
    void everyOctetArrivesBothWaysAndBothEndsCloseInOrder(double loss) throws Exception {
        LinkModel link = LinkModel.perfect().loss(loss);
        Agreed agreed =
                transfer(
                        new FaultTransport(tun, link, link, SEED),
                        String.format(Locale.ROOT, "%.0f %% lost", 100 * loss));
        if (loss > 0) {
            // Without, there may be some as well: the device's own queue drops what comes too fast.
            assertThat(agreed.sackBlocks).as("SACK blocks that we sent").isPositive();
        }
    }

    /** One round trip of 40 ms is so bad that 10 to 90 % of both ends' packets are lost in it. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aBadRoundTripIsSurvived(long seed) throws Exception {
        LinkModel link = LinkModel.perfect().delay(BadRoundTrip.DELAY_NS);
        BadRoundTrip bad = new BadRoundTrip(new FaultTransport(tun, link, link, SEED), seed);
        transfer(bad, "a round trip with " + bad.percent() + " % lost");
        assertThat(bad.lost()).as("packets lost").isPositive();
    }

    private Agreed transfer(Transport lossy, String how) throws Exception {
        Agreed agreed = new Agreed();
        Endpoint endpoint =
                Finwait.open(
                        // The kernel's least timeout too; RFC 6298 would wait a second each time.
                        EndpointConfig.at(OURS)
                                .retransmissionTimeouts(
                                        Duration.ofNanos(SECOND),
                                        Duration.ofNanos(SECOND / 5),
                                        Duration.ofNanos(60 * SECOND))
                                .build(),
                        new TapTransport(lossy, agreed));
        Listener listener = endpoint.listen(PORT, 1);
        Text ours = new Text(1);
        listener.onAcceptable(() -> ours.begin(listener.accept()));
        endpoint.handOver();
        long begun = System.nanoTime();
        Thread driver = Thread.ofPlatform().start(() -> drive(endpoint, lossy));
        Text theirs = new Text(2);
        kernel.call(() -> exchange(theirs));
        CloseReason reason = ended.get();
        double seconds = (System.nanoTime() - begun) / 1e9;
        running.set(false);
        lossy.wakeup();
        driver.join();

        System.out.printf(
                Locale.ROOT,
                "%,d octets each way, %s: %.1f s, %.1f MB/s each way;"
                        + " sent again %d, timeouts %d, tail loss probes %d%n",
                OCTETS,
                how,
                seconds,
                OCTETS / seconds / 1e6,
                endpoint.counters().get(Counter.RETRANSMISSIONS),
                endpoint.counters().get(Counter.RETRANSMISSION_TIMEOUTS),
                endpoint.counters().get(Counter.TAIL_LOSS_PROBES));
        assertThat(agreed.syns).as("SYNs with timestamps, SACK and window scale").isEqualTo(2);
        assertThat(ours.received()).isEqualTo(theirs.sent());
        assertThat(theirs.received()).isEqualTo(ours.sent());
        assertThat(reason).isInstanceOf(CloseReason.Orderly.class);
        assertThat(kernel.exec("ss", "-Htan", "state", "connected"))
                .as("left over")
                .doesNotContain("ESTAB", "CLOSE-WAIT");
        return agreed;
    }

    /** The endpoint's thread. */
    private void drive(Endpoint endpoint, Transport transport) {
        while (running.get()) {
            long now = System.nanoTime();
            if (endpoint.doWork(now) == 0) {
                transport.await(Math.min(endpoint.nextDeadlineNs() - now, 1_000_000_000L));
            }
        }
        endpoint.handOver();
    }

    /** The kernel's side, both directions at once. */
    private static Void exchange(Text text) throws Exception {
        try (Socket socket = new Socket(InetAddress.getByName(OURS), PORT)) {
            CompletableFuture<Void> sender =
                    CompletableFuture.runAsync(
                            () -> sendAll(socket, text), task -> Thread.ofPlatform().start(task));
            InputStream in = socket.getInputStream();
            byte[] chunk = new byte[CHUNK];
            int read;
            while ((read = in.read(chunk)) >= 0) {
                text.take(ByteBuffer.wrap(chunk, 0, read));
            }
            sender.get();
            return null;
        }
    }

    private static void sendAll(Socket socket, Text text) {
        try {
            OutputStream out = socket.getOutputStream();
            byte[] chunk = new byte[CHUNK];
            for (ByteBuffer next = text.next(); next.hasRemaining(); next = text.next()) {
                int octets = Math.min(chunk.length, next.remaining());
                next.get(chunk, 0, octets);
                out.write(chunk, 0, octets);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sees what both SYNs offer, and our SACK blocks. */
    private static final class Agreed implements PacketTap {

        private final IpView ip = new IpView();
        private final Segment segment = new Segment();
        private int syns;
        private long sackBlocks;

        @Override
        public void packet(
                long nowNs, PacketDirection direction, ByteBuffer b, int offset, int length) {
            if (ip.parse(b, offset, length) != Verdict.OK
                    || ip.protocol() != Protocol.TCP
                    || segment.parse(ip, true) != Verdict.OK) {
                return;
            }
            TcpOptions options = segment.options();
            if (segment.hasSyn()
                    && options.hasTimestamps()
                    && options.sackPermitted()
                    && options.windowScale() >= 0) {
                syns++;
            }
            sackBlocks += direction == PacketDirection.SENT ? options.sackBlocks() : 0;
        }
    }

    /** What one end sends, from a seed, and receives: of both it keeps the SHA-256. */
    private final class Text implements ConnectionObserver {

        private final Random random;
        private final MessageDigest sentDigest = sha256();
        private final MessageDigest receivedDigest = sha256();
        private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK).limit(0);
        private final ByteBuffer arrived = ByteBuffer.allocate(CHUNK);
        private long left = OCTETS;
        private boolean halfClosed;
        private boolean endOfStream;

        Text(long seed) {
            random = new Random(seed);
        }

        /** What is to be sent next; empty at the end. */
        ByteBuffer next() {
            if (!chunk.hasRemaining() && left > 0) {
                random.nextBytes(chunk.array());
                chunk.clear().limit((int) Math.min(CHUNK, left));
                left -= chunk.limit();
                sentDigest.update(chunk.array(), 0, chunk.limit());
            }
            return chunk;
        }

        void take(ByteBuffer octets) {
            receivedDigest.update(octets);
        }

        String sent() {
            assertThat(left).as("left to be sent").isZero();
            return HexFormat.of().formatHex(sentDigest.digest());
        }

        String received() {
            return HexFormat.of().formatHex(receivedDigest.digest());
        }

        void begin(Connection connection) {
            connection.observer(this);
            onWritable(connection);
        }

        @Override
        public void onWritable(Connection connection) {
            try {
                while (next().hasRemaining()) {
                    if (connection.send(chunk) == 0) {
                        return;
                    }
                }
                if (!halfClosed) {
                    halfClosed = true;
                    connection.shutdownOutput();
                    closeAtTheEnd(connection);
                }
            } catch (IOException e) {
                connection.abort();
            }
        }

        @Override
        public void onReadable(Connection connection) {
            try {
                int read;
                while ((read = connection.receive(arrived.clear())) > 0) {
                    take(arrived.flip());
                }
                endOfStream = read < 0;
                closeAtTheEnd(connection);
            } catch (IOException e) {
                connection.abort();
            }
        }

        private void closeAtTheEnd(Connection connection) {
            if (halfClosed && endOfStream) {
                connection.close();
            }
        }

        @Override
        public void onEnded(Connection connection) {
            ended.complete(connection.closeReason());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
