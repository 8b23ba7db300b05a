package io.finwait.examples.custom;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.Finwait;
import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.spi.CongestionControls;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A congestion control from outside, by name, on a bottleneck: it fills it and loses nothing. */
class VegasTest {

    private static final long MS = 1_000_000L;
    private static final String SENDER = "10.0.0.1";
    private static final String RECEIVER = "10.0.0.2";

    private final SimNetwork net =
            SimNetwork.seeded(1).links(LinkModel.perfect().delay(10 * MS).rate(20_000_000, 100));
    private final Endpoint sender = open(SENDER);
    private final Endpoint receiver = open(RECEIVER);

    private Endpoint open(String address) {
        SimTransport transport = net.attach(address, IpAddress.parse(address));
        Endpoint endpoint =
                Finwait.open(
                        EndpointConfig.at(address)
                                .seed(address.hashCode())
                                .congestionControl(CongestionControls.named("vegas"))
                                .build(),
                        transport);
        net.add(address, SimParticipant.of(endpoint::doWork, endpoint::nextDeadlineNs));
        return endpoint;
    }

    @Test
    void fillsTheBottleneckWithoutALoss() throws IOException {
        assertThat(CongestionControls.providers()).containsKeys("cubic", "newreno", "vegas");
        Listener listener = receiver.listen(80, 1);
        Connection ours = sender.connect(IpAddress.parse(RECEIVER), 80);
        net.runFor(50 * MS);
        Connection theirs = listener.accept();
        ByteBuffer text = ByteBuffer.allocate(1 << 18);
        long received = 0;
        for (int ms = 0; ms < 5_000; ms++) {
            ours.send(text.clear());
            net.runFor(MS);
            received += Math.max(0, theirs.receive(text.clear()));
        }
        // 20 Mbit/s are 2.5 MB a second, headers included.
        assertThat(received).isGreaterThan(10_000_000);
        assertThat(sender.counters().get(Counter.RETRANSMISSIONS)).isZero();
    }
}
