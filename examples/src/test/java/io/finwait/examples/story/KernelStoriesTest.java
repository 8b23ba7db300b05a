package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Worlds;
import io.finwait.trace.End;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stories with the kernel at the other end, in real time; skipped where no TUN device can be made. */
@Timeout(300)
class KernelStoriesTest {

    private static Played tun;

    @BeforeAll
    static void play() {
        String missing = Worlds.missing(Settings.Place.TUN);
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing);
        tun = Played.at(Settings.Place.TUN);
    }

    @AfterAll
    static void end() {
        if (tun != null) {
            tun.close();
        }
    }

    private static Told told(Story story) {
        return Told.by(story, Settings.simulation().at(Settings.Place.TUN));
    }

    @Test
    void linuxClosesSecond() throws Exception {
        Told told = tun.told("close");
        assertThat(told.packets(0, "C> F").lines())
                .containsSubsequence(
                        "C> F. 1 ack 1", "S> . 1 ack 2", "S> F. 1 ack 2", "C> . 2 ack 2");
        assertThat(told.text()).containsSubsequence("FIN_WAIT_2", "CLOSE-WAIT", "TIME_WAIT");
    }

    @Test
    void halfClosed() throws Exception {
        assertThat(tun.told("half-close").text())
                .containsSubsequence("The server sleeps", "FIN_WAIT_2", "LISTEN", "CLOSE-WAIT")
                .contains("(\"3 lines\")");
    }

    @Test
    void delayedDuplicateFindsNobodyAfterTimeWait() throws Exception {
        Told told = tun.told("with-time-wait");
        assertThat(told.calls(0, End.A)).anyMatch(call -> call.startsWith("connect() refused"));
        assertThat(told.packets(0, "C> S").lines().reduce((a, b) -> b).orElseThrow())
                .startsWith("S> R ");
    }

    @Test
    void delayedDuplicateWithoutDefenceCantBeShown() throws Exception {
        assertThat(tun.told("with-time-wait").text())
                .contains("Linux can't be made to choose the numbers that it begins with");
    }

    @Test
    void synMeetsLastAckOfLinux() throws Exception {
        Told told = tun.told("last-ack-syn");
        assertThat(told.path(0, End.B))
                .containsSubsequence("LAST_ACK", "CLOSED", "SYN_RECEIVED", "ESTABLISHED");
        assertThat(told.packets(0, "S> F").lines().map(line -> line.substring(0, 5)))
                .containsSubsequence("S> F.", "C> . ", "C> S ", "S> . ", "C> R ", "C> S ", "S> S.");
    }

    @Test
    void synMeetsLastAckInTheTextbookCantBeShown() throws Exception {
        assertThat(tun.told("last-ack-syn --rfc793").text())
                .contains("Linux can't be made to behave as RFC 793 says");
    }

    @Test
    void linuxIsResetByItsPeer() throws Exception {
        Told told = tun.told("reset-by-peer");
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence("S> F. 1 ack 1", "C> P. 1:18(17) ack 2", "S> R 2");
        assertThat(told.calls(0, End.A))
                .contains("read(): end-of-stream", "write(17 octets): error \"Broken pipe\"");
        assertThat(told.calls(1, End.A)).contains("read(): error \"Connection reset by peer\"");
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
    void linuxRepeatsItsFinWhenTheLastAckIsLost() throws Exception {
        Told told = tun.told("lost-last-ack");
        assertThat(told.packets(0, "S> F"))
                .isEqualTo("S> F. 1 ack 2\nC> . 2 ack 2 lost\nS> F. 1 ack 2\nC> . 2 ack 2\n");
        assertThat(told.packets(1, "S> F"))
                .isEqualTo("S> F. 1 ack 2\nC> . 2 ack 2 lost\nS> F. 1 ack 2\nC> R 2\n");
    }
}
