package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Alarms ring in the order of their times, each once, and not a nanosecond before. */
class AlarmsTest {

    private final Alarms alarms = new Alarms();
    private final List<Long> rung = new ArrayList<>();

    private void set(long timeNs) {
        alarms.at(timeNs, () -> rung.add(timeNs));
    }

    @Test
    void inTheOrderOfTheirTimes() {
        Random random = new Random(1);
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            long time = random.nextInt(500);
            times.add(time);
            set(time);
        }
        for (int now = 0; now < 500; now++) {
            int before = rung.size();
            assertThat(alarms.ring(now)).isEqualTo(rung.size() - before);
            assertThat(alarms.nextNs()).isGreaterThan(now);
        }
        assertThat(rung).containsExactlyElementsOf(times.stream().sorted().toList());
        assertThat(alarms.nextNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void noneRingsBeforeItsTime() {
        set(100);
        assertThat(alarms.nextNs()).isEqualTo(100);
        assertThat(alarms.ring(99)).isZero();
        assertThat(alarms.ring(100)).isEqualTo(1);
        assertThat(alarms.ring(Long.MAX_VALUE)).isZero();
        assertThat(rung).containsExactly(100L);
    }

    /** System.nanoTime may begin anywhere, and turns over. */
    @Test
    void acrossTheTurnOfTheClock() {
        set(Long.MIN_VALUE + 5);
        set(Long.MAX_VALUE - 5);
        assertThat(alarms.ring(Long.MAX_VALUE - 5)).isEqualTo(1);
        assertThat(alarms.ring(Long.MIN_VALUE + 4)).isZero();
        assertThat(alarms.ring(Long.MIN_VALUE + 5)).isEqualTo(1);
        assertThat(rung).containsExactly(Long.MAX_VALUE - 5, Long.MIN_VALUE + 5);
    }

    @Test
    void anAlarmMaySetAnother() {
        alarms.at(
                10,
                () -> {
                    set(10);
                    set(11);
                });
        assertThat(alarms.ring(10)).isEqualTo(2);
        assertThat(alarms.nextNs()).isEqualTo(11);
    }
}
