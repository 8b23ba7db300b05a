package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/**
 * A flood so slow that places of the backlog come free in between, over a link that doubles and
 * overtakes: one SYN is answered with a cookie, and its copy is kept. No honest client may be reset
 * for that.
 */
class SlowFloodTest {

    private static final int BACKLOG = 16;
    private static final int PORT = 80;
    private static final int CLIENTS = 600;
    private static final int SYNS_A_SECOND = 20;

    /** A handshake lasts a second: its place is free again for the next SYN, whosever it is. */
    private static final Limits SHORT = Limits.DEFAULT.withSynAckRetransmissions(0);

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Requirement("F24")
    void nobodyIsResetWhoseSynWasAnsweredTwice(boolean timestamps) {
        long seed = timestamps ? 21 : 22;
        LinkModel link =
                LinkModel.perfect()
                        .delay(10 * MS)
                        .jitter(20 * MS)
                        .duplication(0.5)
                        .reordering(0.2, 50 * MS);
        TwoHosts hosts =
                new TwoHosts(seed, link, c -> c.timestamps(timestamps), c -> c.limits(SHORT));
        Listener listener = hosts.server.listen(PORT, BACKLOG);
        new SynFlood(hosts.net, seed, PORT, 1, SECOND / SYNS_A_SECOND, 80 * SECOND);
        List<String> resets = new ArrayList<>();
        List<Connection> clients = new ArrayList<>();
        hosts.run(2 * SECOND);
        for (int i = 0; i < CLIENTS; i++) {
            Connection client = hosts.client.connect(TwoHosts.SERVER, PORT);
            client.observer(
                    new ConnectionObserver() {
                        @Override
                        public void onEnded(Connection ended) {
                            resets.add(ended.closeReason().message());
                        }
                    });
            clients.add(client);
            hosts.run(100 * MS);
            while (listener.accept() != null) {
                // They stay open.
            }
        }
        hosts.run(5 * SECOND);
        assertThat(hosts.server.counters().get(Counter.SYN_COOKIES_SENT)).isGreaterThan(300);
        assertThat(hosts.server.counters().get(Counter.SYN_COOKIES_RECEIVED)).isGreaterThan(50);
        assertThat(resets).as("seed %d", seed).isEmpty();
        assertThat(clients).hasSize(CLIENTS);
    }
}
