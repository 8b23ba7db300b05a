package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Limits;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.TcpInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.function.UnaryOperator;

/** What a SYN cookie and its timestamp bring back of the SYN, between two endpoints. */
class SynCookieOptionsTest {

    private static final LinkModel LINK = LinkModel.perfect().delay(10 * MS);

    /** The server's view of a connection from a client that is configured so. */
    private static TcpInfo accepted(
            SynCookies when, UnaryOperator<EndpointConfig.Builder> client, long waitNs) {
        Limits limits = Limits.DEFAULT.withSynCookies(when);
        TwoHosts hosts = new TwoHosts(7, LINK, client, config -> config.limits(limits));
        hosts.run(waitNs);
        Connection connection = hosts.connect();
        hosts.run(SECOND);
        TcpInfo info = hosts.listener.accept().tcpInfo();
        assertThat(connection.tcpInfo().sending().segmentOctets())
                .isEqualTo(info.sending().segmentOctets());
        return info;
    }

    /** The step of the clock that carries options begins at any of its 64 milliseconds. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 31, 63})
    @Requirement("F18")
    void withTimestampsNothingIsLost(long waitMs) {
        TcpInfo kept = accepted(SynCookies.NEVER, c -> c, waitMs * MS);
        TcpInfo cookie = accepted(SynCookies.ALWAYS, c -> c, waitMs * MS);
        assertThat(cookie.sending().segmentOctets()).isEqualTo(kept.sending().segmentOctets());
        assertThat(cookie.sending().windowShift()).isEqualTo(kept.sending().windowShift());
        assertThat(cookie.sending().window()).isEqualTo(kept.sending().window());
        assertThat(cookie.receiving().windowShift()).isEqualTo(kept.receiving().windowShift());
        assertThat(cookie.receiving().window()).isEqualTo(kept.receiving().window());
        assertThat(cookie.receiving().timestamps()).isTrue();
        assertThat(cookie.receiving().sack()).isTrue();
        assertThat(cookie.roundTrip().smoothedNs()).as("nothing to measure it by").isZero();
    }

    @Test
    void whatThePeerDidNotOfferIsNotInUse() {
        TcpInfo info =
                accepted(
                        SynCookies.ALWAYS,
                        c -> c.windowScaling(false).selectiveAcknowledgments(false),
                        5 * MS);
        assertThat(info.receiving().timestamps()).isTrue();
        assertThat(info.receiving().sack()).isFalse();
        assertThat(info.receiving().windowShift()).isZero();
        assertThat(info.sending().windowShift()).isZero();
    }

    @Test
    void withoutTimestampsOnlyTheMssComesBack() {
        TcpInfo info = accepted(SynCookies.ALWAYS, c -> c.timestamps(false), 5 * MS);
        assertThat(info.sending().segmentOctets()).isEqualTo(1460);
        assertThat(info.receiving().timestamps()).isFalse();
        assertThat(info.receiving().sack()).isFalse();
        assertThat(info.sending().windowShift()).isZero();
    }

    /** Over a bad link, both ways, to an end that neither takes for a reset. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itCarriesTextAndClosesLikeAnyOther(long seed) {
        LinkModel bad = LINK.loss(0.05).reordering(0.1, 5 * MS).duplication(0.05);
        Limits limits = Limits.DEFAULT.withSynCookies(SynCookies.ALWAYS);
        TwoHosts hosts = new TwoHosts(seed, bad, c -> c, c -> c.limits(limits));
        Connection client = hosts.connect();
        Pump ours = new Pump(client, 300_000);
        hosts.run(20 * SECOND);
        Connection server = hosts.listener.accept();
        Pump theirs = new Pump(server, 300_000);
        hosts.run(300 * SECOND);
        assertThat(theirs.received).as("seed %d", seed).isEqualTo(300_000);
        assertThat(ours.received).as("seed %d", seed).isEqualTo(300_000);
        assertThat(client.closeReason()).isInstanceOf(CloseReason.Orderly.class);
        assertThat(server.closeReason()).isInstanceOf(CloseReason.Orderly.class);
    }
}
