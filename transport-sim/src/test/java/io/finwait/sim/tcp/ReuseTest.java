package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitPolicy.Reuse;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/** A connect that wants a pair of sockets of our own TIME-WAIT, between two real endpoints. */
class ReuseTest {

    private static final int PORT = 50_000;

    private static TwoHosts hosts(boolean timestamps) {
        TimeWaitPolicy policy =
                TimeWaitPolicy.defaults().withReuse(Reuse.ALL, Duration.ofSeconds(1));
        return new TwoHosts(
                3,
                LinkModel.perfect().delay(10 * MS),
                c -> c.plain().timestamps(timestamps).timeWaitPolicy(policy),
                c -> c.plain().timestamps(timestamps));
    }

    /** Whether the pair may be used again is judged at once, so the endpoint must know the time. */
    private static Connection connect(TwoHosts hosts) {
        hosts.client.doWork(hosts.net.nowNs());
        return hosts.client.connect(TwoHosts.CLIENT, PORT, TwoHosts.SERVER, TwoHosts.PORT);
    }

    private static void openAndCloseClientFirst(TwoHosts hosts) {
        Connection client = connect(hosts);
        hosts.run(100 * MS);
        Connection server = hosts.listener.accept();
        client.close();
        hosts.run(50 * MS);
        server.close();
        hosts.run(50 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
    }

    @Test
    @Requirement("D14")
    void withTimestampsAndAfterASecond() {
        TwoHosts hosts = hosts(true);
        openAndCloseClientFirst(hosts);
        assertThatThrownBy(() -> connect(hosts)).hasMessageContaining("TIME_WAIT");
        hosts.run(SECOND);
        Connection again = connect(hosts);
        assertThat(hosts.client.timeWait().counters().reused())
                .as("parked until the new one is open")
                .isZero();
        hosts.run(100 * MS);
        assertThat(again.state()).isEqualTo(State.ESTABLISHED);
        assertThat(hosts.client.timeWait().counters().reused()).isEqualTo(1);
        assertThat(hosts.client.timeWait().size()).isZero();
    }

    @Test
    @Requirement("D14")
    void neverWithoutTimestamps() {
        TwoHosts hosts = hosts(false);
        openAndCloseClientFirst(hosts);
        hosts.run(10 * SECOND);
        assertThatThrownBy(() -> connect(hosts)).hasMessageContaining("TIME_WAIT");
    }

    @Test
    @Requirement("D14")
    void neverFromFinWait2() {
        TwoHosts hosts = hosts(true);
        Connection client = connect(hosts);
        hosts.run(100 * MS);
        client.close();
        hosts.run(2 * SECOND);
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
        assertThatThrownBy(() -> connect(hosts)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Requirement({"D11", "D14"})
    void aConnectThatFailsGivesTimeWaitBack() {
        TwoHosts hosts = hosts(true);
        openAndCloseClientFirst(hosts);
        long ends = hosts.client.timeWait().nextDeadlineNs();
        hosts.run(SECOND);
        hosts.net.from("client").matching(Segments.any()).drop();
        Connection again = connect(hosts);
        hosts.run(500 * MS);
        again.abort();
        assertThat(hosts.client.timeWait().counters().returned()).isEqualTo(1);
        assertThat(hosts.client.timeWait().nextDeadlineNs()).isEqualTo(ends);
    }
}
