package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Settings;
import io.finwait.trace.End;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stories with one end in each of two processes, in real time. */
@Timeout(300)
@Tag("ci")
class TwoProcessStoriesTest {

    private static Played udp;

    @BeforeAll
    static void play() {
        udp = Played.at(Settings.Place.UDP);
    }

    @AfterAll
    static void end() {
        udp.close();
    }

    private static void closesInFourWays(Told told) {
        Expected.fourWayClose(told);
        assertThat(told.calls(0, End.B)).anyMatch(call -> call.startsWith("process "));
    }

    @Test
    void fourWayClose() throws Exception {
        closesInFourWays(udp.told("close"));
    }

    @Test
    void fourWayCloseOverAUnixDomainSocket() {
        closesInFourWays(
                Told.by(
                        new FourWayClose(FourWayClose.Closer.CLIENT),
                        Settings.simulation().at(Settings.Place.UNIX)));
    }

    @Test
    void halfClosed() throws Exception {
        Told told = udp.told("half-close");
        assertThat(told.text())
                .containsSubsequence("The server sleeps", "FIN_WAIT_2", "LISTEN", "CLOSE_WAIT")
                .contains("(\"3 lines\")");
    }

    @Test
    void delayedDuplicateFindsNobodyAfterTimeWait() throws Exception {
        Told told = udp.told("with-time-wait");
        assertThat(told.calls(0, End.A)).anyMatch(call -> call.startsWith("connect() refused"));
        assertThat(told.packets(0, "C> S").lines()).endsWith("S> R 1001");
    }

    @Test
    void delayedDuplicateIsTakenForTheNewConnectionsWithoutDefence() throws Exception {
        Told told = udp.told("without-defence");
        assertThat(told.text())
                .contains("octets 201 to 300: old old")
                .contains("100 octets of the old connection were delivered in");
    }

    @Test
    void lostLastAck() throws Exception {
        Expected.lostLastAckWithAndWithoutTimeWait(udp.told("lost-last-ack"));
    }

    @Test
    void anOldSynDoesNotEndTimeWait() throws Exception {
        Expected.anOldSynDoesNotEndTimeWait(udp.told("reopen"));
    }

    @Test
    void synMeetsLastAck() throws Exception {
        assertThat(udp.told("last-ack-syn").packets(0, "C> S 100").lines())
                .containsSubsequence(
                        "C> S 100",
                        "S> . 1002 ack 51",
                        "C> R 51",
                        "C> S 100",
                        "S> S. 7000 ack 101",
                        "C> . 101 ack 7001");
    }

    @Test
    void synMeetsLastAckInTheTextbook() throws Exception {
        assertThat(udp.told("last-ack-syn --rfc793").packets(0, "C> S 100").lines())
                .containsSubsequence(
                        "C> S 100", "S> R. 0 ack 101", "C> S 200", "C> . 201 ack 7001");
    }

    @Test
    void resetByPeer() throws Exception {
        Told told = udp.told("reset-by-peer");
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence("S> F. 1 ack 1", "C> P. 1:18(17) ack 2", "S> R 2");
        assertThat(told.calls(0, End.A)).contains("read(): error \"Connection reset by peer\"");
        assertThat(told.calls(1, End.A))
                .contains("read(): end-of-stream", "write(17 octets): error \"Broken pipe\"");
    }
}
