package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** SYNs from addresses that never answer, and ten honest clients a second in between. */
class SynFloodTest {

    private static final int BACKLOG = 128;
    private static final int FLOODED_PORT = 80;
    private static final int SECONDS = 10;
    private static final long SEED = 18;

    private final ByteBuffer octet = ByteBuffer.allocate(1);
    private final List<Connection> clients = new ArrayList<>();
    private int mostHandshakes;
    private TwoHosts hosts;
    private SynFlood flood;

    private void flood(int synsPerMs, SynCookies when) {
        LinkModel lossy = LinkModel.perfect().delay(10 * MS).loss(0.01);
        Limits limits = Limits.DEFAULT.withSynCookies(when);
        hosts = new TwoHosts(SEED, lossy, c -> c, c -> c.limits(limits));
        Listener listener = hosts.server.listen(FLOODED_PORT, BACKLOG);
        flood = new SynFlood(hosts.net, SEED, FLOODED_PORT, synsPerMs, MS, SECONDS * SECOND);
        for (int tenth = 0; tenth < 20 * SECONDS; tenth++) {
            if (tenth < 10 * SECONDS) {
                clients.add(hosts.client.connect(TwoHosts.SERVER, FLOODED_PORT));
            }
            for (int i = 0; i < 10; i++) {
                hosts.run(10 * MS);
                mostHandshakes = Math.max(mostHandshakes, listener.synQueueLength());
                serve(listener);
            }
        }
    }

    private void serve(Listener listener) {
        Connection accepted;
        while ((accepted = listener.accept()) != null) {
            try {
                octet.clear();
                accepted.send(octet);
            } catch (IOException e) {
                throw new AssertionError("it ended before it was served", e);
            }
        }
    }

    private long served() {
        return clients.stream().filter(this::isServed).count();
    }

    private boolean isServed(Connection client) {
        try {
            octet.clear();
            return client.receive(octet) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    private long count(Counter counter) {
        return hosts.server.counters().get(counter);
    }

    @Test
    @Requirement("F15")
    void honestClientsGetThroughAHundredThousandSynsASecond() {
        flood(100, SynCookies.WHEN_FULL);
        assertThat(flood.syns).isEqualTo(1_000_000);
        assertThat(count(Counter.SYN_COOKIES_SENT)).isGreaterThan(900_000);
        assertThat(count(Counter.SYN_COOKIES_RECEIVED)).isGreaterThan(90);
        assertThat(served()).as("of 100, seed %d", SEED).isGreaterThanOrEqualTo(99);
        assertThat(mostHandshakes).isEqualTo(BACKLOG);
    }

    /** Nobody can use us to send a victim more than the attacker has to send himself. */
    @Test
    @Requirement("F20")
    void aStrangerGetsNoMoreOctetsThanCameFromIt() {
        flood(10, SynCookies.ALWAYS);
        assertThat(flood.octetsAnswered).isPositive().isLessThanOrEqualTo(flood.octetsSent);
        assertThat(served()).as("of 100, seed %d", SEED).isGreaterThanOrEqualTo(99);
        assertThat(mostHandshakes).isZero();
    }

    /** Without cookies the oldest makes place, which is enough while SYNs are slower than trips. */
    @Test
    void withoutCookiesOneSynAMillisecondKeepsNobodyOut() {
        flood(1, SynCookies.NEVER);
        assertThat(served()).as("of 100, seed %d", SEED).isGreaterThanOrEqualTo(99);
        assertThat(count(Counter.SYN_COOKIES_SENT)).isZero();
        assertThat(count(Counter.LISTEN_DROPS)).isGreaterThan(9_000);
        assertThat(((TcpEndpoint) hosts.server).pool().inUse()).isLessThanOrEqualTo(BACKLOG);
    }
}
