package io.finwait.sim.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.finwait.Finwait;
import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.spi.Capabilities;
import io.finwait.spi.DirectLink;
import io.finwait.spi.Medium;
import io.finwait.spi.RandomSource;
import io.finwait.spi.Transport;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Limits;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;
import io.finwait.tcp.SynCookies;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

/** In the steady state core allocates nothing: per segment, per connection, per TIME-WAIT entry. */
class AllocationTest {

    private static final int PORT = 80;
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 5_000;
    private static final int MOST_ROUNDS = 30;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ByteBuffer out = ByteBuffer.allocateDirect(14_480);
    private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
    private Endpoint client;
    private Endpoint server;
    private Listener listener;
    private long now = 1;

    /** After so many rounds without work everything has been done. */
    private int idleRounds = 1;

    private Ecn ecn = Ecn.WHEN_ASKED;

    AllocationTest() {
        open(SynCookies.WHEN_FULL);
    }

    private void open(SynCookies when) {
        DirectLink[] link = DirectLink.pair();
        open(when, link[0], link[1]);
    }

    private void open(SynCookies when, Transport near, Transport far) {
        client = Finwait.open(EndpointConfig.at("10.0.0.1").seed(1).ecn(ecn).build(), near);
        EndpointConfig.Builder config = EndpointConfig.at("10.0.0.2").seed(2);
        config.limits(Limits.DEFAULT.withSynCookies(when)).observer(new Counting());
        server = Finwait.open(config.build(), far);
        listener = server.listen(PORT, 16);
    }

    /** Being watched costs nothing either. */
    private static final class Counting implements EndpointObserver {

        private long transitions;

        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            transitions++;
        }

        @Override
        public String toString() {
            return transitions + " transitions";
        }
    }

    private void work() {
        int idle = 0;
        while (idle < idleRounds) {
            now += 10_000;
            idle = client.doWork(now) + server.doWork(now) > 0 ? 0 : idle + 1;
        }
    }

    @Test
    void noOctetIsAllocatedPerSegment() throws IOException {
        assertThatSegmentsAllocateNothing();
    }

    private void assertThatSegmentsAllocateNothing() throws IOException {
        Connection sender = client.connect(TwoHosts.SERVER, PORT);
        work();
        Connection receiver = listener.accept();
        long octets = allocatedBy(() -> transfer(sender, receiver));
        assertThat(octets).as("octets allocated by %d rounds of ten segments", MEASURED).isZero();
    }

    @Test
    void noOctetIsAllocatedPerSegmentThatMayBeMarked() throws IOException {
        ecn = Ecn.ALWAYS;
        DirectLink[] link = DirectLink.pair();
        LinkModel marking = LinkModel.perfect().marking(0.01);
        Transport near = new FaultTransport(link[0], marking, LinkModel.perfect(), 1);
        open(SynCookies.WHEN_FULL, near, link[1]);
        assertThatSegmentsAllocateNothing();
        assertThat(server.counters().get(Counter.CONGESTION_MARKS)).isGreaterThan(MEASURED / 20);
        assertThat(client.counters().get(Counter.ECN_REDUCTIONS)).isGreaterThan(MEASURED / 20);
    }

    private void transfer(Connection sender, Connection receiver) throws IOException {
        out.clear();
        sender.send(out);
        work();
        in.clear();
        receiver.receive(in);
        assertThatAll(in.position() == out.capacity());
        work();
    }

    @Test
    void noOctetIsAllocatedPerConnectionNorClose() throws IOException {
        long octets = allocatedBy(this::wholeConnection);
        assertThat(octets)
                .as("octets allocated by %d connections, opened, used and closed", MEASURED)
                .isZero();
        assertThat(((TcpEndpoint) client).pool().inUse()).as("blocks in use").isZero();
        assertThat(((TcpEndpoint) server).pool().inUse()).as("blocks in use").isZero();
        assertThat(client.timeWait().size()).as("entries in TIME-WAIT").isGreaterThan(MEASURED / 2);
    }

    /** But for a new secret each minute. */
    @Test
    void noOctetIsAllocatedPerSynCookie() throws IOException {
        open(SynCookies.ALWAYS);
        assertThat(allocatedBy(this::wholeConnection)).as("octets allocated").isZero();
        assertThat(server.counters().get(Counter.SYN_COOKIES_RECEIVED)).isGreaterThan(MEASURED);
    }

    /** In minutes of virtual time, so that neighbours are asked again, too. */
    @Test
    void noOctetIsAllocatedOverEthernet() throws IOException {
        Capabilities frames =
                new Capabilities(1_514, 0, 1_514, false, false, true, true, false, Medium.ETHERNET);
        DirectLink[] link = DirectLink.pair(frames);
        EthernetTransport near = ethernet(link[0], "10.0.0.1/24");
        open(SynCookies.WHEN_FULL, near, ethernet(link[1], "10.0.0.2/24"));
        // A question for an address and its answer are no work of the endpoints.
        idleRounds = 4;
        assertThat(allocatedBy(this::wholeConnection)).as("octets allocated").isZero();
        assertThat(near.counters().get(EthernetCounters.Counter.QUESTIONS)).isGreaterThan(3);
    }

    private static EthernetTransport ethernet(DirectLink link, String address) {
        return new EthernetTransport(
                link, EthernetConfig.at(address).random(RandomSource.seeded(address.hashCode())));
    }

    private void wholeConnection() throws IOException {
        Connection ours = client.connect(TwoHosts.SERVER, PORT);
        work();
        Connection theirs = listener.accept();
        out.clear().limit(100);
        ours.send(out);
        work();
        in.clear();
        theirs.receive(in);
        ours.close();
        work();
        assertThatAll(theirs.receive(in) == -1);
        theirs.close();
        work();
        assertThatAll(ours.hasEnded() && theirs.hasEnded());
        ours.release();
        theirs.release();
        // 10,000 connections are in TIME-WAIT at any time.
        now += 6_000_000;
    }

    /** AssertJ allocates, so what is measured is checked by hand. */
    private static void assertThatAll(boolean good) {
        if (!good) {
            throw new AssertionError("the connection did not go its way");
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    /**
     * Octets allocated by the measured steps once warm: the least of some rounds, since the JIT
     * compiler may still allocate in some of them on this thread's account, in more of them on a
     * busy machine; what the steps themselves allocate shows in every round.
     */
    private long allocatedBy(Step step) throws IOException {
        for (int i = 0; i < WARM_UP; i++) {
            step.run();
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && least > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            long overhead = threads.getCurrentThreadAllocatedBytes() - before;
            before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < MEASURED; i++) {
                step.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before - overhead);
        }
        return least;
    }
}
