package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The network's time as a {@link Clock}, for programs that take one. */
class VirtualClockTest {

    private final SimNet net = SimNet.create(1);
    private final VirtualClock clock = net.clock();

    @AfterEach
    void close() {
        net.close();
    }

    @Test
    void itGoesByTheTimeOfTheNetwork() {
        Instant begin = clock.instant();
        assertThat(clock.elapsed()).isZero();
        clock.sleep(Duration.ofDays(30));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(30));
        assertThat(Duration.between(begin, clock.instant())).isEqualTo(Duration.ofDays(30));
        assertThat(clock.millis()).isEqualTo(begin.toEpochMilli() + 30L * 24 * 3_600_000);
        assertThat(clock).hasToString("SimNet's clock, " + clock.instant());
    }

    @Test
    void noSleepIsReadyAtOnce() {
        clock.sleep(Duration.ZERO);
        clock.sleep(Duration.ofSeconds(-1));
        clock.advance(Duration.ofSeconds(-1));
        assertThat(clock.elapsed()).isZero();
        clock.sleep(Duration.ofNanos(1));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofNanos(1));
    }

    /** No long can hold the nanoseconds of more than 292 years. */
    @Test
    void aSleepForEverEndsWithItsNetworkOnly() {
        AtomicBoolean woken = new AtomicBoolean();
        Duration forever = ChronoUnit.FOREVER.getDuration();
        net.patience(forever);
        clock.sleep(Duration.ofDays(1));
        net.host("a")
                .run(
                        "sleeper",
                        () -> {
                            clock.sleep(forever);
                            woken.set(true);
                        });
        clock.sleep(Duration.ofDays(36_500));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(36_501));
        assertThat(woken).isFalse();
        clock.sleep(forever.negated());
    }

    @Test
    void inAnotherZoneItIsTheSameTime() {
        ZoneId tokyo = ZoneId.of("Asia/Tokyo");
        assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
        Clock there = clock.withZone(tokyo);
        assertThat(there.getZone()).isEqualTo(tokyo);
        assertThat(there.instant()).isEqualTo(clock.instant());
        clock.sleep(Duration.ofHours(1));
        assertThat(there.instant()).isEqualTo(clock.instant());
    }

    @Test
    void twoAreEqualThatAreOfOneNetworkAndZone() {
        ZoneId tokyo = ZoneId.of("Asia/Tokyo");
        Clock there = clock.withZone(tokyo);
        Clock alsoThere = clock.withZone(tokyo);
        assertThat(there).isEqualTo(alsoThere).hasSameHashCodeAs(alsoThere).isNotEqualTo(clock);
        assertThat(clock.withZone(ZoneOffset.UTC)).isEqualTo(clock).hasSameHashCodeAs(clock);
        assertThat(clock).isNotEqualTo(Clock.systemUTC());
        try (SimNet other = SimNet.create(1)) {
            assertThat(other.clock()).isNotEqualTo(clock);
        }
    }
}
