package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;

/**
 * Buffers grow to what a round trip carries. The path is 200 Mbit/s with a round trip of 50 ms:
 * 1.25 MB are on their way when it is full, five times the buffer of the beginning.
 */
class BufferGrowthTest {

    private static final long RATE = 200_000_000;
    private static final long PER_SECOND = RATE / 8;
    private static final int KB = 1024;

    private final ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
    private long received;

    private static TwoHosts path(
            UnaryOperator<EndpointConfig.Builder> sender,
            UnaryOperator<EndpointConfig.Builder> receiver) {
        LinkModel link = LinkModel.perfect().delay(25 * MS).rate(RATE, 20_000);
        return new TwoHosts(1, link, sender, receiver);
    }

    /** A sender that always has more, and a receiver that reads at once. */
    private Connection bulk(TwoHosts hosts) {
        Connection sender = hosts.connect();
        hosts.run(200 * MS);
        Connection receiver = hosts.listener.accept();
        receiver.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection connection) {
                        if (!connection.hasEnded()) {
                            received += read(connection, Integer.MAX_VALUE);
                        }
                    }
                });
        sender.observer(
                new ConnectionObserver() {
                    @Override
                    public void onWritable(Connection connection) {
                        fill(connection);
                    }
                });
        fill(sender);
        return receiver;
    }

    private void fill(Connection connection) {
        try {
            do {
                connection.send(chunk.clear());
            } while (!chunk.hasRemaining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int read(Connection connection, int most) {
        try {
            int octets = 0;
            int taken;
            do {
                taken = connection.receive(chunk.clear().limit(Math.min(most, 1 << 20)));
                octets += Math.max(taken, 0);
            } while (taken > 0 && octets < most);
            return octets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Octets a second that arrive once the connection has found its pace. */
    private long pace(TwoHosts hosts) {
        bulk(hosts);
        hosts.run(5 * SECOND);
        long before = received;
        hosts.run(SECOND);
        return received - before;
    }

    private static long granted(Endpoint endpoint) {
        return ((TcpEndpoint) endpoint).bufferOctetsGranted();
    }

    @Test
    void aLongFatPathIsFilled() {
        TwoHosts hosts = path(config -> config, config -> config);
        assertThat(pace(hosts)).isGreaterThan(PER_SECOND * 9 / 10);
        assertThat(granted(hosts.client)).as("of the send buffer").isPositive();
        assertThat(granted(hosts.server)).as("of the receive buffer").isPositive();
    }

    @Test
    void aReceiveBufferThatIsSetStaysAndBoundsThePace() {
        TwoHosts hosts = path(config -> config, config -> config.receiveBufferOctets(256 * KB));
        // A window for each round trip of 50 ms.
        assertThat(pace(hosts)).isLessThan(20 * 256 * KB + 256 * KB);
        assertThat(granted(hosts.server)).isZero();
    }

    @Test
    void aSendBufferThatIsSetStaysAndBoundsThePace() {
        TwoHosts hosts = path(config -> config.sendBufferOctets(128 * KB), config -> config);
        assertThat(pace(hosts)).isLessThan(20 * 128 * KB + 128 * KB);
        assertThat(granted(hosts.client)).isZero();
    }

    @Test
    void aSendBufferHoldsWhatIsOnItsWayAndAsMuchAgain() {
        int window = 512 * KB;
        TwoHosts hosts = path(config -> config, config -> config.receiveBufferOctets(window));
        bulk(hosts);
        hosts.run(5 * SECOND);
        long capacity = hosts.client.config().sendBufferOctets() + granted(hosts.client);
        assertThat(capacity).isBetween(window * 7L / 4, window * 2L);
    }

    @Test
    void allConnectionsTogetherStayWithinTheBudget() {
        TwoHosts hosts = path(config -> config, config -> config.bufferBudgetOctets(300 * KB));
        bulk(hosts);
        bulk(hosts);
        for (int i = 0; i < 50; i++) {
            hosts.run(100 * MS);
            assertThat(granted(hosts.server)).isLessThanOrEqualTo(300 * KB);
        }
        assertThat(granted(hosts.server)).isGreaterThan(90 * KB);
    }

    /** Before, whoever came first took all of it. */
    @Test
    void whoComesLaterIsGivenAsMuchAsWhoCameFirst() {
        TwoHosts hosts = path(config -> config, config -> config.bufferBudgetOctets(300 * KB));
        bulk(hosts);
        hosts.run(5 * SECOND);
        long first = granted(hosts.server);
        assertThat(first).as("a quarter of what is left").isBetween(50L * KB, 60L * KB);
        bulk(hosts);
        hosts.run(5 * SECOND);
        assertThat(granted(hosts.server) - first).isBetween(first * 3 / 4, first);
    }

    @Test
    void whatAConnectionWasGrantedReturnsWhenItGoes() {
        TwoHosts hosts = path(config -> config, config -> config);
        Connection receiver = bulk(hosts);
        hosts.run(5 * SECOND);
        assertThat(granted(hosts.server)).isPositive();
        receiver.abort();
        hosts.run(SECOND);
        assertThat(granted(hosts.server)).isZero();
        assertThat(granted(hosts.client)).isZero();
    }

    @Test
    void nobodyWhoDoesNotReadIsGivenMore() {
        TwoHosts hosts = path(config -> config, config -> config);
        Connection receiver = bulk(hosts);
        receiver.observer(ConnectionObserver.NONE);
        hosts.run(5 * SECOND);
        assertThat(granted(hosts.server)).isZero();
        assertThat(receiver.unread()).isLessThanOrEqualTo(256 * KB);
    }

    @Test
    void nobodyWhoReadsLittleInARoundTripIsGivenMore() {
        TwoHosts hosts = path(config -> config, config -> config);
        Connection receiver = bulk(hosts);
        receiver.observer(ConnectionObserver.NONE);
        for (int i = 0; i < 100; i++) {
            hosts.run(50 * MS);
            read(receiver, 50 * KB);
        }
        assertThat(granted(hosts.server)).isZero();
    }
}
