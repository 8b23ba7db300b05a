package io.finwait.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.soak.SoakSettings.Place;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Short soaks. For two virtual days: {@code -Dfinwait.soak.minutes=2880}; for hours of real time
 * there is {@code finwait soak}.
 */
@Tag("ci")
@Timeout(1_800)
class SoakTest {

    private static final int MINUTES = Integer.getInteger("finwait.soak.minutes", 15);
    private static final long SEED = Long.getLong("finwait.soak.seed", 18);

    private static Ledger run(Place place, Duration lasts, Duration round, int rate) {
        SoakSettings settings = new SoakSettings(place, lasts, round, rate * 1_000L, 200, 20, SEED);
        try (Soak soak = new Soak(settings)) {
            Ledger ledger = soak.run(line -> {});
            assertThat(ledger.faults()).as("seed %d", SEED).isEmpty();
            return ledger;
        }
    }

    @Test
    void minutesOfVirtualTimeLeaveNothingBehind() {
        Ledger ledger = run(Place.SIM, Duration.ofMinutes(MINUTES), Duration.ofMinutes(1), 2);
        assertThat(ledger.endings()).isGreaterThan(100L * MINUTES);
        assertThat(ledger.octets()).isGreaterThan(500_000L * MINUTES);
        assertThat(ledger.noted("SYNs of strangers")).isGreaterThan(500L * MINUTES);
        assertThat(ledger.noted("SYN cookies sent")).isPositive();
    }

    @Test
    void theSameSeedSeesTheSame() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(run(Place.SIM, minute, minute, 5).inWords())
                .isEqualTo(run(Place.SIM, minute, minute, 5).inWords());
    }

    @Test
    void socketsOfTheLoopbackInterfaceDoAsWell() {
        Duration two = Duration.ofSeconds(2);
        assertThat(run(Place.UDP, two, two, 20).endings()).isGreaterThan(20);
    }

    @Test
    void twoTunDevicesDoAsWell() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
        Duration two = Duration.ofSeconds(2);
        assertThat(run(Place.TUN, two, two, 20).endings()).isGreaterThan(20);
    }
}
