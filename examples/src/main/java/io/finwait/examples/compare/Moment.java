package io.finwait.examples.compare;

import io.finwait.picture.Ladder;
import io.finwait.picture.LadderEvent;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.End;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Something that happened in a scene.
 *
 * @param what in words that are the same wherever the same happens
 * @param timeNs since the first thing that happened, in nanoseconds
 */
record Moment(String what, long timeNs) {

    /** Where moments are looked for: their order is that of one place only. */
    enum Part {
        CLIENT("the client"),
        SERVER("the server"),
        WIRE("on the wire");

        private final String title;

        Part(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** The moments of a part, in the order of time. */
    static List<Moment> of(Ladder ladder, Part part) {
        List<LadderEvent> events = new ArrayList<>(ladder.events());
        // Another process tells its states a little later than they were entered.
        events.removeIf(Moment::isBeforeAll);
        events.sort(Comparator.comparingLong(LadderEvent::timeNs));
        long begin = events.isEmpty() ? 0 : events.getFirst().timeNs();
        List<Moment> moments = new ArrayList<>();
        for (LadderEvent event : events) {
            String what = what(event, part);
            if (what != null) {
                moments.add(new Moment(what, event.timeNs() - begin));
            }
        }
        return moments;
    }

    /** The stage is set: a process is started, there is no connection. */
    private static boolean isBeforeAll(LadderEvent event) {
        return switch (event) {
            case LadderEvent.StateChange change ->
                    change.timeNs() == 0 && change.state().equals("CLOSED");
            case LadderEvent.Note note -> note.end() == null || note.text().startsWith("process ");
            default -> false;
        };
    }

    private static String what(LadderEvent event, Part part) {
        return switch (event) {
            case LadderPacket packet when part == Part.WIRE -> packet(packet);
            case LadderEvent.StateChange change when part(change.end()) == part -> change.state();
            case LadderEvent.Note note when part(note.end()) == part -> call(note.text());
            default -> null;
        };
    }

    private static Part part(End end) {
        return end == End.A ? Part.CLIENT : Part.SERVER;
    }

    private static String packet(LadderPacket packet) {
        String way = packet.from() == End.A ? "-> " : "<- ";
        int length = packet.label().textLength();
        return way
                + packet.label().name()
                + (length > 0 ? " len " + length : "")
                + (packet.label().remark().isEmpty() ? "" : " " + packet.label().remark())
                + (packet.isLost() ? " lost" : "");
    }

    /** Without what is different each time. */
    private static String call(String text) {
        if (text.startsWith("connect() refused")) {
            return "connect() refused";
        }
        return text.replaceAll(" in \\d+ s$", "");
    }
}
