package io.finwait.examples.story;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.examples.stage.Settings;
import io.finwait.examples.story.DelayedDuplicate.Defence;
import io.finwait.tcp.State;
import io.finwait.trace.End;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/**
 * What the stories show, packet by packet: C and S are client and server, S F R P the flags, a dot
 * is ACK; a name alone is the state that an end comes into.
 */
class ExchangesTest {

    private static final String UNTIL_TIME_WAIT =
            """
            C FIN_WAIT_1
            C> F. 1 ack 1
            S CLOSE_WAIT
            S> . 1 ack 2
            C FIN_WAIT_2
            S LAST_ACK
            S> F. 1 ack 2
            C TIME_WAIT
            """;

    @Test
    void fourWayClose() {
        Told told = Told.by(new FourWayClose(FourWayClose.Closer.CLIENT));
        assertThat(told.exchange(0, "C FIN_WAIT_1"))
                .isEqualTo(
                        UNTIL_TIME_WAIT
                                + """
                                C> . 2 ack 2
                                S CLOSED
                                C CLOSED
                                """);
    }

    @Test
    void fourWayCloseByTheServer() {
        Told told = Told.by(new FourWayClose(FourWayClose.Closer.SERVER));
        assertThat(told.exchange(0, "S FIN_WAIT_1"))
                .isEqualTo(
                        """
                        S FIN_WAIT_1
                        S> F. 1 ack 1
                        C CLOSE_WAIT
                        C> . 1 ack 2
                        S FIN_WAIT_2
                        C LAST_ACK
                        C> F. 1 ack 2
                        S TIME_WAIT
                        S> . 2 ack 2
                        C CLOSED
                        S CLOSED
                        """);
    }

    @Test
    void halfClosedIsSeenInNetstat() {
        Told told = Told.by(new HalfClose());
        assertThat(told.exchange(0, "C FIN_WAIT_1"))
                .isEqualTo(UNTIL_TIME_WAIT + "C> . 2 ack 2\nS CLOSED\n");
        assertThat(told.text())
                .containsSubsequence(
                        "10.0.0.1:50000          10.0.0.2:12345          FIN_WAIT_2",
                        "10.0.0.2:12345          0.0.0.0:*               LISTEN",
                        "10.0.0.2:12345          10.0.0.1:50000          CLOSE_WAIT",
                        "10.0.0.1:50000          10.0.0.2:12345          TIME_WAIT",
                        "10.0.0.2:12345          0.0.0.0:*               LISTEN");
    }

    @Test
    void anAnswerComesAfterTheHalfClose() {
        Told told = Told.by(new HalfClose());
        assertThat(told.packets(1, "C> F"))
                .isEqualTo(
                        """
                        C> F. 15 ack 1
                        S> . 1 ack 16
                        S> P. 1:9(8) ack 16
                        S> F. 9 ack 16
                        C> . 16 ack 10
                        """);
        assertThat(told.text()).contains("(\"3 lines\")");
    }

    @Test
    void simultaneousCloseGoesThroughClosing() {
        Told told = Told.by(new SimultaneousClose());
        assertThat(told.exchange(0, "C FIN_WAIT_1"))
                .isEqualTo(
                        """
                        C FIN_WAIT_1
                        C> F. 1 ack 1
                        S FIN_WAIT_1
                        S> F. 1 ack 1
                        C CLOSING
                        C> . 2 ack 2
                        S CLOSING
                        S> . 2 ack 2
                        C TIME_WAIT
                        S TIME_WAIT
                        C CLOSED
                        S CLOSED
                        """);
    }

    @Test
    void lostLastAckIsRepairedByTimeWait() {
        Told told = Told.by(new LostLastAck());
        assertThat(told.exchange(0, "C FIN_WAIT_1"))
                .isEqualTo(
                        UNTIL_TIME_WAIT
                                + """
                                C> . 2 ack 2 lost
                                S> F. 1 ack 2
                                C> . 2 ack 2
                                S CLOSED
                                C CLOSED
                                """);
    }

    @Test
    void lostLastAckWithoutTimeWaitEndsByReset() {
        Told told = Told.by(new LostLastAck());
        assertThat(told.exchange(1, "C FIN_WAIT_1"))
                .isEqualTo(
                        UNTIL_TIME_WAIT.replace("C TIME_WAIT", "C CLOSED")
                                + """
                                C> . 2 ack 2 lost
                                S> F. 1 ack 2
                                C> R 2
                                S CLOSED
                                """);
    }

