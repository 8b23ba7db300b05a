package io.finwait.trace.explain;

import io.finwait.tcp.State;

import java.util.List;

/** Makes the story of a connection from what its segments have shown. */
final class Judge {

    /** Sent so often without an answer, a side has given up or is about to. */
    private static final int IN_VAIN = 4;

    private static final String[] NAMES = {"the opener", "the other end"};

    private final Conversation conversation;
    private final Flow[] flows;

    private Judge(Conversation conversation) {
        this.conversation = conversation;
        flows = conversation.flows;
    }

    static ConnectionStory of(Conversation conversation, long endOfCaptureNs) {
        return new Judge(conversation).story(endOfCaptureNs);
    }

    private ConnectionStory story(long endOfCaptureNs) {
        Ending ending = ending();
        int closedFirst = closedFirst();
        List<Reason> reasons = reasons(ending);
        return new ConnectionStory(
                conversation.stream,
                SideStory.of(conversation, 0),
                SideStory.of(conversation, 1),
                flows[0].synSeen && !flows[0].synHadAck,
                conversation.firstNs,
                conversation.lastNs,
                conversation.packets,
                conversation.zeek.connState(),
                conversation.zeek.history(),
                ending,
                closedFirst,
                verdict(ending, closedFirst, reasons, endOfCaptureNs),
                reasons,
                ApplicationView.of(conversation, ending),
                timeWait(ending),
                Remarks.of(conversation),
                conversation.kept.all());
    }

    private Ending ending() {
        ResetFacts reset = conversation.reset;
        if (reset != null && !bothFinished(reset)) {
            boolean ofSyn = reset.provokedBySyn() && reset.ownPackets == 0;
            return ofSyn && !flows[reset.side].synSeen ? Ending.REFUSED : Ending.RESET;
        }
        if (flows[0].finSeen && flows[1].finSeen) {
            boolean bothAcknowledged = flows[0].finAcknowledged && flows[1].finAcknowledged;
            if (!bothAcknowledged) {
                return Ending.CLOSING;
            }
            return crossed() ? Ending.SIMULTANEOUS : Ending.ORDERLY;
        }
        if (isInVain(0) || isInVain(1)) {
            return flows[0].synSeen && flows[1].packets == 0 && !flows[0].textSeen
                    ? Ending.UNANSWERED
                    : Ending.GAVE_UP;
        }
        if (flows[0].finSeen || flows[1].finSeen) {
            return Ending.HALF_CLOSED;
        }
        return flows[0].synSeen && !flows[0].textSeen && flows[1].packets == 0
                ? Ending.UNANSWERED
                : Ending.OPEN;
    }

    /** An RST behind both FINs, each acknowledged, ends nothing any more. */
    private boolean bothFinished(ResetFacts reset) {
        return reset.stateBefore == State.TIME_WAIT
                || (reset.peerStateBefore == State.TIME_WAIT && reset.stateBefore == State.CLOSED)
                || (reset.peerStateBefore == State.CLOSED && reset.stateBefore == State.CLOSED);
    }

    private boolean isInVain(int side) {
        return flows[side].repeats >= IN_VAIN && flows[1 - side].lastNs < flows[side].lastNs;
    }

    private boolean crossed() {
        return conversation.states.state(0) == State.TIME_WAIT
                && conversation.states.state(1) == State.TIME_WAIT;
    }

    private int closedFirst() {
        long first = Long.MAX_VALUE;
        int who = -1;
        for (int side = 0; side < 2; side++) {
            if (flows[side].finSeen && flows[side].finNumber < first) {
                first = flows[side].finNumber;
                who = side;
            }
        }
        ResetFacts reset = conversation.reset;
        return reset != null && reset.number < first ? reset.side : who;
    }

    private List<Reason> reasons(Ending ending) {
        return switch (ending) {
            case RESET, REFUSED -> ResetCauses.of(conversation);
            case UNANSWERED -> unanswered();
            case GAVE_UP -> gaveUp(isInVain(0) ? 0 : 1);
            case ORDERLY, SIMULTANEOUS, CLOSING, HALF_CLOSED, OPEN -> List.of();
        };
    }

