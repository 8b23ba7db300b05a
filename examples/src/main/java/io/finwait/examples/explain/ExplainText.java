package io.finwait.examples.explain;

import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Reason;
import io.finwait.trace.explain.SideStory;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A connection's story as text: one line, or the whole. */
public final class ExplainText {

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final long NS_PER_MS = 1_000_000;

    private ExplainText() {}

    /** The line of a list. */
    public static String line(ConnectionStory story) {
        return String.format(
                Locale.ROOT,
                "%4d  %s > %s  %s  %.3f s  %d > %d octets  %s %s%n      %s",
                story.stream(),
                story.opener().address(),
                story.other().address(),
                clock(story.firstNs()),
                (story.lastNs() - story.firstNs()) / 1e9,
                story.opener().textOctets(),
                story.other().textOctets(),
                story.connState(),
                story.history(),
                story.verdict());
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
        text.append(String.format(Locale.ROOT, "      %-6s %s%n", heading, words));
    }

    private static String packets(List<Long> numbers) {
        return numbers.isEmpty()
                ? ""
                : numbers.stream()
                        .map(each -> "#" + each)
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String clock(long ns) {
        return CLOCK.format(Instant.ofEpochMilli(ns / NS_PER_MS));
    }
}
