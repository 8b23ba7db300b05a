package io.finwait.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** The transition table, and the page that is printed from it. */
class StateTest {

    private static final Path PAGE = Path.of("..", "docs", "state-machine.md");

    @Test
    void theFourWayCloseOfTheOneWhoBegins() {
        assertThat(State.ESTABLISHED.on(Trigger.CLOSE)).isEqualTo(State.FIN_WAIT_1);
        assertThat(State.FIN_WAIT_1.on(Trigger.ACK_OF_FIN)).isEqualTo(State.FIN_WAIT_2);
        assertThat(State.FIN_WAIT_2.on(Trigger.FIN)).isEqualTo(State.TIME_WAIT);
        assertThat(State.TIME_WAIT.on(Trigger.TWO_MSL)).isEqualTo(State.CLOSED);
    }

    @Test
    void theFourWayCloseOfTheOther() {
        assertThat(State.ESTABLISHED.on(Trigger.FIN)).isEqualTo(State.CLOSE_WAIT);
        assertThat(State.CLOSE_WAIT.on(Trigger.CLOSE)).isEqualTo(State.LAST_ACK);
        assertThat(State.LAST_ACK.on(Trigger.ACK_OF_FIN)).isEqualTo(State.CLOSED);
    }

    @Test
    void theSimultaneousClose() {
        assertThat(State.FIN_WAIT_1.on(Trigger.FIN)).isEqualTo(State.CLOSING);
        assertThat(State.CLOSING.on(Trigger.ACK_OF_FIN)).isEqualTo(State.TIME_WAIT);
    }

    @Test
    void everyStateButListenAndTimeWaitCanBeAbortedAndReset() {
        Set<State> open = EnumSet.complementOf(EnumSet.of(State.CLOSED, State.LISTEN));
        for (State state : open) {
            assertThat(state.on(Trigger.ABORT)).as("%s", state).isEqualTo(State.CLOSED);
            assertThat(state.on(Trigger.RESET)).as("%s", state).isEqualTo(State.CLOSED);
        }
        assertThat(State.LISTEN.on(Trigger.RESET)).isNull();
    }

    @Test
    void everyStateCanBeReachedAndLeft() {
        Set<State> reached = EnumSet.of(State.CLOSED);
        boolean grows = true;
        while (grows) {
            grows = false;
            for (State state : Set.copyOf(reached)) {
                for (Trigger trigger : Trigger.values()) {
                    State next = state.on(trigger);
                    grows |= next != null && reached.add(next);
                }
            }
        }
        assertThat(reached).containsExactlyInAnyOrder(State.values());
        for (State state : State.values()) {
            boolean left = false;
            for (Trigger trigger : Trigger.values()) {
                left |= state.on(trigger) != null;
            }
            assertThat(left).as("%s has a way out", state).isTrue();
        }
    }

    @Test
    void noArrowLeadsBackIntoAStateThatHadNotReceivedFin() {
        for (State state : State.values()) {
            for (Trigger trigger : Trigger.values()) {
                State next = state.on(trigger);
                if (state.hasReceivedFin() && next != null && trigger != Trigger.SYN) {
                    assertThat(next.hasReceivedFin() || next == State.CLOSED)
                            .as("%s on %s", state, trigger)
                            .isTrue();
                }
            }
        }
    }

    /** Run with {@code -Dfinwait.write.docs=true} to write the page anew. */
    @Test
    void thePageIsPrintedFromTheTable() throws IOException {
        String page = page();
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("stale; run: mvn -pl core test -Dtest=StateTest -Dfinwait.write.docs=true")
                .exists()
                .hasContent(page.stripTrailing());
    }

    private static String page() {
        StringBuilder text = new StringBuilder();
        text.append("# The state machine\n\n");
        text.append("Printed from `State.on(Trigger)` by `StateTest`; not written by hand.\n\n");
        text.append("```mermaid\nstateDiagram-v2\n");
        for (State state : State.values()) {
            for (Trigger trigger : Trigger.values()) {
                State next = state.on(trigger);
                if (next != null && !(next == State.CLOSED && isSudden(trigger))) {
                    text.append("    ").append(state).append(" --> ").append(next);
                    text.append(" : ").append(trigger).append('\n');
                }
            }
        }
        text.append(
                "```\n\nThe picture leaves out the sudden ends, `RESET`, `ABORT`, `TIMEOUT` and");
        text.append(" `FORGET`, which lead to CLOSED; the table has them.\n\n");
        text.append("| state |");
        for (Trigger trigger : Trigger.values()) {
            text.append(' ').append(trigger).append(" |");
        }
        text.append("\n|---|").append("---|".repeat(Trigger.values().length)).append('\n');
        for (State state : State.values()) {
            text.append("| **").append(state).append("** |");
            for (Trigger trigger : Trigger.values()) {
                State next = state.on(trigger);
                text.append(next == null ? " |" : " " + next + " |");
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static boolean isSudden(Trigger trigger) {
        return switch (trigger) {
            case RESET, ABORT, TIMEOUT, FORGET -> true;
            case PASSIVE_OPEN,
                    ACTIVE_OPEN,
                    SYN,
                    SYN_ACK,
                    ACK_OF_SYN,
                    CLOSE,
                    FIN,
                    ACK_OF_FIN,
                    OLD_DUPLICATE,
                    TWO_MSL ->
                    false;
        };
    }
}
