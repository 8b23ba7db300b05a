package io.finwait.sim.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.spi.DirectLink;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Received text may be read where the transport has put it, but only until the transport wants its
 * buffers back (rule R4): whoever reads later, or not all, must find the same octets.
 */
class ReceivedTextTest {

    private static final int PORT = 80;
    private static final int OCTETS = 60_000;
    private static final long MS = 1_000_000L;

    private final DirectLink[] link = DirectLink.pair();
    private final Reclaiming wire = new Reclaiming(link[1]);
    private final Endpoint client =
            Finwait.open(EndpointConfig.at("10.0.0.1").seed(1).build(), link[0]);
    private final TcpEndpoint server =
            new TcpEndpoint(EndpointConfig.at("10.0.0.2").seed(2).build(), wire);
    private final ByteBuffer read = ByteBuffer.allocate(OCTETS);
    private long now = 1;

    private Connection accepted(ConnectionObserver observer) throws IOException {
        var listener = server.listen(PORT, 16);
        Connection sender = client.connect(TwoHosts.SERVER, PORT);
        run(MS);
        Connection receiver = listener.accept();
        receiver.observer(observer);
        assertThat(sender.send(ByteBuffer.wrap(pattern()))).isEqualTo(OCTETS);
        return receiver;
    }

    private void run(long ns) {
        for (long end = now + ns; now < end; now += MS / 10) {
            while (client.doWork(now) + server.doWork(now) > 0) {}
        }
    }

    private static byte[] pattern() {
        byte[] pattern = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            pattern[i] = (byte) (i * 31 + (i >>> 8));
        }
        return pattern;
    }

    private void assertThatAllIsThere() {
        assertThat(Arrays.mismatch(read.array(), pattern()))
                .as("the first octet that differs")
                .isEqualTo(-1);
    }

    private static int read(Connection connection, ByteBuffer target) {
        try {
            return connection.receive(target);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoReadsLaterFindsItUnchanged() throws IOException {
        Connection receiver = accepted(ConnectionObserver.NONE);
        run(10 * MS);
        assertThat(receiver.unread()).isEqualTo(OCTETS);
        assertThat(read(receiver, read)).isEqualTo(OCTETS);
        assertThatAllIsThere();
    }

    @Test
    void whoReadsAtOnceNeedsNoBlock() throws IOException {
        int[] mostBlocks = {0};
        accepted(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection connection) {
                        read(connection, read);
                        mostBlocks[0] = Math.max(mostBlocks[0], server.pool().inUse());
                    }
                });
        run(10 * MS);
        assertThatAllIsThere();
        assertThat(mostBlocks).containsExactly(0);
    }

    @Test
    void whoReadsAPartFindsTheRestBehindIt() throws IOException {
        Connection receiver =
                accepted(
                        new ConnectionObserver() {
                            @Override
                            public void onReadable(Connection connection) {
                                ByteBuffer part = read.slice(read.position(), 2_000);
                                read.position(read.position() + read(connection, part));
                            }
                        });
        run(10 * MS);
        assertThat(receiver.unread()).as("octets left for later").isPositive();
        read(receiver, read);
        assertThatAllIsThere();
    }

    @Test
    void textBehindAGapWaitsForIt() throws IOException {
        Connection receiver = accepted(ConnectionObserver.NONE);
        wire.losesNext(3);
        run(3_000 * MS);
        assertThat(client.counters().get(Counter.RETRANSMISSIONS)).isPositive();
        assertThat(read(receiver, read)).isEqualTo(OCTETS);
        assertThatAllIsThere();
    }

    /** Takes its buffers back as early as it may, and loses a packet when told so. */
    private static final class Reclaiming extends ForwardingTransport {

        private final PacketBatch lent = new PacketBatch(64);
        private int untilLoss;

        Reclaiming(Transport below) {
            super(below);
        }

        /** Loses the packet with this number, counted from the next one. */
        void losesNext(int number) {
            untilLoss = number;
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            for (int i = 0; i < lent.size(); i++) {
                Packet packet = lent.get(i);
                for (int at = 0; at < packet.length(); at++) {
                    packet.buffer().put(packet.offset() + at, (byte) 0xEE);
                }
            }
            lent.clear();
            super.receive(lent, nowNs);
            int count = 0;
            for (int i = 0; i < lent.size(); i++) {
                if (untilLoss == 0 || --untilLoss > 0) {
                    into.add(lent.get(i));
                    count++;
                }
            }
            return count;
        }

        @Override
        public void await(long timeoutNs) {}
    }
}
