package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.End;

/** What must be seen wherever a story is played in real time, told once for all those places. */
final class Expected {

    private Expected() {}

    static void fourWayClose(Told told) {
        assertThat(told.packets(0, "C> F").lines())
                .containsSubsequence(
                        "C> F. 1 ack 1", "S> . 1 ack 2", "S> F. 1 ack 2", "C> . 2 ack 2");
        assertThat(told.path(0, End.A)).endsWith("FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT");
        assertThat(told.path(0, End.B)).endsWith("CLOSE_WAIT", "LAST_ACK", "CLOSED");
    }

    static void lostLastAckWithAndWithoutTimeWait(Told told) {
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence(
                        "S> F. 1 ack 2", "C> . 2 ack 2 lost", "S> F. 1 ack 2", "C> . 2 ack 2");
        assertThat(told.packets(1, "S> F").lines())
                .containsSubsequence(
                        "S> F. 1 ack 2", "C> . 2 ack 2 lost", "S> F. 1 ack 2", "C> R 2");
        assertThat(told.path(1, End.A)).doesNotContain("TIME_WAIT");
    }

    static void anOldSynDoesNotEndTimeWait(Told told) {
        assertThat(told.path(1, End.B))
                .containsSubsequence("FIN_WAIT_2", "TIME_WAIT", "SYN_RECEIVED")
                .endsWith("SYN_RECEIVED", "TIME_WAIT");
        assertThat(told.packets(1, "C> S").lines().skip(3))
                .containsSubsequence("C> S 0", "S> S. 0 ack 1", "C> R 1");
    }

    /** Linux chooses its first numbers itself. */
    static void synMeetsLastAckOfLinux(Told told) {
        assertThat(told.path(0, End.B))
                .containsSubsequence("LAST_ACK", "CLOSED", "SYN_RECEIVED", "ESTABLISHED");
        assertThat(told.packets(0, "S> F").lines().map(line -> line.substring(0, 5)))
                .containsSubsequence("S> F.", "C> . ", "C> S ", "S> . ", "C> R ", "C> S ", "S> S.");
    }

    /** Linux tells the end of the stream before the reset that came behind it. */
    static void linuxIsResetByItsPeer(Told told) {
        assertThat(told.packets(0, "S> F").lines())
                .containsSubsequence("S> F. 1 ack 1", "C> P. 1:18(17) ack 2", "S> R 2");
        assertThat(told.calls(0, End.A))
                .contains("read(): end-of-stream", "write(17 octets): error \"Broken pipe\"");
        assertThat(told.calls(1, End.A)).contains("read(): error \"Connection reset by peer\"");
    }

    static void aDuplicateIsAnsweredByReset(Told told) {
        assertThat(told.packets(0, "C> S").lines().reduce((a, b) -> b).orElseThrow())
                .startsWith("S> R ");
    }
}
