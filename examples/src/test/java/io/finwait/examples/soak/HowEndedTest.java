package io.finwait.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.Ending;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.State;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/** When a reset is explained by a TIME-WAIT of the peer that was over. */
class HowEndedTest {

    private static final long MS = 1_000_000;

    @ParameterizedTest
    @CsvSource({
        "LAST_ACK,    3000, 0, RESET_AFTER_TIME_WAIT",
        "LAST_ACK,    2999, 0, RESET",
        "LAST_ACK,    6000, 1, RESET",
        "CLOSING,     4853, 0, RESET_AFTER_TIME_WAIT",
        "FIN_WAIT_1,  9000, 0, RESET",
        "ESTABLISHED, 9000, 0, RESET"
    })
    void onlyWhoWaitsForTheLastAckOutlivesTimeWait(
            State state, long waitedMs, long unsent, HowEnded how) {
        List<Step> path =
                List.of(
                        new Step(State.ESTABLISHED, 0),
                        new Step(state, 7 * MS),
                        new Step(State.CLOSED, (7 + waitedMs) * MS));
        CloseReason reset = new CloseReason.ResetByPeer(new Ending(unsent, 0, 0, path));
        assertThat(HowEnded.of(reset)).isEqualTo(how);
        boolean explained = how == HowEnded.RESET_AFTER_TIME_WAIT;
        for (boolean client : new boolean[] {true, false}) {
            assertThat(Plan.SERVER_CLOSES_FIRST.explains(client, how)).isEqualTo(explained);
            assertThat(Plan.STALLS.explains(client, HowEnded.RESET)).isTrue();
        }
    }
}
