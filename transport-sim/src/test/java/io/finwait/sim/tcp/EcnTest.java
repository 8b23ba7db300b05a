package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.Segments;
import io.finwait.spi.CongestionControls;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.Limits;
import io.finwait.tcp.SynCookies;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.function.UnaryOperator;

/** Marks of congestion between two endpoints (RFC 3168), over links that make some. */
class EcnTest {

    private static final LinkModel LINK = LinkModel.perfect().delay(10 * MS);

    private static TwoHosts hosts(
            UnaryOperator<EndpointConfig.Builder> client,
            UnaryOperator<EndpointConfig.Builder> server) {
        return new TwoHosts(3, LINK.marking(1), client, server);
    }

    private static UnaryOperator<EndpointConfig.Builder> with(Ecn ecn) {
        return config -> config.ecn(ecn);
    }

    /** Marks that text of 100,000 octets each way has met. */
    private static long marks(TwoHosts hosts) {
        Connection client = hosts.connect();
        hosts.run(SECOND);
        Pump ours = new Pump(client, 100_000);
        Pump theirs = new Pump(hosts.listener.accept(), 100_000);
        hosts.run(60 * SECOND);
        assertThat(ours.received).isEqualTo(100_000);
        assertThat(theirs.received).isEqualTo(100_000);
        return hosts.client.counters().get(Counter.CONGESTION_MARKS)
                + hosts.server.counters().get(Counter.CONGESTION_MARKS);
    }

    @ParameterizedTest
    @EnumSource(Ecn.class)
    @Requirement("M01")
    void oneMustAskAndTheOtherAgree(Ecn ofServer) {
        assertThat(marks(hosts(with(Ecn.ALWAYS), with(ofServer))) > 0)
                .isEqualTo(ofServer != Ecn.NEVER);
        assertThat(marks(hosts(with(Ecn.WHEN_ASKED), with(ofServer)))).isZero();
        assertThat(marks(hosts(with(Ecn.NEVER), with(ofServer)))).isZero();
    }

    /** A SYN that waits for the user's answer (catch-all) is agreed to when the answer is yes. */
    @Test
    @Requirement("M01")
    void aSynThatWaitsForItsAnswerIsAgreedTo() {
        TwoHosts hosts = hosts(with(Ecn.ALWAYS), with(Ecn.WHEN_ASKED));
        hosts.listener.close();
        Connection[] accepted = new Connection[1];
        IncomingHandler accepts =
                new IncomingHandler() {
                    @Override
                    public void onIncoming(Incoming incoming) {
                        assertThat(incoming.accept()).isTrue();
                    }

                    @Override
                    public void onEstablished(Incoming incoming, Connection connection) {
                        accepted[0] = connection;
                    }
                };
        hosts.server.catchAll(CatchAllLimits.DEFAULT, accepts);
        Connection client = hosts.connect();
        hosts.run(SECOND);
        Pump ours = new Pump(client, 100_000);
        Pump theirs = new Pump(accepted[0], 0);
        hosts.run(60 * SECOND);
        assertThat(theirs.received).isEqualTo(100_000);
        assertThat(ours.received).isZero();
        assertThat(hosts.server.counters().get(Counter.CONGESTION_MARKS)).isPositive();
    }

    /** A queue that marks early is kept short without a loss, and the link is used all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"cubic", "newreno"})
    @Requirement("M06")
    void aQueueThatMarksLosesNothing(String control) throws IOException {
        UnaryOperator<EndpointConfig.Builder> config =
                c -> c.ecn(Ecn.ALWAYS).congestionControl(CongestionControls.named(control));
        UnaryOperator<LinkModel> marks = link -> link.markingQueue(60);
        LossyTransfer marking = new LossyTransfer(1, 20 * MS, 50_000_000, 4, marks, config);
        double share = marking.share(5 * SECOND);
        assertThat(share).as("%s", marking).isGreaterThan(0.9);
        assertThat(marking.retransmissions()).isZero();
        long reductions = marking.hosts.client.counters().get(Counter.ECN_REDUCTIONS);
        assertThat(reductions).isBetween(2L, 5 * SECOND / (20 * MS));
    }

    /** Every packet is marked: one reduction each round trip, down to two segments. */
    @Test
    @Requirement({"M06", "M10"})
    void aPathThatMarksEverythingCarriesTwoSegmentsEachRoundTrip() throws IOException {
        LossyTransfer transfer =
                new LossyTransfer(
                        1,
                        20 * MS,
                        100_000_000,
                        1,
                        link -> link.marking(1),
                        c -> c.ecn(Ecn.ALWAYS));
        double share = transfer.share(5 * SECOND);
        double twoEach = 2 * 1_500 * 8 / 0.02 / 100e6;
        assertThat(share).as("%s", transfer).isBetween(0.8 * twoEach, 1.5 * twoEach);
        assertThat(transfer.retransmissions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Requirement("M11")
    void aCookieBringsItBackWithTimestamps(boolean timestamps) {
        Limits limits = Limits.DEFAULT.withSynCookies(SynCookies.ALWAYS);
        TwoHosts hosts =
                hosts(c -> c.ecn(Ecn.ALWAYS).timestamps(timestamps), c -> c.limits(limits));
        long[] agreed = new long[1];
        int agrees = TcpHeader.SYN | TcpHeader.ACK | TcpHeader.ECE;
        hosts.net.from("server").matching(Segments.having(agrees)).then(() -> agreed[0]++);
        long marks = marks(hosts);
        assertThat(hosts.server.counters().get(Counter.SYN_COOKIES_RECEIVED)).isOne();
        assertThat(agreed[0]).isEqualTo(timestamps ? 1 : 0);
        assertThat(marks > 0).isEqualTo(timestamps);
    }

    /** Marks come while packets are lost, overtaken and doubled: all arrives, and it closes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Requirement("M06")
    void marksAndLossesTogether(long seed) {
        LinkModel bad = LINK.loss(0.05).reordering(0.1, 5 * MS).duplication(0.05).marking(0.2);
        UnaryOperator<EndpointConfig.Builder> asks = with(Ecn.ALWAYS);
        UnaryOperator<EndpointConfig.Builder> config =
                seed % 2 == 0 ? asks : c -> asks.apply(c.selectiveAcknowledgments(false));
        TwoHosts hosts = new TwoHosts(seed, bad, config, config);
        Pump ours = new Pump(hosts.connect(), 300_000);
        hosts.run(20 * SECOND);
        Pump theirs = new Pump(hosts.listener.accept(), 300_000);
        hosts.run(600 * SECOND);
        assertThat(theirs.received).as("seed %d", seed).isEqualTo(300_000);
        assertThat(ours.received).as("seed %d", seed).isEqualTo(300_000);
    }
}
