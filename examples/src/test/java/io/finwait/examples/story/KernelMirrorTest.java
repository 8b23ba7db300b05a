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
import org.junit.jupiter.api.Timeout;

/**
 * The stories between two ends of the kernel, with this process for a wire; skipped where no
 * network namespace can be made.
 */
@Timeout(300)
@Tag("ci")
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
        Expected.fourWayClose(kernel.told("close"));
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
        Expected.aDuplicateIsAnsweredByReset(told);
    }

    /**
     * With timestamps Linux gives the pair of ports to who asks for it, and PAWS guards the new
     * one.
     */
    @Test
    void delayedDuplicateIsRefusedByItsTimeWhereLinuxReusesThePorts() throws Exception {
        Told told = kernel.told("with-time-wait");
        assertThat(told.path(1, End.A)).endsWith("TIME_WAIT", "SYN_SENT", "ESTABLISHED");
        assertThat(told.text()).contains("gave the pair");
    }

    @Test
    void delayedDuplicateWithoutDefenceCantBeShown() throws Exception {
        assertThat(kernel.told("with-time-wait").text())
                .contains("The initial numbers of Linux cannot be chosen");
    }

    @Test
    void lostLastAck() throws Exception {
        Expected.lostLastAckWithAndWithoutTimeWait(kernel.told("lost-last-ack"));
    }

    @Test
    void anOldSynEndsTimeWaitOfLinuxAndTheStorySaysSo() throws Exception {
        Told told = kernel.told("reopen");
        assertThat(told.path(0, End.B)).containsSubsequence("TIME_WAIT", "ESTABLISHED");
        assertThat(told.text()).contains("The second half, an old SYN, needs a server of ours");
    }

    @Test
    void synMeetsLastAck() throws Exception {
        Expected.synMeetsLastAckOfLinux(kernel.told("last-ack-syn"));
    }

    @Test
    void synMeetsLastAckInTheTextbookCantBeShown() throws Exception {
        assertThat(kernel.told("last-ack-syn --rfc793").text())
                .contains("Linux cannot be made to behave as RFC 793 says");
    }

    @Test
    void resetByPeer() throws Exception {
        Expected.linuxIsResetByItsPeer(kernel.told("reset-by-peer"));
    }
}
