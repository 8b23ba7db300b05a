package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.stage.CannotShowException;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Worlds;
import io.finwait.trace.End;

import org.junit.jupiter.api.Test;

/**
 * Without rights the kernel's loopback device is left: states and calls are seen, packets are not.
 */
class LoopbackMirrorTest {

    @Test
    void withoutRightsStatesAreSeenAndWhatIsNotIsSaid() {
        String missing = Worlds.missing(Settings.Place.KERNEL);
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing);
        String name = System.getProperty("user.name");
        System.setProperty("user.name", "nobody");
        try {
            Settings settings = Settings.simulation().at(Settings.Place.KERNEL);
            Told told = Told.by(new FourWayClose(FourWayClose.Closer.CLIENT), settings);
            assertThat(told.packets(0, "")).isBlank();
            assertThat(told.path(0, End.A)).endsWith("FIN_WAIT_2", "TIME_WAIT");
            assertThat(told.path(0, End.B)).endsWith("CLOSE_WAIT", "CLOSED");
            assertThatThrownBy(() -> Told.by(new LostLastAck(), settings))
                    .isInstanceOf(CannotShowException.class)
                    .hasMessageContaining("nobody can lose a packet; as root");
        } finally {
            System.setProperty("user.name", name);
        }
    }
}
