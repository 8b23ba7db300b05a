package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Requirement;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.sim.SimTransport;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.SynCookies;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * How many octets an address is sent that has proved nothing, for each set of options on its SYN:
 * whoever spoofs it must not get more to it than he sends himself.
 */
class AmplificationTest {

    private static final byte[] MSS = {2, 4, 5, (byte) 0xB4};
    private static final byte[] SACK = {4, 2};
    private static final byte[] TIMESTAMPS = {8, 10, 0, 0, 0, 77, 0, 0, 0, 0};
    private static final byte[] SCALE = {3, 3, 7};
    private static final byte[][] OPTIONS = {MSS, SACK, TIMESTAMPS, SCALE};

    /** An MSS costs four octets, and RFC 9293 SHLD-5 wants one also where the SYN has none. */
    private static final int MSS_OCTETS = 4;

    private static final int FIRST_VICTIM = 11 << 24;
    private static final int SETS = 1 << OPTIONS.length;

    private final Map<Integer, List<Integer>> answers = new HashMap<>();

    /** Options without a gap between them, as short as they can be. */
    private static byte[] options(int set) {
        ByteBuffer all = ByteBuffer.allocate(20);
        for (int i = 0; i < OPTIONS.length; i++) {
            if ((set & 1 << i) != 0) {
                all.put(OPTIONS[i]);
            }
        }
        byte[] padded = new byte[(all.position() + 3) & ~3];
        all.flip().get(padded, 0, all.limit());
        return padded;
    }

    private void see(SimPacket packet) {
        int to = packet.buffer().getInt(packet.offset() + 16);
        if (to >>> 24 == FIRST_VICTIM >>> 24) {
            answers.computeIfAbsent(to, t -> new ArrayList<>()).add(packet.length());
        }
    }

    /**
     * @param again how often a SYN,ACK is sent again: sixteen handshakes are half of the queue
     */
    @ParameterizedTest
    @CsvSource({"ALWAYS, 32, 0", "WHEN_FULL, 32, 5", "NEVER, 32, 5", "WHEN_FULL, 16, 2"})
    @Requirement("F20")
    void anAddressThatHasProvedNothingGetsNoMoreThanCame(SynCookies when, int backlog, int again) {
        Limits limits = Limits.DEFAULT.withSynCookies(when);
        LinkModel link = LinkModel.perfect().delay(MS);
        TwoHosts hosts = new TwoHosts(3, link, c -> c, c -> c.limits(limits));
        hosts.net.observe(
                new SimObserver() {
                    @Override
                    public void sent(long nowNs, SimPacket packet) {
                        see(packet);
                    }
                });
        hosts.server.listen(80, backlog);
        SimTransport attacker = hosts.net.host("attacker");
        hosts.net.linksFrom("attacker", link);
        Random random = new Random(4);
        int to = (int) TwoHosts.SERVER.low();
        int[] came = new int[SETS];
        for (int set = 0; set < SETS; set++) {
            int victim = FIRST_VICTIM + set;
            long nowNs = hosts.net.nowNs();
            came[set] = SynFlood.syn(attacker, nowNs, victim, 4000, to, 80, options(set), random);
        }
        hosts.run(200 * SECOND);
        long resent = 0;
        for (int set = 0; set < SETS; set++) {
            List<Integer> lengths = answers.get(FIRST_VICTIM + set);
            boolean unasked = (set & 1) == 0 && when != SynCookies.ALWAYS;
            assertThat(lengths.get(0))
                    .as("options %d: %s for %d octets", set, lengths, came[set])
                    .isLessThanOrEqualTo(came[set] + (unasked ? MSS_OCTETS : 0));
            assertThat(lengths).as("options %d", set).allMatch(lengths.get(0)::equals);
            assertThat(lengths.size() - 1).as("options %d", set).isBetween(0, Math.max(again, 5));
            resent += lengths.size() - 1;
        }
        assertThat(resent).isEqualTo(hosts.server.counters().get(Counter.RETRANSMISSIONS));
        assertThat(answers.get(FIRST_VICTIM)).hasSize(1 + again);
        assertThat(hosts.server.connectionCount()).isZero();
    }
}