    private List<Reason> unanswered() {
        String syns = flows[0].syns + (flows[0].syns == 1 ? " SYN" : " SYNs");
        if (!conversation.listeners.hasAccepted(flows[1])) {
            return List.of(
                    Reason.of(
                            Cause.UNANSWERED,
                            syns + ": no such host, a firewall that drops, or a full backlog",
                            flows[0].synNumber));
        }
        return List.of(
                Reason.of(
                        Cause.BACKLOG_FULL,
                        syns
                                + " without an answer, and the same port accepted others: its"
                                + " application does not accept fast enough",
                        flows[0].synNumber),
                Reason.of(
                        Cause.UNANSWERED,
                        syns + " or the answers to them were lost on the way",
                        flows[0].synNumber));
    }

    private List<Reason> gaveUp(int side) {
        Flow own = flows[side];
        Reason inVain =
                Reason.of(
                        Cause.GAVE_UP,
                        NAMES[side]
                                + " sent the same segment "
                                + own.repeats
                                + " times without an answer",
                        own.lastNumber);
        long silenceNs = own.repeatFirstNs - flows[1 - side].lastNs;
        if (flows[1 - side].packets == 0 || silenceNs < ResetCauses.FIT_TO_FORGET_NS) {
            return List.of(inVain);
        }
        return List.of(
                inVain,
                Reason.of(
                        Cause.FORGOTTEN,
                        "before packet "
                                + own.repeatFirstNumber
                                + " there were "
                                + Durations.words(silenceNs)
                                + " of silence, long enough for a NAT or firewall to drop the"
                                + " connection without a word",
                        own.repeatFirstNumber));
    }

    private String verdict(
            Ending ending, int closedFirst, List<Reason> reasons, long endOfCaptureNs) {
        String who = closedFirst < 0 ? "" : name(closedFirst);
        return switch (ending) {
            case ORDERLY, CLOSING ->
                    who + " closed first, then " + name(1 - closedFirst) + ": " + ending.words();
            case SIMULTANEOUS -> "both sides closed at the same time";
            case HALF_CLOSED -> halfClosed(closedFirst, endOfCaptureNs);
            case RESET ->
                    name(conversation.reset.side)
                            + " reset the connection"
                            + likely(reasons.get(0).cause());
            case REFUSED -> name(1) + " refused the connection: " + reasons.get(0).cause().words();
            case UNANSWERED -> "nobody answered " + name(0);
            case GAVE_UP -> reasons.get(0).evidence();
            case OPEN ->
                    conversation.states.beginningMissed()
                            ? "open before the capture began, and at its end"
                            : "still open at the end of the capture";
        };
    }

    private static String likely(Cause cause) {
        return cause == Cause.UNKNOWN
                ? ", and " + cause.words() + " why"
                : ", most likely because " + cause.words();
    }

    private String halfClosed(int closedFirst, long endOfCaptureNs) {
        Flow closer = flows[closedFirst];
        if (flows[1 - closedFirst].packets == 0) {
            return name(closedFirst) + " closed; the capture misses the other direction";
        }
        String since = Durations.words(Math.max(0, endOfCaptureNs - closer.finNs));
        return closer.finAcknowledged
                ? name(closedFirst)
                        + " closed; "
                        + name(1 - closedFirst)
                        + " has not done so for "
                        + since
                        + ": it is in CLOSE_WAIT, "
                        + name(closedFirst)
                        + " in FIN_WAIT_2"
                : name(closedFirst) + " closed, and its FIN was never acknowledged";
    }

    private String timeWait(Ending ending) {
        StringBuilder text = new StringBuilder();
        if (ending.isInOrder()) {
            for (int side = 0; side < 2; side++) {
                if (conversation.states.state(side) == State.TIME_WAIT) {
                    text.append(text.length() == 0 ? "" : "; ")
                            .append(name(side))
                            .append(" holds TIME_WAIT (60 s on Linux, 30 s on macOS, 120 s on")
                            .append(" Windows)");
                }
            }
        }
        if (conversation.usedAgainAfterNs >= 0) {
            text.append(text.length() == 0 ? "" : "; ")
                    .append("the pair of sockets was used again ")
                    .append(
                            conversation.usedAgainAfterNs == 0
                                    ? "at once"
                                    : "after " + Durations.words(conversation.usedAgainAfterNs))
                    .append(howUsedAgain(conversation.next));
        }
        return text.toString();
    }

    private static String howUsedAgain(Conversation next) {
        String which = " (connection " + next.stream + "): its SYN was ";
        Flow answering = next.flows[1];
        if (answering.synSeen) {
            return which + "accepted";
        }
        if (next.reset != null && next.reset.side == 1) {
            return which + "refused";
        }
        return answering.packets > 0
                ? which + "answered with an ACK by the old connection"
                : which + "not answered";
    }

    static String name(int side) {
        return NAMES[side];
    }
}
