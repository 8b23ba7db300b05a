package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.loss.NewReno;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Timers against a map of deadlines, inside duty cycles and between them. */
class TimersModelTest {

    private static final Timer[] TIMERS = Timer.values();

    private final Clock clock = new Clock();
    private final Tcb tcb = new Tcb(new NewReno());
    private final Timers timers = tcb.timers;

    /** What runs inside a cycle, and what waits for the next one's time with its delay. */
    private final Map<Timer, Long> deadlines = new EnumMap<>(Timer.class);

    private final Map<Timer, Long> delays = new EnumMap<>(Timer.class);
    private long now;

    TimersModelTest() {
        timers.belongTo(tcb, clock);
    }

    private void begin() {
        clock.begin(now);
        Tcb noted = clock.nextUndated();
        assertThat(noted != null).as("noted for its delays").isEqualTo(asked);
        asked = false;
        if (noted != null) {
            timers.date(now);
        }
        delays.forEach((timer, delay) -> deadlines.put(timer, now + delay));
        delays.clear();
    }

    /** A timer was started between two cycles, even if it was stopped again. */
    private boolean asked;

    private void start(Timer timer, long delay) {
        deadlines.remove(timer);
        if (clock.isRunning()) {
            deadlines.put(timer, now + delay);
        } else {
            delays.put(timer, delay);
            asked = true;
        }
    }

    private boolean runs(Timer timer) {
        return deadlines.containsKey(timer) || delays.containsKey(timer);
    }

    @RepeatedTest(40)
    void areAMapOfDeadlines(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        // Times wrap around too: the clock of a JVM may begin anywhere.
        now = seed % 2 == 0 ? Long.MIN_VALUE + 50 : random.nextInt(1_000) - 500L;
        for (int step = 0; step < 600; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            Timer timer = TIMERS[random.nextInt(TIMERS.length)];
            long delay = random.nextInt(200);
            switch (random.nextInt(8)) {
                case 0 -> {
                    if (clock.isRunning()) {
                        clock.end();
                        now += random.nextInt(50);
                    } else {
                        begin();
                    }
                }
                case 1, 2 -> {
                    timers.start(timer, delay);
                    start(timer, delay);
                }
                case 3 -> {
                    timers.startIfOff(timer, delay);
                    if (!runs(timer)) {
                        start(timer, delay);
                    }
                }
                case 4 -> {
                    long deadline = Math.floorMod(now - 100 + delay, 2L) + now - 100 + delay;
                    timers.startAt(timer, deadline);
                    delays.remove(timer);
                    deadlines.put(timer, deadline);
                }
                case 5 -> {
                    timers.startAt(timer, Timers.OFF);
                    delays.remove(timer);
                    deadlines.remove(timer);
                }
                default -> {
                    timers.stop(timer);
                    delays.remove(timer);
                    deadlines.remove(timer);
                }
            }
            check(where);
            if (random.nextInt(100) == 0) {
                timers.stopAll();
                deadlines.clear();
                delays.clear();
                check(where + ", all stopped");
            }
        }
    }

    private void check(String where) {
        for (Timer timer : TIMERS) {
            Long deadline = deadlines.get(timer);
            Long delay = delays.get(timer);
            assertThat(timers.isRunning(timer)).as(where).isEqualTo(runs(timer));
            long expected =
                    deadline != null
                            ? deadline
                            : delay != null ? clock.lastNs() + delay : Timers.OFF;
            assertThat(timers.deadline(timer)).as("%s: %s", where, timer).isEqualTo(expected);
            for (long at = -1; at <= 1 && deadline != null; at++) {
                assertThat(timers.isDue(timer, deadline + at)).as(where).isEqualTo(at >= 0);
            }
            assertThat(deadline == null && timers.isDue(timer, now + 1_000)).as(where).isFalse();
        }
        Long first = null;
        for (Long each : deadlines.values()) {
            first = first == null || each - first < 0 ? each : first;
        }
        if (first != null) {
            assertThat(timers.notBefore() - first).as(where).isNotPositive();
        }
        assertThat(timers.earliest()).as(where).isEqualTo(first == null ? Timers.OFF : first);
        assertThat(timers.notBefore()).as("%s: known", where).isEqualTo(timers.earliest());
    }

    /** A deadline that comes before all others is the bound at once, a later one is not. */
    @Test
    void theBoundMovesOnlyToAnEarlierDeadline() {
        clock.begin(0);
        assertThat(timers.notBefore()).isEqualTo(Timers.OFF);
        timers.startAt(Timer.KEEPALIVE, 100);
        assertThat(timers.notBefore()).isEqualTo(100);
        timers.startAt(Timer.RETRANSMISSION, 101);
        assertThat(timers.notBefore()).isEqualTo(100);
        timers.startAt(Timer.DELAYED_ACK, 99);
        assertThat(timers.notBefore()).isEqualTo(99);
        timers.stop(Timer.DELAYED_ACK);
        assertThat(timers.notBefore()).as("not looked for").isEqualTo(99);
        assertThat(timers.earliest()).isEqualTo(100);
        assertThat(timers.notBefore()).isEqualTo(100);
    }

    @Test
    void noDelayOverflows() {
        clock.begin(1_000);
        timers.start(Timer.KEEPALIVE, Long.MAX_VALUE);
        assertThat(timers.deadline(Timer.KEEPALIVE)).isEqualTo(1_000 + Long.MAX_VALUE / 2);
        assertThat(timers.isDue(Timer.KEEPALIVE, 1_000)).isFalse();
    }
}
