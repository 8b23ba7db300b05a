package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.tcp.Connection;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A window is spread over the round trip of a long path, and on a short one nothing changes. */
class PacingTest {

    private static final int SEGMENT = 1_448;

    @ParameterizedTest(name = "{0} ms, queue {1}, jitter {2} ms, seed {3}")
    @CsvSource({
        "100, 0.25, 5, 2, 0.7, 0.65",
        "100, 0.25, 5, 4, 0.7, 0.6",
        "40, 0.1, 1, 1, 0.7, 0.5",
        "40, 0.1, 1, 3, 0.7, 0.5"
    })
    void whereQueuesAreShortMoreArrives(
            int rttMs, double queue, int jitterMs, long seed, double least, double most)
            throws IOException {
        double paced = share(seed, rttMs, queue, jitterMs, true);
        double unpaced = share(seed, rttMs, queue, jitterMs, false);
        System.out.printf("%d/100/%s: %.2f paced, %.2f not%n", rttMs, queue, paced, unpaced);
        assertThat(paced).as("paced").isGreaterThan(least);
        assertThat(unpaced).as("not paced, or there is no need to").isLessThan(most);
    }

    private static double share(long seed, int rttMs, double queue, int jitterMs, boolean pacing)
            throws IOException {
        return new LossyTransfer(
                        seed,
                        rttMs * MS,
                        100_000_000L,
                        queue,
                        link -> link.jitter(jitterMs * MS),
                        config -> config.pacing(pacing))
                .share(4 * SECOND);
    }

    /** A user who has paused sends again what fills a window of which nothing is outstanding. */
    @Test
    void aWindowIsSpreadOverTheRoundTrip() throws IOException {
        List<Long> unpaced = timesOfAWindow(100 * MS, 2_000, false);
        List<Long> paced = timesOfAWindow(100 * MS, 2_000, true);
        assertThat(unpaced.size()).as("segments of the window").isGreaterThan(300);
        assertThat(mostWithin(unpaced, MS)).as("unpaced").isEqualTo(unpaced.size());
        assertThat(paced.size()).as("segments of the window").isGreaterThan(300);
        assertThat(mostWithin(paced, MS))
                .as("in a millisecond, of %d", paced.size())
                .isLessThan(paced.size() / 3);
        assertThat(paced.get(paced.size() - 1) - paced.get(0))
                .as("the whole window")
                .isBetween(35 * MS, 90 * MS);
    }

    @Test
    void onAShortPathNothingChanges() throws IOException {
        assertThat(timesOfAWindow(9 * MS, 2_000, true))
                .hasSizeGreaterThan(300)
                .isEqualTo(timesOfAWindow(9 * MS, 2_000, false));
    }

    @Test
    void aSmallWindowLeavesAtOnce() throws IOException {
        assertThat(timesOfAWindow(100 * MS, 20, true))
                .hasSizeBetween(10, 32)
                .isEqualTo(timesOfAWindow(100 * MS, 20, false));
    }

    /** Sends some segments, pauses until all has arrived, then fills the window: when it leaves. */
    private static List<Long> timesOfAWindow(long rttNs, int segmentsBefore, boolean pacing)
            throws IOException {
        LinkModel link = LinkModel.perfect().delay(rttNs / 2);
        SimNetwork net = SimNetwork.seeded(3).links(link).queues(1 << 20, 1 << 20);
        TwoHosts hosts =
                new TwoHosts(
                        net,
                        config -> config.pacing(pacing).sendBufferOctets(16 << 20),
                        config -> config.receiveBufferOctets(16 << 20));
        Connection client = hosts.connect();
        hosts.run(2 * rttNs);
        Connection server = hosts.listener.accept();
        ByteBuffer reader = ByteBuffer.allocate(16 << 20);
        client.send(ByteBuffer.allocate(segmentsBefore * SEGMENT));
        while (client.tcpInfo().sending().unacknowledged() + client.tcpInfo().sending().unsent()
                > 0) {
            hosts.run(MS);
            server.receive(reader.clear());
        }
        List<Long> times = new ArrayList<>();
        hosts.net.observe(
                new SimObserver() {
                    @Override
                    public void sent(long nowNs, SimPacket packet) {
                        if (packet.length() > SEGMENT) {
                            times.add(nowNs);
                        }
                    }
                });
        long window = client.tcpInfo().sending().congestionWindow();
        client.send(ByteBuffer.allocate((int) window));
        hosts.run(rttNs - 1);
        long begun = times.isEmpty() ? 0 : times.get(0);
        times.replaceAll(each -> each - begun);
        return times;
    }

    private static int mostWithin(List<Long> times, long ns) {
        int most = 0;
        int from = 0;
        for (int i = 0; i < times.size(); i++) {
            while (times.get(i) - times.get(from) > ns) {
                from++;
            }
            most = Math.max(most, i - from + 1);
        }
        return most;
    }

    /** As operating systems' timers are: the sender runs only now and then. */
    @ParameterizedTest(name = "every {0} ms, RTT {1} ms")
    @CsvSource({"2, 40", "5, 40", "15, 40", "4, 11", "15, 20", "40, 20"})
    void timersThatComeLateCostNoRate(int everyMs, int rttMs) throws IOException {
        double paced = shareOfALateSender(everyMs, rttMs, true);
        double unpaced = shareOfALateSender(everyMs, rttMs, false);
        assertThat(paced).as("%.3f where nothing is paced", unpaced).isGreaterThan(0.9 * unpaced);
    }

    private static double shareOfALateSender(int everyMs, int rttMs, boolean pacing)
            throws IOException {
        LossyTransfer transfer =
                new LossyTransfer(
                        1,
                        rttMs * MS,
                        100_000_000L,
                        2,
                        link -> link,
                        config -> config.pacing(pacing));
        transfer.hosts.clientWorksOnlyEvery(everyMs * MS);
        double share = transfer.share(3 * SECOND);
        System.out.printf("every %d, RTT %d, %s: %.3f%n", everyMs, rttMs, pacing, share);
        return share;
    }
}
