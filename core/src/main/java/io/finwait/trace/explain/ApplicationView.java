package io.finwait.trace.explain;

import io.finwait.tcp.State;

import java.util.ArrayList;
import java.util.List;

/**
 * What the application at each end has seen of the end, where systems differ by system. The facts
 * for Linux, the BSDs and Java were measured; those for Windows are its documentation's.
 */
final class ApplicationView {

    private ApplicationView() {}

    static List<String> of(Conversation conversation, Ending ending) {
        List<String> views = new ArrayList<>();
        switch (ending) {
            case RESET -> reset(views, conversation);
            case REFUSED ->
                    views.add(
                            "the opener: \"Connection refused\" (ECONNREFUSED, Windows 10061, Java"
                                    + " ConnectException)");
            case UNANSWERED ->
                    views.add("the opener: nothing, then \"Connection timed out\" (ETIMEDOUT)");
            case HALF_CLOSED -> halfClosed(views, conversation);
            case GAVE_UP ->
                    views.add(
                            "whoever sent in vain: \"Connection timed out\" (ETIMEDOUT) when it"
                                    + " gives up");
            case ORDERLY, SIMULTANEOUS, CLOSING, OPEN -> {}
        }
        for (int side = 0; side < 2; side++) {
            Flow flow = conversation.flows[side];
            long lost = flow.unacknowledgedOctets();
            if (lost > 0 && ending != Ending.OPEN && flow.unaKnown && flow.packets > 0) {
                views.add(
                        Judge.name(side)
                                + ": its writes succeeded, and "
                                + lost
                                + (lost == 1 ? " octet was" : " octets were")
                                + " never acknowledged; "
                                + (lost == 1 ? "it" : "they")
                                + " may be lost");
            }
        }
        return views;
    }

    private static void reset(List<String> views, Conversation conversation) {
        ResetFacts reset = conversation.reset;
        String victim = Judge.name(1 - reset.side);
        State before = reset.peerStateBefore;
        if (before == State.LISTEN) {
            return;
        }
        if (before == State.SYN_SENT || before == State.SYN_RECEIVED) {
            views.add(victim + ": \"Connection refused\" or nothing; it never was open");
            return;
        }
        if (before.hasReceivedFin() || reset.ownFinNumber > 0) {
            views.add(
                    victim
                            + ": end of stream first; then on Linux (Java too) reads give end of"
                            + " stream and a write \"Broken pipe\", on BSD and macOS the next call"
                            + " gives \"Connection reset by peer\", on Windows 10054 or 10053");
        } else {
            views.add(
                    victim
                            + ": \"Connection reset by peer\" (ECONNRESET, Windows 10054; Java"
                            + " \"Connection reset\") at its next read or write, then \"Broken"
                            + " pipe\"");
        }
    }

    private static void halfClosed(List<String> views, Conversation conversation) {
        int closer = conversation.flows[0].finSeen ? 0 : 1;
        views.add(
                Judge.name(1 - closer)
                        + ": end of stream; until it closes as well, its socket stays in"
                        + " CLOSE_WAIT");
    }
}
