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

/**
 * The stories between two ends of the kernel, with this process for a wire; skipped where no network
 * namespace can be made.
 */
@Timeout(300)
class KernelMirrorTest {

    private static Played kernel;

    @BeforeAll
    static void play() {
        // What tun needs is what the two namespaces need.
        String missing = Worlds.missing(Settings.Place.TUN);
        assumeTrue(missing.isEmpty(), () -> "skipped: " + missing);
        kernel = Played.at(Settings.Place.KERNEL);
    }

    @AfterAll
    static void end() {
        if (kernel != null) {
            kernel.close();
        }
    }

    @Test
    void fourWayClose() throws Exception {
        Told told = kernel.told("close");
        assertThat(told.packets(0, "C> F").lines())
                .containsSubsequence(
                        "C> F. 1 ack 1", "S> . 1 ack 2", "S> F. 1 ack 2", "C> . 2 ack 2");
        assertThat(told.path(0, End.A)).endsWith("FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT");
        assertThat(told.path(0, End.B)).endsWith("CLOSE_WAIT", "LAST_ACK", "CLOSED");
    }

    @Test
    void halfClosed() throws Exception {
        assertThat(kernel.told("half-close").text())
                .containsSubsequence("The server sleeps", "FIN-WAIT-2", "LISTEN", "CLOSE-WAIT")
                .contains("(\"3 lines\")");
    }

    @Test
    void delayedDuplicateFindsNobodyAfterTimeWait() throws Exception {
        Told told = kernel.told("with-time-wait");
        assertThat(told.calls(0, End.A))
                .contains("connect(): error \"Cannot assign requested address\"");
        assertThat(told.packets(0, "C> S").lines().reduce((a, b) -> b).orElseThrow())
                .startsWith("S> R ");
    }

    /** With timestamps Linux gives the pair of ports to who asks for it, and PAWS guards the new one. */
    @Test
    void delayedDuplicateIsRefusedByItsTimeWhereLinuxReusesThePorts() throws Exception {
        Told told = kernel.told("with-time-wait");
        assertThat(told.path(1, End.A)).endsWith("TIME_WAIT", "SYN_SENT", "ESTABLISHED");
        assertThat(told.text()).contains("gave the pair");
    }

    @Test
    void delayedDuplicateWithoutDefenceCantBeShown() throws Exception {
        assertThat(kernel.told("with-time-wait").text())
                .contains("Linux can't be made to choose the numbers that it begins with");
    }

    @Test
    void lostLastAck() throws Exception {
        Told told = kernel.told("lost-last-ack");
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence(
                        "S> F. 1 ack 2", "C> . 2 ack 2 lost", "S> F. 1 ack 2", "C> . 2 ack 2");
        assertThat(told.packets(1, "S> F").lines())
                .containsSubsequence(
                        "S> F. 1 ack 2", "C> . 2 ack 2 lost", "S> F. 1 ack 2", "C> R 2");
        assertThat(told.path(1, End.A)).doesNotContain("TIME_WAIT");
    }

    @Test
    void synMeetsLastAck() throws Exception {
        Told told = kernel.told("last-ack-syn");
        assertThat(told.path(0, End.B))
                .containsSubsequence("LAST_ACK", "CLOSED", "SYN_RECEIVED", "ESTABLISHED");
        assertThat(told.packets(0, "S> F").lines().map(line -> line.substring(0, 5)))
                .containsSubsequence("S> F.", "C> . ", "C> S ", "S> . ", "C> R ", "C> S ", "S> S.");
    }

    @Test
    void synMeetsLastAckInTheTextbookCantBeShown() throws Exception {
        assertThat(kernel.told("last-ack-syn --rfc793").text())
                .contains("Linux can't be made to behave as RFC 793 says");
    }

    @Test
    void resetByPeer() throws Exception {
        Told told = kernel.told("reset-by-peer");
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence("S> F. 1 ack 1", "C> P. 1:18(17) ack 2", "S> R 2");
        assertThat(told.calls(0, End.A))
                .contains("read(): end-of-stream", "write(17 octets): error \"Broken pipe\"");
        assertThat(told.calls(1, End.A)).contains("read(): error \"Connection reset by peer\"");
    }
}
