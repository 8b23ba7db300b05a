package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Closes over bad links: both ends send, close at random times, and lose up to 60 % of their
 * packets. Every connection must end with a reason in bounded time, and the global invariants must
 * hold. A failure names its seed; {@code -Dfinwait.seed=N} runs that one alone.
 */
@Tag("ci")
class BadLinksTest {

    private static final int SEEDS = Integer.getInteger("finwait.seeds", 5_000);

    /** Prints every packet; with one seed. */
    private static final boolean TRACE = Boolean.getBoolean("finwait.trace");

    private static final long LONGEST = 4 * 3600 * SECOND;

    @Test
    @Requirement({"A13", "F11", "F12", "F13", "F14"})
    void everyCloseEndsWithAReasonAndTheInvariantsHold() {
        Map<String, Integer> endings = new TreeMap<>();
        Long only = Long.getLong("finwait.seed");
        long from = only != null ? only : 1;
        long to = only != null ? only : SEEDS;
        int inOrderByF14 = 0;
        for (long seed = from; seed <= to; seed++) {
            try {
                Run run = new Run(seed);
                run.go();
                endings.merge(run.ending(), 1, Integer::sum);
                inOrderByF14 += run.f14Applies() ? 1 : 0;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        StringBuilder table = new StringBuilder();
        endings.forEach((reason, count) -> table.append(String.format("%7d  %s%n", count, reason)));
        System.out.printf("%d closes over bad links ended so:%n%s", to - from + 1, table);
        System.out.printf("the precondition of F14 held in %d of them%n", inOrderByF14);
        if (only == null && SEEDS >= 1000) {
            assertThat(inOrderByF14).as("runs in which F14 had to hold").isGreaterThan(SEEDS / 20);
        }
    }

    /** One connection with its two applications. */
    private static final class Run implements SimObserver, EndpointObserver {

        private final RandomSource random;
        private final TwoHosts hosts;
        private final double loss;

        /** 0 when nothing is lost, changed or overtaken, and no timer has a reason to fire. */
        private final int faults;

        private int timeouts;
        private final long segmentLifeNs;
        private final App client;
        private App server;
        private final FinGaps clientFins = new FinGaps();
        private final FinGaps serverFins = new FinGaps();
        private final long seed;
        private final long twoMslNs;
        private final IpView ip = new IpView();
        private final Segment segment = new Segment();

        Run(long seed) {
            this.seed = seed;
            random = RandomSource.seeded(seed);
            loss = seed % 4 == 0 ? 0 : unit() * 0.6;
            faults = seed % 16 == 0 ? 0 : 1;
            long delay = (long) (unit() * 100 * MS);
            long jitter = (long) (unit() * 20 * MS);
            long overtaken = (long) (unit() * 200 * MS);
            LinkModel link =
                    LinkModel.perfect()
                            .loss(loss)
                            .delay(delay)
                            .jitter(jitter)
                            .reordering(faults * unit() * 0.2, overtaken)
                            .duplication(unit() * 0.2)
                            .corruption(faults * unit() * 0.05);
            segmentLifeNs = delay + jitter + overtaken;
            twoMslNs = 60 * SECOND;
            boolean plain = random.nextLong() % 2 == 0;
            hosts =
                    new TwoHosts(
                            seed,
                            link,
                            config -> (plain ? config.plain() : config).observer(this),
                            config -> (plain ? config.plain() : config).observer(this));
            hosts.net.observe(this);
            client = new App(random, hosts.connect(), seed * 31 + 1);
            hosts.listener.onAcceptable(this::accept);
        }

        private double unit() {
            return (random.nextLong() >>> 11) * 0x1.0p-53;
        }

        private void accept() {
            Connection accepted = hosts.listener.accept();
            assertThat(server).as("one connection, accepted once").isNull();
            server = new App(random, accepted, seed * 31 + 2);
            server.peerKey(client.key());
            client.peerKey(server.key());
            server.onEstablished(accepted);
            schedule(server);
        }

        private void schedule(App app) {
            long now = hosts.net.nowNs();
            if (app.closesAfterNs() >= 0) {
                hosts.at(now + app.closesAfterNs(), app::closeNow);
            }
        }

        void go() {
            schedule(client);
            hosts.at((long) (unit() * 10 * SECOND), () -> assertGaugesAgree(hosts.client));
            hosts.at((long) (unit() * 90 * SECOND), () -> assertGaugesAgree(hosts.server));
            boolean idle = hosts.net.runUntilIdle(LONGEST);
            assertThat(idle).as("everything comes to rest within four hours").isTrue();
            assertNothingIsLeft(hosts.client);
            assertNothingIsLeft(hosts.server);
            assertThat(hosts.client.timeWait().size()).as("TIME-WAIT left, client").isZero();
            assertThat(hosts.server.timeWait().size()).as("TIME-WAIT left, server").isZero();
            assertThat(client.reason()).as("the client's reason").isNotNull();
            if (server == null) {
                assertThat(client.reason()).isNotInstanceOf(CloseReason.Orderly.class);
                return;
            }
            assertThat(server.reason()).as("the server's reason").isNotNull();
            client.checkReceived(server);
            server.checkReceived(client);
            if (faults == 0) {
                assertThat(timeouts).as("retransmission timeouts without cause").isZero();
            }
            if (f14Applies()) {
                assertThat(client.reason()).as("F14").isInstanceOf(CloseReason.Orderly.class);
                assertThat(server.reason()).as("F14").isInstanceOf(CloseReason.Orderly.class);
            }
        }

        /** What is counted state by state is what there is. */
        private static void assertGaugesAgree(Endpoint endpoint) {
            Map<State, Integer> there = new EnumMap<>(State.class);
            endpoint.forEachConnection(each -> there.merge(each.state(), 1, Integer::sum));
            endpoint.forEachListener(each -> there.merge(State.LISTEN, 1, Integer::sum));
            endpoint.timeWait()
                    .list(
                            0,
                            Integer.MAX_VALUE,
                            each -> {
                                if (!each.isFinWait2()) {
                                    there.merge(State.TIME_WAIT, 1, Integer::sum);
                                }
                            });
            for (State state : State.values()) {
                assertThat(endpoint.states().get(state))
                        .as("gauge of %s, where there are %s", state, there)
                        .isEqualTo(there.getOrDefault(state, 0));
            }
        }

        private static void assertNothingIsLeft(Endpoint endpoint) {
            List<String> left = new ArrayList<>();
            endpoint.forEachConnection(connection -> left.add(connection.toString()));
            assertThat(left).as("connections left").isEmpty();
            assertThat(endpoint.states().toString()).as("gauges").isIn("", "LISTEN=1");
        }

        /**
         * F14: both read to the end before their full CLOSE, nobody aborts, no timer gave up, and
         * 2MSL is longer than a segment's life and the longest gap between a FIN and what comes
         * next.
         */
        boolean f14Applies() {
            return server != null
                    && client.isPolite()
                    && server.isPolite()
                    && !client.timedOut()
                    && !server.timedOut()
                    && twoMslNs > segmentLifeNs + clientFins.longest()
                    && twoMslNs > segmentLifeNs + serverFins.longest();
        }

        String ending() {
            return client.reason().message()
                    + " | "
                    + (server == null ? "never accepted" : server.reason().message());
        }

        @Override
        public void onRetransmission(
                ConnectionInfo connection, Retransmission cause, int count, long nowNs) {
            timeouts += cause == Retransmission.TIMEOUT ? 1 : 0;
        }

        @Override
        public void sent(long nowNs, SimPacket packet) {
            if (TRACE) {
                trace(nowNs, packet, "leaves");
            }
            fins(packet).sent(nowNs);
        }

        @Override
        public void delivered(long nowNs, SimPacket packet) {
            if (TRACE) {
                trace(nowNs, packet, "arrives");
            }
            fins(packet).arrived(nowNs, isFin(packet));
        }

        private void trace(long nowNs, SimPacket packet, String what) {
            isFin(packet);
            System.out.printf("%14.6f %s %s %s%n", nowNs / 1e9, packet.from(), what, segment);
        }

        private boolean isFin(SimPacket packet) {
            boolean parsed =
                    ip.parse(packet.buffer(), packet.offset(), packet.length()) == Verdict.OK
                            && segment.parse(ip, false) == Verdict.OK;
            return parsed && segment.hasFin();
        }

        private FinGaps fins(SimPacket packet) {
            return packet.from().equals("client") ? clientFins : serverFins;
        }
    }

    /**
     * How long TIME-WAIT had to last: from an arrival of the peer's FIN, which starts 2MSL, to the
     * next arrival of anything from a peer that has not seen our ACK.
     */
    private static final class FinGaps {

        private long lastFinNs = -1;
        private long lastSentNs;
        private long longestNs;

        void sent(long nowNs) {
            lastSentNs = nowNs;
        }

        void arrived(long nowNs, boolean fin) {
            if (lastFinNs >= 0) {
                longestNs = Math.max(longestNs, nowNs - lastFinNs);
            }
            if (fin) {
                lastFinNs = nowNs;
            }
        }

        /** What was sent after the last arrival and was lost counts as well. */
        long longest() {
            return lastFinNs >= 0 ? Math.max(longestNs, lastSentNs - lastFinNs) : longestNs;
        }
    }
}
