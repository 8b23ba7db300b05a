package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.timewait.TimeWaitCounters;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.timewait.TimeWaitTable;
import io.finwait.timewait.TimeWaitView;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Which lines of {@code netstat -s} each counter is in. */
class NetstatStatisticsTest {

    private static final long MANY = 5_000_000_000L;

    private final Map<Counter, Long> counted = new EnumMap<>(Counter.class);
    private final StateCounts states = new StateCounts();
    private final TimeWaitCounters timeWait =
            new TimeWaitTable(TimeWaitPolicy.defaults(), RandomSource.seeded(1)).counters();
    private final TimeWaitView table = answering(TimeWaitView.class, Map.of("counters", timeWait));
    private final Counters counters = counter -> counted.getOrDefault(counter, 0L);
    private final Endpoint endpoint =
            answering(
                    Endpoint.class,
                    Map.of("counters", counters, "states", states, "timeWait", table));

    /** By a proxy: a mock would change the table's own class for all tests of this JVM. */
    private static <T> T answering(Class<T> type, Map<String, Object> answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> answers.get(method.getName())));
    }

    private void counts(String name, long number) throws ReflectiveOperationException {
        Field counter = TimeWaitCounters.class.getDeclaredField(name);
        counter.setAccessible(true);
        counter.setLong(timeWait, number);
    }

    /** The lines that are not those of an endpoint that has counted nothing. */
    private String saidBy(Runnable count) {
        List<String> before = NetstatStatistics.lines(endpoint);
        count.run();
        List<String> after = new ArrayList<>(NetstatStatistics.lines(endpoint));
        after.removeAll(before);
        return String.join(", ", after.stream().map(String::strip).toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ACTIVE_OPENS            | 5000000000 active connection openings",
                "PASSIVE_OPENS           | 5000000000 passive connection openings",
                "FAILED_ATTEMPTS         | 5000000000 failed connection attempts",
                "ESTABLISHED_RESETS      | 5000000000 connection resets received",
                "BAD_CHECKSUMS           | 5000000000 bad segments received",
                "RETRANSMISSIONS         | 5000000000 segments retransmitted",
                "RESETS_OUT              | 5000000000 resets sent",
                "SYN_COOKIES_SENT        | 5000000000 SYN cookies sent",
                "SYN_COOKIES_RECEIVED    | 5000000000 SYN cookies received",
                "SYN_COOKIES_FAILED      | 5000000000 invalid SYN cookies received",
                "PAWS_DROPS              | 5000000000 packets rejected in established connections"
                        + " because of timestamp",
                "LISTEN_OVERFLOWS        | 5000000000 times the listen queue of a socket"
                        + " overflowed",
                "LISTEN_DROPS            | 5000000000 SYNs to LISTEN sockets dropped",
                "ABORTS_DATA_AFTER_CLOSE | 5000000000 connections reset due to unexpected data",
                "ABORTS_LINGER           | 5000000000 connections reset due to unexpected data",
                "ABORTS_UNREAD_DATA      | 5000000000 connections reset due to early user close",
                "ABORTS_TOO_MANY_ORPHANS | 5000000000 connections aborted due to memory pressure",
                "ABORTS_TIMEOUT          | 5000000000 connections aborted due to timeout",
                "MEMORY_PRESSURES        | TCPMemoryPressures: 5000000000",
                "MEMORY_PRESSURES_LEFT   | TCPMemoryPressuresLeft: 5000000000",
                "TEXT_DROPPED_FOR_MEMORY | TCPRcvQDrop: 5000000000",
                "BUFFERS_PRUNED          | OfoPruned: 5000000000",
                "BUFFERS_COLLAPSED       | TCPRcvCollapsed: 5000000000",
                "RETRANSMISSION_TIMEOUTS | TCPTimeouts: 5000000000",
                "TAIL_LOSS_PROBES        | TCPLossProbes: 5000000000",
                "ECN_REDUCTIONS          | TCPEcnReductions: 5000000000",
                "CONGESTION_MARKS        | TCPCongestionMarks: 5000000000",
                "CHALLENGE_ACKS          | TCPChallengeACK: 5000000000",
                "ACKS_LIMITED            | TCPACKSkippedChallenge: 5000000000",
                "RESETS_IN               | ResetsReceived: 5000000000",
                "RESETS_LIMITED          | ResetsLimited: 5000000000",
                "FIN_WAIT_2_TIMEOUTS     | FinWait2Timeouts: 5000000000",
                "DROPPED_SEGMENTS        | SegmentsDropped: 5000000000",
                "ANSWERS_WITHOUT_ROOM    | AnswersWithoutRoom: 5000000000",
                "FAILURES_CONTAINED      | FailuresContained: 5000000000",
                "PACKETS_OUT             | 5000000000 requests sent out, 5000000000 segments sent"
                        + " out",
            })
    void aCounterThatIsInItsOwnLines(Counter counter, String lines) {
        assertThat(saidBy(() -> counted.put(counter, MANY))).isEqualTo(lines);
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsCountedInSilence(Counter counter) {
        assertThat(saidBy(() -> counted.put(counter, MANY))).isNotEmpty();
    }

    @Test
    void whatComesInIsDividedByWhatBecameOfIt() {
        counted.put(Counter.PACKETS_IN, 1_000L);
        counted.put(Counter.BAD_PACKETS, 100L);
        counted.put(Counter.NOT_FOR_US, 200L);
        counted.put(Counter.PINGS, 10L);
        counted.put(Counter.ICMP_SOFT_ERRORS, 20L);
        counted.put(Counter.PATH_MTU_REDUCTIONS, 3L);
        counted.put(Counter.ICMP_IGNORED, 7L);
        counted.put(Counter.PACKETS_OUT, 500L);
        assertThat(NetstatStatistics.lines(endpoint))
                .contains(
                        "    1000 total packets received",
                        "    100 with invalid headers",
                        "    200 with invalid addresses",
                        "    700 incoming packets delivered",
                        "    510 requests sent out",
                        "    40 ICMP messages received",
                        "    7 input ICMP message failed",
                        "        destination unreachable: 23",
                        "        echo requests: 10",
                        "    10 ICMP messages sent",
                        "    660 segments received",
                        "    500 segments sent out");
    }

    @Test
    void whatTheTableOfTimeWaitCounts() throws ReflectiveOperationException {
        counts("expired", 1);
        counts("reused", 20);
        counts("reopened", 3);
        counts("suppressed", 4);
        counts("refused", 50);
        counts("evicted", 6);
        assertThat(NetstatStatistics.lines(endpoint))
                .endsWith(
                        "TcpExt:",
                        "    1 TCP sockets finished time wait in fast timer",
                        "    23 time wait sockets recycled by time stamp",
                        "    TCPACKSkippedTimeWait: 4",
                        "    TCPTimeWaitOverflow: 56");
    }

    @Test
    void whoMaySendCountsAsEstablished() {
        states.add(State.ESTABLISHED, 3);
        states.add(State.CLOSE_WAIT, 4);
        states.add(State.FIN_WAIT_1, 50);
        assertThat(NetstatStatistics.lines(endpoint)).contains("    7 connections established");
    }
}
