package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/**
 * One bulk transfer in virtual time over a bottleneck whose way there is impaired and whose way
 * back is not: how much of the link's rate it uses, and what went again.
 */
final class LossyTransfer {

    private static final int PACKET = 1_500;
    private static final int UNLIMITED = 1 << 20;

    final TwoHosts hosts;
    private final long rttNs;
    private final long bitsPerSecond;
    private final ByteBuffer text = ByteBuffer.allocate(1 << 16);
    private final ByteBuffer reader = ByteBuffer.allocate(1 << 20);
    private Connection client;
    private Connection server;
    private long received;

    /**
     * @param queueInProducts packets that may wait, in products of bandwidth and delay
     * @param impaired makes the good link to the receiver a bad one
     */
    LossyTransfer(
            long seed,
            long rttNs,
            long bitsPerSecond,
            double queueInProducts,
            UnaryOperator<LinkModel> impaired,
            UnaryOperator<EndpointConfig.Builder> config) {
        this.rttNs = rttNs;
        this.bitsPerSecond = bitsPerSecond;
        int queue = (int) (queueInProducts * bitsPerSecond / 8 / SECOND * rttNs / PACKET);
        LinkModel back = LinkModel.perfect().delay(rttNs / 2);
        LinkModel there = back.rate(bitsPerSecond, Math.max(queue, 10));
        // A host that waits for room on its own line would never lose a packet on it.
        SimNetwork net = SimNetwork.seeded(seed).links(back).queues(UNLIMITED, UNLIMITED);
        hosts = new TwoHosts(net, config, config);
        hosts.net.link("client", "server", impaired.apply(there));
    }

    /** Sends for some time; returns what arrived, as a share of what the link carries. */
    double share(long forNs) throws IOException {
        client = hosts.connect();
        hosts.run(3 * rttNs);
        server = hosts.listener.accept();
        server.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection connection) {
                        read();
                    }
                });
        client.observer(
                new ConnectionObserver() {
                    @Override
                    public void onWritable(Connection connection) {
                        write();
                    }
                });
        long begun = hosts.net.nowNs();
        write();
        hosts.run(forNs);
        double seconds = (hosts.net.nowNs() - begun) / (double) SECOND;
        return received * 8 / seconds / (bitsPerSecond * 1_448.0 / PACKET);
    }

    private void write() {
        try {
            int octets;
            do {
                octets = client.send(text.clear());
            } while (octets > 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try {
            int octets;
            while ((octets = server.receive(reader.clear())) > 0) {
                received += octets;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long retransmissions() {
        return hosts.client.counters().get(Counter.RETRANSMISSIONS);
    }

    long timeouts() {
        return hosts.client.counters().get(Counter.RETRANSMISSION_TIMEOUTS);
    }

    long probes() {
        return hosts.client.counters().get(Counter.TAIL_LOSS_PROBES);
    }

    @Override
    public String toString() {
        return "%,d octets, %d sent again, %d timeouts, %d probes, RTT %d ms"
                .formatted(received, retransmissions(), timeouts(), probes(), rttNs / MS);
    }
}
