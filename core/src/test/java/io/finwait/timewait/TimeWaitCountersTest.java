package io.finwait.timewait;

import static io.finwait.timewait.TimeWaitFixture.ACK;
import static io.finwait.timewait.TimeWaitFixture.FIN;
import static io.finwait.timewait.TimeWaitFixture.RCV_NXT;
import static io.finwait.timewait.TimeWaitFixture.REMOTE;
import static io.finwait.timewait.TimeWaitFixture.REMOTE_PORT;
import static io.finwait.timewait.TimeWaitFixture.RST;
import static io.finwait.timewait.TimeWaitFixture.SECOND;
import static io.finwait.timewait.TimeWaitFixture.SND_NXT;
import static io.finwait.timewait.TimeWaitFixture.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.timewait.TimeWaitPolicy.Overflow;
import io.finwait.timewait.TimeWaitPolicy.Reuse;
import io.finwait.timewait.TimeWaitPolicy.Rst;
import io.finwait.wire.FourTuple;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** Each thing that happens to an entry is counted once, where it belongs and nowhere else. */
class TimeWaitCountersTest {

    private static final Map<String, ToLongFunction<TimeWaitCounters>> ALL =
            Map.ofEntries(
                    Map.entry("entered", TimeWaitCounters::entered),
                    Map.entry("refused", TimeWaitCounters::refused),
                    Map.entry("expired", TimeWaitCounters::expired),
                    Map.entry("evicted", TimeWaitCounters::evicted),
                    Map.entry("reAcked", TimeWaitCounters::reAcked),
                    Map.entry("restarted", TimeWaitCounters::restarted),
                    Map.entry("challenged", TimeWaitCounters::challenged),
                    Map.entry("suppressed", TimeWaitCounters::suppressed),
                    Map.entry("reopened", TimeWaitCounters::reopened),
                    Map.entry("reused", TimeWaitCounters::reused),
                    Map.entry("returned", TimeWaitCounters::returned),
                    Map.entry("reset", TimeWaitCounters::reset),
                    Map.entry("removed", TimeWaitCounters::removed),
                    Map.entry("assassinationsBlocked", TimeWaitCounters::assassinationsBlocked));

    /** What happens to a table with one entry, with timestamps, and what it adds. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum Event {
        ENTERED(f -> f.enter(REMOTE, 1), Map.of("entered", 1)),
        REFUSED(Overflow.REFUSE_NEW, f -> f.enter(REMOTE, 1), Map.of("refused", 1)),
        EXPIRED(f -> f.at(60 * SECOND), Map.of("expired", 1)),
        EVICTED(Overflow.EVICT_OLDEST, f -> f.enter(REMOTE, 1), Map.of("entered", 1, "evicted", 1)),
        A_FIN_AGAIN(
                f -> f.segment(FIN | ACK, RCV_NXT - 1, 1, SND_NXT, 7),
                Map.of("reAcked", 1, "restarted", 1)),
        OLD_TEXT(f -> f.segment(ACK, RCV_NXT - 9, 3, SND_NXT, 7), Map.of("reAcked", 1)),
        AN_OLD_SYN(f -> f.segment(SYN, RCV_NXT - 9, 1, 0, 6), Map.of("challenged", 1)),
        TWO_OLD_SYNS(
                f -> {
                    f.segment(SYN, RCV_NXT - 9, 1, 0, 6);
                    f.segment(SYN, RCV_NXT - 9, 1, 0, 6);
                },
                Map.of("challenged", 1, "suppressed", 1)),
        A_SYN_AND_ITS_CONNECTION(
                f -> {
                    f.park();
                    f.established();
                },
                Map.of("reopened", 1)),
        A_CONNECTION_FROM_HERE(
                f -> {
                    f.now += 2 * SECOND;
                    f.reuse(true);
                    f.established();
                },
                Map.of("reused", 1)),
        A_CONNECTION_THAT_FAILED(
                f -> {
                    f.park();
                    f.returned();
                },
                Map.of("returned", 1)),
        A_RESET_THAT_ENDS_IT(f -> f.segment(RST, RCV_NXT, 0, 0), Map.of("reset", 1)),
        A_RESET_IGNORED(
                Rst.IGNORE, f -> f.segment(RST, RCV_NXT, 0, 0), Map.of("assassinationsBlocked", 1)),
        REMOVED_BY_HAND(
                f ->
                        f.table.remove(
                                FourTuple.of(
                                        TimeWaitFixture.LOCAL,
                                        TimeWaitFixture.LOCAL_PORT,
                                        REMOTE,
                                        REMOTE_PORT),
                                f.now),
                Map.of("removed", 1)),
        NOTHING(f -> f.segment(ACK, RCV_NXT, 0, SND_NXT, 7), Map.of());

        private final TimeWaitPolicy policy;
        private final Consumer<TimeWaitFixture> happens;
        private final Map<String, Integer> adds;

        Event(Consumer<TimeWaitFixture> happens, Map<String, Integer> adds) {
            this(TimeWaitPolicy.defaults().withRst(Rst.EXACT_MATCH), happens, adds);
        }

        Event(Rst rst, Consumer<TimeWaitFixture> happens, Map<String, Integer> adds) {
            this(TimeWaitPolicy.defaults().withRst(rst), happens, adds);
        }

        Event(Overflow overflow, Consumer<TimeWaitFixture> happens, Map<String, Integer> adds) {
            this(TimeWaitPolicy.defaults().withMaxEntries(1, overflow), happens, adds);
        }

        Event(TimeWaitPolicy policy, Consumer<TimeWaitFixture> does, Map<String, Integer> adds) {
            this.policy = policy.withReuse(Reuse.ALL, Duration.ofSeconds(1));
            this.happens = does;
            this.adds = adds;
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatHappens(Event event) {
        TimeWaitFixture f = new TimeWaitFixture(event.policy).entered(true, 7);
        event.happens.accept(f);
        ALL.forEach(
                (name, counter) -> {
                    int before = name.equals("entered") ? 1 : 0;
                    assertThat(counter.applyAsLong(f.table.counters()))
                            .as(name)
                            .isEqualTo(before + event.adds.getOrDefault(name, 0));
                });
    }
}
