package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.State;
import io.finwait.timewait.TimeWaitAges;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An orphan in FIN-WAIT-2 is a record of the TIME-WAIT table, and its handle still says how it
 * ends.
 */
class OrphanRecordTest {

    private final TwoHosts hosts = TwoHosts.plain();
    private Connection client;
    private Connection server;

    @BeforeEach
    void clientClosesAndServerAcknowledges() {
        client = hosts.connect();
        hosts.run(100 * MS);
        server = hosts.listener.accept();
        client.close();
        hosts.run(50 * MS);
    }

    @Test
    @Requirement({"E10", "D19"})
    void theTcbGoesBackAndTheRecordStays() {
        assertThat(client.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(client.hasEnded()).isFalse();
        assertThat(hosts.client.connectionCount()).isEqualTo(1);
        assertThat(hosts.client.orphanCount()).isEqualTo(1);
        TimeWaitAges ages = new TimeWaitAges(SECOND, 1, hosts.net.nowNs());
        hosts.client.timeWait().list(0, 10, ages);
        assertThat(ages.finWait2()).isEqualTo(1);
        assertThatThrownBy(client::release).hasMessageContaining("FIN_WAIT_2");
    }

    @Test
    @Requirement({"B08", "D02"})
    void thePeersFinBeginsTimeWait() {
        server.close();
        hosts.run(50 * MS);
        assertThat(client.state()).isEqualTo(State.TIME_WAIT);
        assertThat(client.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Orderly.class,
                        o -> assertThat(o.closedFirst()).isEqualTo(ClosedFirst.LOCAL));
        assertThat(server.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(hosts.client.orphanCount()).isZero();
        hosts.run(61 * SECOND);
        assertThat(client.state()).isEqualTo(State.CLOSED);
        client.release();
    }

    @Test
    @Requirement("A25")
    void textIsReset() throws IOException {
        server.send(ByteBuffer.wrap(new byte[5]));
        hosts.run(50 * MS);
        assertThat(client.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        a -> assertThat(a.cause()).isEqualTo(AbortCause.DATA_AFTER_CLOSE));
        assertThat(server.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(hosts.client.counters().get(Counter.ABORTS_DATA_AFTER_CLOSE)).isEqualTo(1);
    }

    @Test
    @Requirement("A28")
    void abortResetsThePeer() {
        client.abort();
        hosts.run(50 * MS);
        assertThat(client.closeReason()).isInstanceOf(CloseReason.Aborted.class);
        assertThat(server.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void aResetOfThePeerEndsIt() {
        server.abort();
        hosts.run(50 * MS);
        assertThat(client.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(hosts.client.timeWait().size()).isZero();
    }

    @Test
    void closingTheEndpointResetsItAsWell() {
        hosts.client.close();
        hosts.run(50 * MS);
        assertThat(server.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(client.closeReason())
                .isInstanceOfSatisfying(
                        CloseReason.Aborted.class,
                        a -> assertThat(a.cause()).isEqualTo(AbortCause.ENDPOINT_CLOSED));
    }
}
