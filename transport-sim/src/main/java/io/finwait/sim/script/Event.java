package io.finwait.sim.script;

import java.util.List;
import java.util.OptionalLong;

/**
 * One event of a script.
 *
 * @param line where it begins, from 1
 * @param lastLine where it ends
 */
record Event(When when, Action action, int line, int lastLine) {

    /** What happens. */
    sealed interface Action
            permits TcpPacket, IcmpPacket, SystemCall, Command, Code, InState, Silence {

        /** True when the runner waits for something instead of doing it. */
        default boolean isExpectation() {
            return false;
        }
    }

    /**
     * A call of the socket API.
     *
     * @param returnsAtNs of a blocking call ({@code +.1...0.2}): when it returns, counted as the
     *     event's own time is; empty when it returns at once
     * @param errno the name of the expected error, empty when none
     * @param note what stands in parentheses behind the result; not checked
     */
    record SystemCall(
            String name,
            List<Expression> arguments,
            OptionalLong returnsAtNs,
            Expression result,
            String errno,
            String note)
            implements Action {}

    /** A shell command. */
    record Command(String text) implements Action {}

    /** Python code, of which only assertions are understood. */
    record Code(String text) implements Action {}

    /** The socket under test is in a state, named as RFC 9293 does: {@code FIN-WAIT-1}. */
    record InState(String state) implements Action {}

    /** Nothing was sent since the event before. */
    record Silence() implements Action {}
}
