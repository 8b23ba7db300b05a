package io.finwait.examples.explain;

import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Reason;
import io.finwait.trace.explain.SideStory;

import java.util.List;
import java.util.stream.Collectors;

/** A connection's story as text: one line, or the whole. */
public final class ExplainText {

    private static final String INDENT = "      ";
    private static final int HEADING = 7;
    private static final long NS_PER_MS = 1_000_000;
    private static final long MS_PER_DAY = 86_400_000;

    private ExplainText() {}

    /** The line of a list. */
    public static String line(ConnectionStory story) {
        StringBuilder text = new StringBuilder(200);
        pad(text, Integer.toString(story.stream()), 4)
                .append("  ")
                .append(story.opener().address())
                .append(" > ")
                .append(story.other().address())
                .append("  ");
        clock(text, story.firstNs());
        text.append("  ");
        seconds(text, story.lastNs() - story.firstNs());
        return text.append(" s  ")
                .append(story.opener().textOctets())
                .append(" > ")
                .append(story.other().textOctets())
                .append(" octets  ")
                .append(story.connState())
                .append(' ')
                .append(story.history())
                .append(System.lineSeparator())
                .append(INDENT)
                .append(story.verdict())
                .toString();
    }

    /** The whole story, for a connection that did not end in order. */
    public static String story(ConnectionStory story) {
        StringBuilder text = new StringBuilder();
        List<Reason> reasons = story.reasons();
        for (int i = 0; i < reasons.size(); i++) {
            Reason reason = reasons.get(i);
            add(
                    text,
                    i == 0 ? "cause" : "or",
                    reason.cause().words() + ": " + reason.evidence() + packets(reason.packets()));
        }
        for (String each : story.seenBy()) {
            add(text, "seen", each);
        }
        for (int side = 0; side < 2; side++) {
            SideStory one = story.side(side);
            add(
                    text,
                    "state",
                    one.address()
                            + " "
                            + one.state()
                            + (one.stateIsAssumed() ? ", if the last segment arrived" : ""));
        }
        if (!story.timeWait().isEmpty()) {
            add(text, "then", story.timeWait());
        }
        for (String each : story.remarks()) {
            add(text, "also", each);
        }
        return text.toString();
    }

    private static void add(StringBuilder text, String heading, String words) {
        text.append(INDENT)
                .append(heading)
                .repeat(' ', HEADING - heading.length())
                .append(words)
                .append(System.lineSeparator());
    }

    private static String packets(List<Long> numbers) {
        return numbers.isEmpty()
                ? ""
                : numbers.stream()
                        .map(each -> "#" + each)
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    /** The time of the day, in UTC, to the millisecond. */
    private static void clock(StringBuilder text, long ns) {
        long ms = Math.floorMod(Math.floorDiv(ns, NS_PER_MS), MS_PER_DAY);
        two(text, ms / 3_600_000).append(':');
        two(text, ms / 60_000 % 60).append(':');
        two(text, ms / 1_000 % 60).append('.');
        three(text, ms % 1_000);
    }

    /** Seconds, rounded to the millisecond. */
    private static void seconds(StringBuilder text, long ns) {
        long ms = ns / NS_PER_MS + (ns % NS_PER_MS >= NS_PER_MS / 2 ? 1 : 0);
        three(text.append(ms / 1_000).append('.'), ms % 1_000);
    }

    private static StringBuilder two(StringBuilder text, long number) {
        return text.append(number < 10 ? "0" : "").append(number);
    }

    private static void three(StringBuilder text, long number) {
        two(text.append(number < 100 ? "0" : ""), number);
    }

    private static StringBuilder pad(StringBuilder text, String what, int width) {
        return text.repeat(' ', Math.max(0, width - what.length())).append(what);
    }
}
