package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The window doubles each round trip between two endpoints, whatever a batch holds (RFC 5681 §3.1).
 */
class SlowStartTest {

    private static final int SEGMENT = 1_448;

    @Test
    void theWindowDoublesEachRoundTrip() throws IOException {
        List<Integer> rounds = segmentsInEachRound(LinkModel.perfect().delay(50 * MS), 5);

        assertThat(rounds.get(0)).isEqualTo(10);
        for (int i = 1; i < rounds.size(); i++) {
            // A segment more or less: the last one of a flight may wait for company.
            assertThat(rounds.get(i))
                    .as("%s", rounds)
                    .isBetween(2 * rounds.get(i - 1) - 1, 2 * rounds.get(i - 1) + 1);
        }
    }

    private static List<Integer> segmentsInEachRound(LinkModel link, int count) throws IOException {
        // What is paced comes in two rounds.
        TwoHosts hosts = new TwoHosts(7, link, c -> c.pacing(false), c -> c.pacing(false));
        Connection client = hosts.connect();
        hosts.run(175 * MS);
        Connection server = hosts.listener.accept();
        ByteBuffer text = ByteBuffer.allocate(1 << 16);
        ByteBuffer reader = ByteBuffer.allocate(1 << 20);
        List<Integer> rounds = new ArrayList<>();
        for (int round = 0; round < count; round++) {
            int received = 0;
            for (int ms = 0; ms < 100; ms++) {
                while (client.sendRoom() > 0) {
                    client.send(text.clear());
                }
                hosts.run(MS);
                for (int n = server.receive(reader.clear());
                        n > 0;
                        n = server.receive(reader.clear())) {
                    received += n;
                }
            }
            rounds.add(received / SEGMENT);
        }
        assertThat(hosts.client.counters().get(Counter.RETRANSMISSION_TIMEOUTS)).isZero();
        return rounds;
    }
}
