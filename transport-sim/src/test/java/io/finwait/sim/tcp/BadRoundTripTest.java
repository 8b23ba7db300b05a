package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.EndpointConfig;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Transfers over a link that is perfect but for one round trip, in which 10 to 90 % of the packets
 * are lost: hundreds of segments are on their way then, and as many holes are left. All must be
 * completed and closed in order. A failure names its seed; {@code -Dfinwait.seed=N} runs that one
 * alone, {@code -Dfinwait.transfers=1000} more of them.
 */
@Tag("ci")
class BadRoundTripTest {

    private static final int SEEDS = Integer.getInteger("finwait.transfers", 100);

    /** The slowest takes some ten seconds, most of them timeouts, and TIME-WAIT a minute. */
    private static final long LONGEST = 120 * SECOND;

    private static final byte[] TEXT = text();

    private static byte[] text() {
        byte[] octets = new byte[1_500_000];
        new Random(1).nextBytes(octets);
        return octets;
    }

    @Test
    @Requirement({"F12", "F13", "F14"})
    void everyTransferIsCompletedAndClosedInOrder() {
        Long only = Long.getLong("finwait.seed");
        long from = only != null ? only : 1;
        long to = only != null ? only : SEEDS;
        long lost = 0;
        long longestNs = 0;
        long longestSeed = 0;
        int most = 0;
        for (long seed = from; seed <= to; seed++) {
            Transfer transfer = new Transfer(seed);
            try {
                transfer.go();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ", " + transfer + ": " + e, e);
            }
            lost += transfer.lost;
            most = Math.max(most, transfer.lost);
            if (transfer.endedNs > longestNs) {
                longestNs = transfer.endedNs;
                longestSeed = seed;
            }
        }
        System.out.printf(
                "%d transfers with a bad round trip: %d packets lost, %d of one transfer at most;"
                        + " the longest, seed %d, took %d ms%n",
                to - from + 1, lost, most, longestSeed, longestNs / MS);
        if (only == null) {
            assertThat(lost).as("packets lost on average").isGreaterThan(50L * SEEDS);
        }
    }

    /** One connection, from SYN to the end of both sides. */
    private static final class Transfer {

        private final RandomSource random;
        private final TwoHosts hosts;
        private final long delayNs;
        private final double loss;
        private final boolean bothWays;
        private final int badAt;
        private final ByteBuffer text = ByteBuffer.wrap(TEXT);
        private final ByteBuffer arrived = ByteBuffer.allocate(1 << 16);
        private final Connection client;
        private Connection server;
        private int received;
        private boolean bad;
        private int lost;
        private long endedNs;

        Transfer(long seed) {
            random = RandomSource.seeded(seed);
            loss = 0.1 + 0.8 * unit();
            delayNs = (long) ((1 + unit() * 99) * MS);
            bothWays = seed % 2 == 0;
            badAt = (int) (unit() * TEXT.length);
            LinkModel link = LinkModel.perfect().delay(delayNs);
            LinkModel slow = link.rate(100_000_000, 20_000);
            hosts =
                    new TwoHosts(
                            seed,
                            unit() < 0.5 ? slow : link,
                            config -> config.sendBufferOctets(1 << 20),
                            config -> receiver(config.receiveBufferOctets(1 << 20)));
            client = hosts.connect();
            client.observer(new Sender());
            hosts.listener.onAcceptable(() -> accept(hosts.listener.accept()));
        }

        private EndpointConfig.Builder receiver(EndpointConfig.Builder config) {
            return config.selectiveAcknowledgments(unit() < 0.8)
                    .timestamps(unit() < 0.7)
                    .maxSegmentSize(unit() < 0.7 ? 1_460 : 536);
        }

        private double unit() {
            return (random.nextLong() >>> 11) * 0x1.0p-53;
        }

        void go() {
            boolean idle = hosts.net.runUntilIdle(LONGEST);
            assertThat(received).as("octets received").isEqualTo(TEXT.length);
            assertThat(idle).as("comes to rest").isTrue();
            assertThat(client.closeReason()).isInstanceOf(CloseReason.Orderly.class);
            assertThat(server.closeReason()).isInstanceOf(CloseReason.Orderly.class);
            assertThat(bad).as("had its bad round trip").isTrue();
        }

        private void accept(Connection accepted) {
            server = accepted;
            server.observer(new Receiver());
            receive();
        }

        private void receive() {
            try {
                int octets;
                while ((octets = server.receive(arrived.clear())) > 0) {
                    ByteBuffer expected = ByteBuffer.wrap(TEXT, received, octets);
                    assertThat(expected.mismatch(arrived.flip())).as("first wrong").isEqualTo(-1);
                    received += octets;
                }
                if (!bad && received > badAt) {
                    beginBadRoundTrip();
                }
                if (octets < 0) {
                    server.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void beginBadRoundTrip() {
            bad = true;
            long now = hosts.net.nowNs();
            hosts.net
                    .packets()
                    .between(now, now + 2 * delayNs)
                    .matching(p -> (bothWays || p.packet().from().equals("client")) && isLost())
                    .drop();
        }

        private boolean isLost() {
            boolean is = unit() < loss;
            lost += is ? 1 : 0;
            return is;
        }

        private final class Sender implements ConnectionObserver {

            @Override
            public void onEstablished(Connection connection) {
                onWritable(connection);
            }

            @Override
            public void onWritable(Connection connection) {
                try {
                    while (text.hasRemaining()) {
                        if (connection.send(text) == 0) {
                            return;
                        }
                    }
                    connection.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            @Override
            public void onReadable(Connection connection) {
                connection.close();
            }

            @Override
            public void onEnded(Connection connection) {
                endedNs = hosts.net.nowNs();
            }
        }

        private final class Receiver implements ConnectionObserver {

            @Override
            public void onReadable(Connection connection) {
                receive();
            }
        }

        @Override
        public String toString() {
            return "%.0f %% lost%s from octet %d, %d ms one way, client %s, server %s"
                    .formatted(
                            100 * loss,
                            bothWays ? " both ways" : "",
                            badAt,
                            delayNs / MS,
                            client,
                            server);
        }
    }
}
