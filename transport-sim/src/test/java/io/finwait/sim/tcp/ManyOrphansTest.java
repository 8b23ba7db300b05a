package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.State;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Thousands of orphans in FIN-WAIT-2, which end in any order and by any way. */
class ManyOrphansTest {

    private static final int ORPHANS = 1_000;

    private final TwoHosts hosts =
            new TwoHosts(
                    1,
                    LinkModel.perfect().delay(MS),
                    EndpointConfig.Builder::plain,
                    EndpointConfig.Builder::plain);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void eachEndsByItself(long seed) {
        Random random = new Random(seed);
        List<Connection> ours = new ArrayList<>();
        Map<Integer, Connection> theirs = new HashMap<>();
        for (int i = 0; i < ORPHANS; i++) {
            ours.add(hosts.connect());
            if (i % 100 == 99) {
                hosts.run(100 * MS);
                Connection accepted;
                while ((accepted = hosts.listener.accept()) != null) {
                    theirs.put(accepted.remotePort(), accepted);
                }
            }
        }
        assertThat(theirs).hasSize(ORPHANS);
        ours.forEach(Connection::close);
        hosts.run(SECOND);
        assertThat(hosts.client.connectionCount()).isEqualTo(ORPHANS);
        ours.forEach(each -> assertThat(each.state()).isEqualTo(State.FIN_WAIT_2));

        Collections.shuffle(ours, random);
        Map<Connection, Integer> ways = new HashMap<>();
        for (int i = 0; i < ORPHANS; i++) {
            Connection each = ours.get(i);
            int way = random.nextInt(3);
            ways.put(each, way);
            switch (way) {
                case 0 -> theirs.get(each.localPort()).close();
                case 1 -> theirs.get(each.localPort()).abort();
                default -> each.abort();
            }
            if (random.nextInt(20) == 0) {
                hosts.run(10 * MS);
            }
        }
        hosts.run(SECOND);
        for (Connection each : ours) {
            Class<? extends CloseReason> reason =
                    switch (ways.get(each)) {
                        case 0 -> CloseReason.Orderly.class;
                        case 1 -> CloseReason.ResetByPeer.class;
                        default -> CloseReason.Aborted.class;
                    };
            assertThat(each.closeReason()).as("seed %d", seed).isInstanceOf(reason);
        }
        assertThat(hosts.client.connectionCount()).isZero();
        assertThat(hosts.client.counters().get(Counter.FAILURES_CONTAINED)).isZero();
        assertThat(hosts.server.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }

    /** And those that nobody ends, by their time, all at once. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 500})
    @Requirement("E10")
    void allEndByTheirTimeout(int orphans) {
        List<Connection> ours = new ArrayList<>();
        for (int i = 0; i < orphans; i++) {
            ours.add(hosts.connect());
        }
        hosts.run(SECOND);
        ours.forEach(Connection::close);
        hosts.run(SECOND);
        hosts.run(60 * SECOND);
        ours.forEach(
                each -> assertThat(each.closeReason()).isInstanceOf(CloseReason.TimedOut.class));
        assertThat(hosts.client.connectionCount()).isZero();
        assertThat(hosts.client.counters().get(Counter.FAILURES_CONTAINED)).isZero();
    }
}
