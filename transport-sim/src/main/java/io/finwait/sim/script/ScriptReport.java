package io.finwait.sim.script;

import io.finwait.sim.script.ScriptFailure.Difference;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes what a failed script says: the place, what was expected, what came, and what went before;
 * and of a skipped one, what it needs.
 */
final class ScriptReport {

    private static final int CONTEXT = 3;
    private static final int LAST_PACKETS = 12;

    private ScriptReport() {}

    /** One line: the first of the differences, or the message. */
    static String reason(ScriptFailure failure) {
        return failure.differences().isEmpty()
                ? failure.getMessage()
                : failure.differences().stream()
                        .map(d -> d.field() + ": expected " + d.expected() + ", came " + d.came())
                        .collect(Collectors.joining("; "));
    }

    static String of(
            PacketScript script, Event event, ScriptFailure failure, List<String> packets) {
        StringBuilder text = new StringBuilder();
        text.append("%s:%d: %s%n%n".formatted(script.name(), event.line(), reason(failure)));
        context(text, script.source(), event);
        if (!failure.differences().isEmpty()) {
            text.append("%n  %s%n".formatted(failure.getMessage().replace("\n", "\n  ")));
            differences(text, failure.differences());
        }
        if (!packets.isEmpty()) {
            text.append("%nPackets so far, in the numbers of the script:%n".formatted());
            packets.stream()
                    .skip(Math.max(0, packets.size() - LAST_PACKETS))
                    .forEach(packet -> text.append("  ").append(packet).append('\n'));
        }
        return text.toString();
    }

    /** What a skipped script needs, and what to do about it. */
    static String skipped(PacketScript script, Event event, String reason) {
        StringBuilder text = new StringBuilder();
        text.append("%s:%d was skipped: %s%n%n".formatted(script.name(), event.line(), reason));
        context(text, script.source(), event);
        text.append(
                """

                This means nothing here. Ignored, it would let the script pass without having tried
                what it is about. Write the script without it, or leave the script out.
                """);
        return text.toString();
    }

    private static void context(StringBuilder text, Source source, Event event) {
        int last = source.lineAt(source.text().stripTrailing().length());
        int from = Math.max(1, event.line() - CONTEXT);
        int to = Math.min(last, event.lastLine() + CONTEXT);
        for (int line = from; line <= to; line++) {
            boolean here = line >= event.line() && line <= event.lastLine();
            text.append("%s %4d | %s%n".formatted(here ? "-->" : "   ", line, source.line(line)));
        }
    }

    private static void differences(StringBuilder text, List<Difference> differences) {
        int widest = differences.stream().mapToInt(d -> d.field().length()).max().orElse(0);
        int middle = differences.stream().mapToInt(d -> d.expected().length()).max().orElse(0);
        for (Difference d : differences) {
            text.append(
                    ("  %-" + widest + "s  expected %-" + middle + "s  came %s%n")
                            .formatted(d.field(), d.expected(), d.came()));
        }
    }
}
