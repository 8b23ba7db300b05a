package io.finwait.examples.explain;

import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Reason;
import io.finwait.trace.explain.SideStory;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A connection's story as one JSON object on one line. The names are stable: new ones may come,
 * none goes or changes its meaning. Times are nanoseconds since 1970-01-01 UTC.
 */
public final class ExplainJson {

    private ExplainJson() {}

    /**
     * The object of a connection.
     *
     * @param file the capture as the user has named it
     */
    public static String line(String file, ConnectionStory story) {
        return object(
                "stream", story.stream(),
                "opener", side(story.opener()),
                "other", side(story.other()),
                "openerIsSure", story.openerIsSure(),
                "firstNs", story.firstNs(),
                "lastNs", story.lastNs(),
                "packets", story.packets(),
                "connState", text(story.connState()),
                "history", text(story.history()),
                "ending", text(word(story.ending())),
                "closedFirst", story.closedFirst(),
                "verdict", text(story.verdict()),
                "reasons", list(story.reasons(), ExplainJson::reason),
                "seenBy", list(story.seenBy(), ExplainJson::text),
                "timeWait", text(story.timeWait()),
                "remarks", list(story.remarks(), ExplainJson::text),
                "file", text(file));
    }

    private static String side(SideStory side) {
        return object(
                "address", text(side.address()),
                "packets", side.packets(),
                "textOctets", side.textOctets(),
                "unacknowledgedOctets", side.unacknowledgedOctets(),
                "missingOctets", side.missingOctets(),
                "againSegments", side.againSegments(),
                "zeroWindows", side.zeroWindows(),
                "damaged", side.damaged(),
                "finPacket", side.finNumber(),
                "state", text(side.state().name()),
                "stateSinceNs", side.stateSinceNs(),
                "stateIsAssumed", side.stateIsAssumed());
    }

    private static String reason(Reason reason) {
        return object(
                "cause", text(word(reason.cause())),
                "evidence", text(reason.evidence()),
                "packets", list(reason.packets(), String::valueOf));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String object(Object... namesAndValues) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            text.append(i == 0 ? "" : ",")
                    .append(text((String) namesAndValues[i]))
                    .append(':')
                    .append(namesAndValues[i + 1]);
        }
        return text.append('}').toString();
    }

    private static <T> String list(List<T> items, Function<? super T, String> how) {
        return items.stream().map(how).collect(Collectors.joining(",", "[", "]"));
    }

    private static String text(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
