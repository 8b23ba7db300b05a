package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.CLIENT;
import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.PORT;
import static io.finwait.sim.tcp.TwoHosts.SECOND;
import static io.finwait.sim.tcp.TwoHosts.SERVER;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.LinkModel;
import io.finwait.spi.DirectLink;
import io.finwait.spi.PacketBatch;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a user's call begins, begins at the time of the call and not at that of the last duty cycle:
 * an endpoint that has nothing to do is not told that time passes.
 */
class CallsAfterSilenceTest {

    private static final long SILENCE = 600 * SECOND;

    private final TwoHosts hosts = TwoHosts.plain();

    private Connection establishedAndSilent() {
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        hosts.run(SILENCE);
        return ours;
    }

    @Test
    void closeInFinWait2WaitsForThePeersFin() {
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        ours.shutdownOutput();
        hosts.run(SECOND);
        assertThat(ours.state()).isEqualTo(State.FIN_WAIT_2);
        hosts.run(SILENCE);
        ours.close();
        hosts.run(60 * SECOND - 1);
        assertThat(ours.state()).isEqualTo(State.FIN_WAIT_2);
        hosts.run(1);
        assertThat(ours.closeReason()).isInstanceOf(CloseReason.TimedOut.class);
    }

    @Test
    void lingerBeginsWithTheClose() {
        Connection ours = establishedAndSilent();
        List<Long> expired = new ArrayList<>();
        ours.observer(
                new ConnectionObserver() {
                    @Override
                    public void onLingerExpired(Connection connection) {
                        expired.add(hosts.net.nowNs());
                    }
                });
        hosts.net.from("server").matching(packet -> true).drop();
        ours.linger(5 * SECOND);
        long closed = hosts.net.nowNs();
        ours.close();
        hosts.run(5 * SECOND - 1);
        assertThat(expired).isEmpty();
        hosts.run(SECOND);
        assertThat(expired).containsExactly(closed + 5 * SECOND);
    }

    @Test
    void keepaliveWaitsItsIdleTime() {
        Connection ours = establishedAndSilent();
        hosts.net.from("server").matching(packet -> true).drop();
        long sent = hosts.client.counters().get(Counter.PACKETS_OUT);
        ours.keepAlive(10 * SECOND, SECOND, 3);
        hosts.run(10 * SECOND - 1);
        assertThat(hosts.client.counters().get(Counter.PACKETS_OUT)).isEqualTo(sent);
        hosts.run(3 * SECOND);
        assertThat(ours.hasEnded()).isFalse();
        hosts.run(SECOND);
        assertThat(ours.closeReason().message())
                .isEqualTo("Connection timed out: no answer to keepalive");
    }

    @Test
    void aConnectionThatIsClosedBeforeTheNextCycleHasNoTimer() {
        Connection ours = establishedAndSilent();
        ours.keepAlive(10 * SECOND, SECOND, 3);
        ours.linger(SECOND);
        ours.close();
        ours.abort();
        hosts.run(SECOND);
        assertThat(hosts.client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void connectHasItsWholeTimeout() {
        establishedAndSilent();
        connectsInVainFor180Seconds();
    }

    @Test
    void connectBeforeTheFirstCycleHasItsWholeTimeout() {
        hosts.net.runUntil(5_000 * SECOND);
        connectsInVainFor180Seconds();
    }

    private void connectsInVainFor180Seconds() {
        hosts.net.from("client").matching(packet -> true).drop();
        Connection lost = hosts.client.connect(SERVER, PORT + 1);
        hosts.run(179 * SECOND);
        assertThat(lost.state()).isEqualTo(State.SYN_SENT);
        hosts.run(120 * SECOND);
        assertThat(lost.closeReason().message()).isEqualTo("Connection timed out while connecting");
    }

    @Test
    void whatIsQueuedBeforeTheFirstCycleArrives() throws Exception {
        hosts.net.runUntil(5_000 * SECOND);
        Connection ours = hosts.connect();
        ours.send(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        ours.shutdownOutput();
        hosts.run(SECOND);
        assertThat(ours.state()).isEqualTo(State.CLOSED);
        assertThat(hosts.listener.accept()).isNull();
        Connection second = hosts.connect();
        second.send(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        hosts.run(SECOND);
        assertThat(hosts.listener.accept().unread()).isEqualTo(3);
    }

    /**
     * RFC 9293 §3.4.1: the clock of initial sequence numbers goes on while nobody does anything.
     */
    @Test
    void initialSequenceNumbersGoOnWhileNothingHappens() {
        assertThat(issAfter(1_000 * SECOND + 400 * MS) - issAfter(1_000 * SECOND))
                .isEqualTo(100_000);
    }

    private static int issAfter(long silenceNs) {
        DirectLink[] link = DirectLink.pair();
        Endpoint endpoint = Finwait.open(EndpointConfig.at("10.0.0.1").seed(1).build(), link[0]);
        endpoint.doWork(1);
        endpoint.connect(CLIENT, 9, SERVER, PORT);
        endpoint.doWork(silenceNs);
        PacketBatch batch = new PacketBatch(1);
        assertThat(link[1].receive(batch, silenceNs)).isEqualTo(1);
        return batch.get(0).buffer().getInt(batch.get(0).offset() + 24);
    }

    @Test
    void theStepsOfTheWayAndTheObserverHaveTheTimeOfTheCall() {
        List<String> seen = new ArrayList<>();
        TwoHosts observed =
                new TwoHosts(
                        1,
                        LinkModel.perfect().delay(10 * MS),
                        config ->
                                config.plain()
                                        .observer(
                                                new EndpointObserver() {
                                                    @Override
                                                    public void onTransition(
                                                            ConnectionInfo connection,
                                                            State from,
                                                            Trigger trigger,
                                                            State to,
                                                            long nowNs) {
                                                        seen.add(to + " " + nowNs / SECOND);
                                                    }
                                                }),
                        EndpointConfig.Builder::plain);
        observed.net.runUntil(100 * SECOND);
        Connection ours = observed.connect();
        observed.run(100 * SECOND);
        ours.abort();
        observed.run(SECOND);
        assertThat(seen).containsExactly("SYN_SENT 100", "ESTABLISHED 100", "CLOSED 200");
        assertThat(ours.closeReason().ending().path())
                .extracting(Step::atNs)
                .containsExactly(100 * SECOND, 100 * SECOND + 20 * MS, 200 * SECOND);
    }

    @Test
    void theNextCycleIsDueAtOnceWhileSomethingIsNoted() {
        Connection ours = establishedAndSilent();
        assertThat(hosts.client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        ours.keepAlive(10 * SECOND, SECOND, 3);
        assertThat(hosts.client.nextDeadlineNs()).isLessThanOrEqualTo(hosts.net.nowNs());
        hosts.client.doWork(hosts.net.nowNs());
        assertThat(hosts.client.nextDeadlineNs()).isEqualTo(hosts.net.nowNs() + 10 * SECOND);
    }
}
