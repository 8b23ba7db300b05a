package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;
import io.finwait.tcp.TcpInfo;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

/** What was agreed on with a stranger's SYN is forgotten when the peer's answer comes. */
class StrangersSynOverLinkTest {

    private static final LinkModel LINK = LinkModel.perfect().delay(10 * MS);

    private static Connection open(TwoHosts hosts, int options) {
        SimTransport stranger = hosts.net.host("stranger");
        hosts.net.linksFrom("stranger", LinkModel.perfect().delay(MS));
        Connection client = hosts.connect();
        hosts.run(5 * MS);
        if (options >= 0) {
            SynFlood.syn(
                    stranger,
                    hosts.net.nowNs(),
                    (int) TwoHosts.SERVER.low(),
                    TwoHosts.PORT,
                    (int) TwoHosts.CLIENT.low(),
                    client.localPort(),
                    SynFlood.OPTIONS[options],
                    new Random(options));
            hosts.run(5 * MS);
            assertThat(client.state()).isEqualTo(State.SYN_RECEIVED);
        }
        hosts.run(SECOND);
        return client;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theConnectionIsAsThePeerHasAgreed(int options) {
        for (boolean plain : new boolean[] {false, true}) {
            TcpInfo expected = open(hosts(plain), -1).tcpInfo();
            TwoHosts hosts = hosts(plain);
            Connection client = open(hosts, options);
            assertThat(client.state()).isEqualTo(State.ESTABLISHED);
            TcpInfo info = client.tcpInfo();
            assertThat(info.sending().windowShift()).isEqualTo(expected.sending().windowShift());
            assertThat(info.sending().segmentOctets())
                    .isEqualTo(expected.sending().segmentOctets());
            assertThat(info.receiving().windowShift())
                    .isEqualTo(expected.receiving().windowShift());
            assertThat(info.receiving().timestamps()).isEqualTo(!plain);
            assertThat(info.receiving().sack()).isEqualTo(!plain);
            assertThat(hosts.listener.accept().state()).isEqualTo(State.ESTABLISHED);
        }
    }

    private static TwoHosts hosts(boolean plain) {
        return new TwoHosts(5, LINK, c -> c, c -> plain ? c.plain() : c);
    }
}
