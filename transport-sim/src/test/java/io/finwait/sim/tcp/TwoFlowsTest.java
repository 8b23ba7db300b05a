package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Two flows that share a bottleneck share its rate as well, whoever came first. */
class TwoFlowsTest {

    private static final int PACKET = 1_500;

    @ParameterizedTest(name = "{0} ms, {1} Mbit/s, queue {2}, seed {3}")
    @CsvSource({
        "20, 20, 1, 1", "20, 20, 1, 2", "20, 20, 1, 3",
        "40, 50, 1, 1", "40, 50, 1, 2", "40, 50, 1, 3",
        "40, 50, 0.25, 1", "40, 50, 0.25, 2", "40, 50, 0.25, 3"
    })
    void theyShareABottleneck(int rttMs, int megabits, double queue, long seed) {
        long bitsPerSecond = megabits * 1_000_000L;
        int product = (int) (bitsPerSecond / 8 * rttMs / 1_000 / PACKET);
        LinkModel back = LinkModel.perfect().delay(rttMs * MS / 2);
        LinkModel there = back.rate(bitsPerSecond, (int) (queue * product)).jitter(MS / 2);
        SimNetwork net = SimNetwork.seeded(seed).links(back).queues(1 << 20, 1 << 20);
        TwoHosts hosts = new TwoHosts(net, config -> config, config -> config);
        net.link("client", "server", there);
        Flow first = new Flow(hosts);
        hosts.run(SECOND);
        Flow second = new Flow(hosts);
        hosts.run(2 * SECOND);
        long firstBefore = first.received;
        long secondBefore = second.received;
        hosts.run(15 * SECOND);
        long ofFirst = first.received - firstBefore;
        long ofSecond = second.received - secondBefore;
        double ratio = (double) ofFirst / ofSecond;
        double share = (ofFirst + ofSecond) * 8 / 15.0 / bitsPerSecond;
        System.out.printf(
                "%d/%d/%s seed %d: ratio %.2f, share %.2f%n",
                rttMs, megabits, queue, seed, ratio, share);
        assertThat(ratio)
                .as("seed %d, the first one's part of the other's", seed)
                .isBetween(0.4, 2.5);
        assertThat(share).as("seed %d, of the rate, together", seed).isGreaterThan(0.85);
    }

    /** Sends as fast as it goes. */
    private static final class Flow {

        private final ByteBuffer text = ByteBuffer.allocate(1 << 16);
        private final ByteBuffer reader = ByteBuffer.allocate(1 << 20);
        private long received;

        Flow(TwoHosts hosts) {
            hosts.listener.onAcceptable(
                    () ->
                            hosts.listener
                                    .accept()
                                    .observer(
                                            new ConnectionObserver() {
                                                @Override
                                                public void onReadable(Connection connection) {
                                                    read(connection);
                                                }
                                            }));
            Connection sender = hosts.connect();
            sender.observer(
                    new ConnectionObserver() {
                        @Override
                        public void onWritable(Connection connection) {
                            write(connection);
                        }
                    });
            write(sender);
        }

        private void write(Connection to) {
            try {
                while (to.send(text.clear()) > 0) {
                    text.clear();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void read(Connection from) {
            try {
                int octets = from.receive(reader.clear());
                while (octets > 0) {
                    received += octets;
                    octets = from.receive(reader.clear());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
