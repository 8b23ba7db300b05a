package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.stage.Settings;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Stories with the kernel at the other end, in real time; skipped where no TUN device can be made. */
class KernelStoriesTest {

    @BeforeEach
    void kernelIsThere() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
    }

    private static Told told(Story story) {
        Settings simulated = Settings.simulation();
        return Told.by(
                story,
                new Settings(
                        Settings.Place.TUN,
                        null,
                        Duration.ofMillis(1500),
                        1,
                        0,
                        simulated.delay(),
                        null,
                        null,
                        false,
                        false));
    }

    @Test
    void linuxClosesSecond() {
        Told told = told(new FourWayClose(FourWayClose.Closer.CLIENT));
        assertThat(told.packets(0, "C> F"))
                .isEqualTo("C> F. 1 ack 1\nS> . 1 ack 2\nS> F. 1 ack 2\nC> . 2 ack 2\n");
        assertThat(told.text()).containsSubsequence("FIN_WAIT_2", "CLOSE-WAIT", "TIME_WAIT");
    }

    @Test
    void linuxClosesFirst() {
        Told told = told(new FourWayClose(FourWayClose.Closer.SERVER));
        assertThat(told.packets(0, "S> F"))
                .isEqualTo("S> F. 1 ack 1\nC> . 1 ack 2\nC> F. 1 ack 2\nS> . 2 ack 2\n");
        assertThat(told.text()).containsSubsequence("CLOSE_WAIT", "FIN-WAIT-2", "TIME-WAIT");
    }

    @Test
    void linuxClosesAtTheSameTime() {
        Told told = told(new SimultaneousClose());
        assertThat(told.exchange(0, "S FIN_WAIT_1").lines())
                .contains("S CLOSING", "C CLOSING", "S TIME_WAIT", "C TIME_WAIT");
    }

    @Test
    void linuxRepeatsItsFinWhenTheLastAckIsLost() {
        Told told = told(new LostLastAck());
        assertThat(told.packets(0, "S> F"))
                .isEqualTo("S> F. 1 ack 2\nC> . 2 ack 2 lost\nS> F. 1 ack 2\nC> . 2 ack 2\n");
        assertThat(told.packets(1, "S> F"))
                .isEqualTo("S> F. 1 ack 2\nC> . 2 ack 2 lost\nS> F. 1 ack 2\nC> R 2\n");
    }
}
