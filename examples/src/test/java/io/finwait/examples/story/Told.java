package io.finwait.examples.story;

import io.finwait.examples.stage.Glossary;
import io.finwait.examples.stage.PrintedShow;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Stage;
import io.finwait.picture.Ladder;
import io.finwait.picture.LadderEvent;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.End;
import io.finwait.trace.SegmentLabel;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Plays a story, and writes its scenes in the short notation of packet traces. */
final class Told {

    private final String text;
    private final List<Ladder> ladders;

    private Told(String text, List<Ladder> ladders) {
        this.text = text;
        this.ladders = ladders;
    }

    static Told by(Story story) {
        return by(story, Settings.simulation());
    }

    static Told by(Story story, Settings settings) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(octets, true, StandardCharsets.UTF_8);
        Stage stage = new Stage(settings, new PrintedShow(out, false), new Glossary());
        story.play(stage);
        return new Told(octets.toString(StandardCharsets.UTF_8), stage.ladders());
    }

    /** Everything that was printed. */
    String text() {
        return text;
    }

    /** The scenes. */
    List<Ladder> ladders() {
        return ladders;
    }

    /** The packets of a scene, from the first one that contains some words on. */
    String packets(int scene, String from) {
        return lines(scene, from, false);
    }

    /** The same with the states that the ends come into. */
    String exchange(int scene, String from) {
        return lines(scene, from, true);
    }

    /** The states that an end has come into, from the first one that is not its first. */
    List<String> path(int scene, End end) {
        List<String> path = new ArrayList<>();
        for (LadderEvent event : ladders.get(scene).events()) {
            if (event instanceof LadderEvent.StateChange change && change.end() == end) {
                path.add(change.state());
            }
        }
        return path.subList(1, path.size());
    }

    /** What calls at an end came to. */
    List<String> calls(int scene, End end) {
        List<String> calls = new ArrayList<>();
        for (LadderEvent event : ladders.get(scene).events()) {
            if (event instanceof LadderEvent.Note note && note.end() == end) {
                calls.add(note.text());
            }
        }
        return calls;
    }

    private String lines(int scene, String from, boolean states) {
        List<String> lines = new ArrayList<>();
        // Another process tells its states a little later than they were entered.
        List<LadderEvent> events = new ArrayList<>(ladders.get(scene).events());
        events.sort(Comparator.comparingLong(LadderEvent::timeNs));
        for (LadderEvent event : events) {
            String line = line(event, states);
            if (line != null && (!lines.isEmpty() || line.startsWith(from))) {
                lines.add(line);
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String line(LadderEvent event, boolean states) {
        return switch (event) {
            case LadderPacket packet ->
                    side(packet.from()) + "> " + segment(packet.label()) + fate(packet);
            case LadderEvent.StateChange change when states ->
                    side(change.end()) + " " + change.state();
            default -> null;
        };
    }

    private static String side(End end) {
        return end == End.A ? "C" : "S";
    }

    /** {@code F. 1 ack 1}, {@code P. 1:18(17) ack 2}. */
    private static String segment(SegmentLabel label) {
        StringBuilder flags = new StringBuilder();
        for (String flag : List.of("SYN", "FIN", "RST", "PSH")) {
            flags.append(label.name().contains(flag) ? flag.substring(0, 1) : "");
        }
        flags.append(label.name().contains("ACK") ? "." : "");
        String numbers = label.numbers().substring("seq ".length());
        if (label.textLength() > 0) {
            int end = numbers.indexOf(' ');
            long seq = Long.parseLong(numbers.substring(0, end));
            long next = seq + label.textLength();
            String range = seq + ":" + next + "(" + label.textLength() + ")";
            numbers = range + numbers.substring(end);
        }
        return flags + " " + numbers;
    }

    private static String fate(LadderPacket packet) {
        String copies = packet.arrivalsNs().size() > 1 ? " twice" : "";
        return packet.isLost() ? " lost" : copies;
    }
}
