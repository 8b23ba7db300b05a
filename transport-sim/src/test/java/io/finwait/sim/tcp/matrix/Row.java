package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.State;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of a table: a cell, or a variant of it.
 *
 * @param state the state in which the event happens
 * @param event the column of the table
 * @param given what else is known, see {@link Given}
 * @param when what happens, see {@link Steps}; or why nothing can, after {@link #CANNOT_HAPPEN} or
 *     {@link #NOT_OFFERED}
 * @param sent what the endpoint must send, in order; empty for silence
 * @param after the state afterwards
 * @param seen what the user, counters and timers must say, see {@link Checks}
 * @param ids the requirements and traps that the row shows
 */
record Row(
        State state,
        String event,
        String given,
        String when,
        String sent,
        State after,
        String seen,
        List<String> ids) {

    static final String CANNOT_HAPPEN = "n/a:";
    static final String NOT_OFFERED = "api:";

    /** The event has no meaning in the state: the row says why, and asserts what that rests on. */
    boolean cannotHappen() {
        return when.startsWith(CANNOT_HAPPEN);
    }

    /** The event would be an error, and the interface has no call with which to make it. */
    boolean notOffered() {
        return when.startsWith(NOT_OFFERED);
    }

    boolean hasEvent() {
        return !cannotHappen() && !notOffered();
    }

    /** The row as the name of a test: {@code FIN_WAIT_1, RST SEQ==RN (orphan, active): CLOSED}. */
    String name(Given situation) {
        String answer = sent.isEmpty() ? "silence" : sent;
        return state
                + ", "
                + event
                + (situation.toString().isEmpty() ? "" : " (" + situation + ")")
                + ": "
                + when
                + (hasEvent() ? " -> " + answer + ", " + after : "");
    }

    /** The situations that the row speaks of: where it leaves something open, all of them. */
    List<Given> variants() {
        List<Given> all = List.of(Given.parse(given));
        if (hasOrphans()) {
            all = both(all, "owned", "orphan");
        }
        return hasTwoOrigins() ? both(all, "passive", "active") : all;
    }

    private static List<Given> both(List<Given> before, String one, String other) {
        List<Given> all = new ArrayList<>();
        for (Given each : before) {
            if (each.has(one) || each.has(other)) {
                all.add(each);
            } else {
                all.add(each.and(one));
                all.add(each.and(other));
            }
        }
        return all;
    }

    private boolean hasOrphans() {
        return switch (state) {
            case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> true;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT -> false;
        };
    }

    private boolean hasTwoOrigins() {
        return state.isSynchronized();
    }
}