    @Test
    void aNewSynOpensAPairOfPortsInTimeWaitAgain() {
        Told told = Told.by(new Reopen());
        assertThat(told.exchange(0, "S TIME_WAIT"))
                .isEqualTo(
                        """
                        S TIME_WAIT
                        S> . 2 ack 2
                        C CLOSED
                        C SYN_SENT
                        C> S 0
                        S SYN_RECEIVED
                        S> S. 0 ack 1
                        C ESTABLISHED
                        C> . 1 ack 1
                        S ESTABLISHED
                        """);
    }

    @Test
    void anOldSynMeetsTimeWaitHoweverShortItIs() {
        Told told = Told.by(new Reopen(), Settings.simulation().withMsl(Duration.ofMillis(1500)));
        assertThat(told.path(1, End.B))
                .containsSubsequence("TIME_WAIT", "SYN_RECEIVED", "TIME_WAIT", "CLOSED");
    }

    @Test
    void anOldSynDoesNotEndTimeWait() {
        Told told = Told.by(new Reopen());
        assertThat(told.exchange(1, "S TIME_WAIT"))
                .isEqualTo(
                        """
                        S TIME_WAIT
                        S> . 2 ack 2
                        C CLOSED
                        C SYN_SENT
                        C> S 0
                        C CLOSED
                        S SYN_RECEIVED
                        S> S. 0 ack 1
                        C> R 1
                        S TIME_WAIT
                        S CLOSED
                        """);
    }

    private static final String OLD_CONNECTION =
            """
            C> S 100
            S> S. 1000 ack 101
            C> . 101 ack 1001
            C> . 101:201(100) ack 1001
            C> . 201:301(100) ack 1001
            C> P. 301:401(100) ack 1001 twice
            S> . 1001 ack 401
            C> F. 401 ack 1001
            S> . 1001 ack 402
            S> F. 1001 ack 402
            C> . 402 ack 1002
            """;

    private static final String NEW_CONNECTION =
            """
            C> S 100
            S> S. 2000 ack 101
            C> . 101 ack 2001
            C> . 101:201(100) ack 2001
            C> . 201:301(100) ack 2001
            C> P. 301:401(100) ack 2001
            S> . 2001 ack 301
            """;

    @Test
    void delayedDuplicateFindsNobodyAfterTimeWait() {
        Told told = Told.by(new DelayedDuplicate(Defence.TIME_WAIT));
        assertThat(told.packets(0, "C> S")).isEqualTo(OLD_CONNECTION + "S> R 1001\n");
        assertThat(told.text()).contains("connect() refused").contains("TIME_WAIT");
    }

    @Test
    void delayedDuplicateIsTakenForTheNewConnectionsWithoutDefence() {
        Told told = Told.by(new DelayedDuplicate(Defence.NONE));
        assertThat(told.packets(0, "C> S"))
                .isEqualTo(
                        OLD_CONNECTION
                                + NEW_CONNECTION
                                + "S> . 2001 ack 401\n"
                                + "S> . 2001 ack 401\n");
        assertThat(told.text()).contains("octets 201 to 300: old old");
    }

    @Test
    void pawsAloneRefusesIt() {
        refused(Defence.PAWS);
    }

    @Test
    void theCheckOfAcknowledgmentsAloneRefusesIt() {
        refused(Defence.ACK_CHECK);
    }

    private static void refused(Defence defence) {
        Told told = Told.by(new DelayedDuplicate(defence));
        assertThat(told.packets(0, "C> S"))
                .isEqualTo(
                        OLD_CONNECTION
                                + NEW_CONNECTION
                                + "S> . 2001 ack 301\n"
                                + "S> . 2001 ack 401\n");
        assertThat(told.text()).doesNotContain("old old").contains("octets 201 to 300: new new");
    }

    @Test
    void clockedInitialNumbersAloneRefuseIt() {
        Told told = Told.by(new DelayedDuplicate(Defence.ISN));
        assertThat(told.text()).doesNotContain("old old").contains("octets 201 to 300: new new");
    }

