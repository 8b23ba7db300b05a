package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A user who has much to send, then little or nothing for a while, then much again. */
class PausesTest {

    private static final long RTT = 40 * MS;

    private final LinkModel back = LinkModel.perfect().delay(RTT / 2);
    private final TwoHosts hosts = new TwoHosts(3, back, c -> c, c -> c);
    private final Connection client = hosts.connect();
    private final ByteBuffer text = ByteBuffer.allocate(1 << 16);
    private final ByteBuffer reader = ByteBuffer.allocate(1 << 20);
    private Connection server;

    /** Sends as much as there is room for, or a little each 10 ms, and reads it. */
    private void send(long ns, int octetsEachTime) throws IOException {
        for (long passed = 0; passed < ns; passed += 10 * MS) {
            if (octetsEachTime > 0) {
                client.send(text.clear().limit(octetsEachTime));
            }
            while (octetsEachTime < 0 && client.send(text.clear()) > 0) {
                // As much as fits.
            }
            hosts.run(10 * MS);
            int octets;
            do {
                octets = server.receive(reader.clear());
            } while (octets > 0);
        }
    }

    private long window() {
        return client.tcpInfo().sending().congestionWindow();
    }

    /** Brings it into congestion avoidance, by a loss. */
    private void begin() throws IOException {
        hosts.net.link("client", "server", back.rate(50_000_000, 166));
        hosts.run(SECOND);
        server = hosts.listener.accept();
        send(4 * SECOND, -1);
        assertThat(hosts.client.counters().get(Counter.RETRANSMISSIONS)).isPositive();
        assertThat(client.tcpInfo().sending().slowStartThreshold()).isLessThan(window() + 1);
    }

    /** A minute of 100 octets each 10 ms is none of CUBIC's time. */
    @Test
    @Requirement("N08")
    void littleTextDoesNotOpenTheWindow() throws IOException {
        begin();
        send(60 * SECOND, 100);
        long before = window();
        send(2 * RTT, -1);
        assertThat(window()).isBetween(before, before + before / 10);
        send(20 * SECOND, -1);
        assertThat(window()).as("it goes on").isNotEqualTo(before);
    }

    /** After a minute of silence it begins with ten segments, and slow start ends at ssthresh. */
    @Test
    @Requirement({"H10", "N08"})
    void silenceBeginsWithTheInitialWindow() throws IOException {
        begin();
        long threshold = client.tcpInfo().sending().slowStartThreshold();
        send(60 * SECOND, 0);
        send(10 * MS, -1);
        assertThat(window()).isEqualTo(10 * 1_448);
        send(10 * RTT, -1);
        assertThat(window()).isBetween(threshold, threshold + threshold / 5);
    }
}
