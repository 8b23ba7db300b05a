package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Worlds;
import io.finwait.trace.End;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Stories with the kernel at the other end, in real time, over a TUN device; over Ethernet in the
 * classes that extend this one. Skipped where no device can be made.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("ci")
class KernelStoriesTest {

    private Played played;

    Settings.Place place() {
        return Settings.Place.TUN;
    }

    @BeforeAll
    void play() {
        String missing = Worlds.missing(place());
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing);
        played = Played.at(place());
    }

    @AfterAll
    void end() {
        if (played != null) {
            played.close();
        }
    }

    private Told told(Story story) {
        return Told.by(story, Settings.simulation().at(place()));
    }

    @Test
    void linuxClosesSecond() throws Exception {
        Told told = played.told("close");
        Expected.fourWayClose(told);
        assertThat(told.text()).containsSubsequence("FIN_WAIT_2", "CLOSE-WAIT", "TIME_WAIT");
    }

    @Test
    void halfClosed() throws Exception {
        assertThat(played.told("half-close").text())
                .containsSubsequence("The server sleeps", "FIN_WAIT_2", "LISTEN", "CLOSE-WAIT")
                .contains("(\"3 lines\")");
    }

    @Test
    void delayedDuplicateFindsNobodyAfterTimeWait() throws Exception {
        Told told = played.told("with-time-wait");
        assertThat(told.calls(0, End.A)).anyMatch(call -> call.startsWith("connect() refused"));
        Expected.aDuplicateIsAnsweredByReset(told);
    }

    @Test
    void delayedDuplicateWithoutDefenceCantBeShown() throws Exception {
        assertThat(played.told("with-time-wait").text())
                .contains("The initial numbers of Linux cannot be chosen");
    }

    @Test
    void synMeetsLastAckOfLinux() throws Exception {
        Expected.synMeetsLastAckOfLinux(played.told("last-ack-syn"));
    }

    @Test
    void synMeetsLastAckInTheTextbookCantBeShown() throws Exception {
        assertThat(played.told("last-ack-syn --rfc793").text())
                .contains("Linux cannot be made to behave as RFC 793 says");
    }

    @Test
    void linuxIsResetByItsPeer() throws Exception {
        Expected.linuxIsResetByItsPeer(played.told("reset-by-peer"));
    }

    @Test
    void anOldSynOfLinuxDoesNotEndTimeWait() throws Exception {
        Told told = played.told("reopen");
        assertThat(told.path(0, End.B)).containsSubsequence("TIME_WAIT", "ESTABLISHED");
        Expected.anOldSynDoesNotEndTimeWait(told);
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
        Expected.lostLastAckWithAndWithoutTimeWait(played.told("lost-last-ack"));
    }
}