    private static final String LAST_ACK =
            """
            C> S 49
            S> S. 1000 ack 50
            C> . 50 ack 1001
            C> F. 50 ack 1001
            S> . 1001 ack 51
            S> F. 1001 ack 51
            C> . 51 ack 1002 lost
            """;

    @Test
    void synMeetsLastAckToday() {
        Told told = Told.by(new LastAckSyn(false));
        assertThat(told.packets(0, "C> S 49"))
                .isEqualTo(
                        LAST_ACK
                                + """
                                C> S 100
                                S> . 1002 ack 51
                                C> R 51
                                C> S 100
                                S> S. 7000 ack 101
                                C> . 101 ack 7001
                                """);
    }

    @Test
    void synMeetsLastAckInTheTextbook() {
        Told told = Told.by(new LastAckSyn(true));
        assertThat(told.packets(0, "C> S 49"))
                .isEqualTo(
                        LAST_ACK
                                + """
                                C> S 100
                                S> R. 0 ack 101
                                C> S 200
                                S> S. 7000 ack 201
                                C> . 201 ack 7001
                                """);
        assertThat(told.text()).contains("ended: Connection refused");
    }

    private static final String RESET_BY_PEER =
            """
            S FIN_WAIT_1
            S> F. 1 ack 1
            C CLOSE_WAIT
            C> . 1 ack 2
            S FIN_WAIT_2
            C> P. 1:18(17) ack 2
            S CLOSED
            S> R 2
            C CLOSED
            """;

    @Test
    void resetByPeerHasTwoReadings() {
        Told told = Told.by(new ResetByPeer());
        assertThat(told.exchange(0, "S FIN_WAIT_1")).isEqualTo(RESET_BY_PEER);
        assertThat(told.exchange(1, "S FIN_WAIT_1")).isEqualTo(RESET_BY_PEER);
        assertThat(told.text())
                .containsSubsequence(
                        "5.03 s              |               read(): nothing came in 5 s",
                        "7 s              | write(17 octets): 17 taken",
                        "8 s              | read(): error \"Connection reset by peer\"",
                        "8 s              | read(): end-of-stream",
                        "9 s              | write(17 octets): error \"Broken pipe\"");
    }

    @Test
    void unreadDataResetsAndTakesTheAnswerAlong() {
        Told told = Told.by(new UnreadData());
        assertThat(told.packets(0, "S> . 1:1461"))
                .isEqualTo(
                        """
                        S> . 1:1461(1460) ack 45
                        S> . 1461:2921(1460) ack 45
                        C> . 45 ack 2921
                        S> R. 2921 ack 45
                        """);
        assertThat(told.packets(1, "S> FP").lines())
                .first()
                .isEqualTo("S> FP. 2921:4377(1456) ack 45");
        assertThat(told.text()).contains("all 4376 octets");
    }

    @Test
    void abortIsOneReset() {
        Told told = Told.by(new Abort());
        assertThat(told.exchange(0, "C> R")).isEqualTo("C> R. 12 ack 1\nC CLOSED\nS CLOSED\n");
    }

    @Test
    void lingerZeroThrowsAwayWhatTheUsualCloseDelivers() {
        Told told = Told.by(new Linger());
        assertThat(told.packets(0, "C> FP")).startsWith("C> FP. 2921:4377(1456) ack 1\n");
        assertThat(told.packets(1, "C> R")).isEqualTo("C> R. 2921 ack 1\n");
        assertThat(told.text()).contains("linger time is over: not acknowledged");
    }

    @Test
    void orphansAreForgottenAndGivenUp() {
        Told told = Told.by(new Orphan());
        assertThat(told.exchange(0, "C FIN_WAIT_2"))
                .isEqualTo(
                        """
                        C FIN_WAIT_2
                        C CLOSED
                        S> P. 1:13(12) ack 2
                        C> R 2
                        S CLOSED
                        """);
        assertThat(told.exchange(1, "C FIN_WAIT_1"))
                .isEqualTo("C FIN_WAIT_1\n" + "C> F. 1 ack 1 lost\n".repeat(9) + "C CLOSED\n");
    }

    @Test
    void everyStateCanBeHeld() {
        for (State state : State.values()) {
            Told told = Told.by(new Hold(state, scene -> {}));
            assertThat(told.text()).as(state.name()).contains("is in " + state);
        }
    }
}
