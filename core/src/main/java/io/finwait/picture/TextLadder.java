package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.SegmentLabel;
import io.finwait.trace.TimeText;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws a {@link Ladder} in 80 columns: time, A's state, the segments, B's state.
 *
 * <pre>
 *     time       client                                               server
 *        0   FIN_WAIT_1 |-- FIN, ACK  seq 1 ack 1 -----------------&gt;|
 *    20 ms              |&lt;---------------------- ACK  seq 1 ack 2 --| CLOSE_WAIT
 *    40 ms   FIN_WAIT_2 |                                           |
 *    60 ms              |              X--- FIN, ACK  seq 1 ack 2 --| LAST_ACK
 * </pre>
 *
 * <p>A state stands at the time at which an end enters it. A segment that nothing meets on its way
 * has one row, at the time at which it leaves. A lost one ends with an X. One that is overtaken,
 * crossed or delayed leaves in one row and arrives in another, both marked with the same letter.
 * Pauses are named, not drawn to scale. Plain text unless {@link #ansi()} is asked for.
 */
public final class TextLadder {

    /** No line is longer. */
    public static final int COLUMNS = 80;

    private static final int TIME = 8;
    private static final int STATE = 12;
    private static final int MIDDLE = COLUMNS - TIME - 2 * STATE - 5;
    private static final int LEFT_LINE = TIME + STATE + 2;

    /** Where a lost segment's arrow ends, unless its label needs more. */
    private static final int LOST = MIDDLE * 2 / 3;

    private static final String RESET = "\u001b[0m";
    private static final String DIM = "\u001b[2m";
    private static final String BOLD = "\u001b[1m";

    private boolean ansi;
    private boolean ascii;

    /** Plain text. */
    public TextLadder() {}

    /** Colours for a terminal: ANSI escape sequences, which take no columns. */
    public TextLadder ansi() {
        ansi = true;
        return this;
    }

    /** Nothing but ASCII: {@code us} for µs, three dots for an ellipsis. */
    public TextLadder ascii() {
        ascii = true;
        return this;
    }

    /** Draws a ladder, each line ended by a newline. */
    public String render(Ladder ladder) {
        StringBuilder out = new StringBuilder();
        if (!ladder.title().isEmpty()) {
            for (String line : wrap(ladder.title(), COLUMNS)) {
                out.append(painted(BOLD, line)).append('\n');
            }
            out.append('\n');
        }
        out.append(heads(ladder)).append('\n');
        for (LadderRow row : LadderRow.of(ladder)) {
            draw(out, row);
        }
        return ascii ? out.toString().replace("µ", "u").replace("…", "...") : out.toString();
    }

    /** Both names beside their lifelines; long ones reach over the middle. */
    private String heads(Ladder ladder) {
        int most = MIDDLE / 2 + STATE;
        String a = cut(ladder.name(End.A), most);
        String b = cut(ladder.name(End.B), most);
        StringBuilder line = new StringBuilder(padLeft("time", TIME));
        int endOfA = Math.max(LEFT_LINE - 1, TIME + 1 + a.length());
        line.append(padLeft(a, endOfA - TIME));
        int startOfB = Math.min(LEFT_LINE + MIDDLE + 3, COLUMNS - b.length());
        line.append(" ".repeat(startOfB - line.length())).append(b);
        return painted(BOLD, line.toString());
    }

    private void draw(StringBuilder out, LadderRow row) {
        switch (row.kind()) {
            case BLOCK -> drawBlock(out, row.step().block());
            case PAUSE -> drawPause(out, row.timeNs());
            case NOTE -> drawNote(out, row);
            case STATE -> line(out, row, " ".repeat(MIDDLE), "");
            default -> drawSegment(out, row);
        }
    }

    private void drawSegment(StringBuilder out, LadderRow row) {
        LadderPacket packet = row.step().packet();
        boolean rightwards = packet.from() == End.A;
        SegmentLabel label = packet.label();
        String duplicate = row.step().copy() > 0 ? "copy of " : "";
        String text = cut(duplicate + label.text(), MIDDLE);
        String rest = "";
        String arrow = arrow(row, text, rightwards);
        if (arrow == null) {
            arrow = arrow(row, text.replace("  ", " "), rightwards);
        }
        if (arrow == null) {
            rest = cut(label.details().replace("  ", " "), MIDDLE - 2);
            arrow = arrow(row, cut(duplicate + label.name(), MIDDLE - 12), rightwards);
        }
        String colour = row.kind() == LadderRow.Kind.LOST ? colour(SegmentLabel.Kind.RST) : "";
        line(out, row, arrow, colour.isEmpty() ? colour(label.kind()) : colour);
        if (!rest.isEmpty()) {
            String indent = " ".repeat(Math.min(3, MIDDLE - rest.length()));
            String below =
                    rightwards ? padRight(indent + rest, MIDDLE) : padLeft(rest + indent, MIDDLE);
            out.append(" ".repeat(LEFT_LINE)).append('|');
            out.append(painted(colour(label.kind()), below)).append("|\n");
        }
    }

    /**
     * An arrow of the middle's width with its label near the sender; null when that is too long.
     */
    private static String arrow(LadderRow row, String label, boolean rightwards) {
        String mark = row.mark().isEmpty() ? "" : " " + row.mark();
        String drawn =
                switch (row.kind()) {
                    case CROSSES -> crossing(label, mark, rightwards);
                    case LOST -> lost(label, rightwards);
                    case LEAVES -> leaving(label, mark, rightwards);
                    default -> arriving(label, mark, rightwards);
                };
        return drawn.length() > MIDDLE ? null : drawn;
    }

    private static String crossing(String label, String mark, boolean rightwards) {
        String text = label + mark;
        int line = Math.max(1, MIDDLE - text.length() - 5);
        return rightwards
                ? "-- " + text + " " + "-".repeat(line) + ">"
                : "<" + "-".repeat(line) + " " + text + " --";
    }

    private static String lost(String label, boolean rightwards) {
        int line = Math.max(1, LOST - label.length() - 4);
        String arrow =
                rightwards
                        ? "-- " + label + " " + "-".repeat(line) + "X"
                        : "X" + "-".repeat(line) + " " + label + " --";
        return rightwards ? padRight(arrow, MIDDLE) : padLeft(arrow, MIDDLE);
    }

    private static String leaving(String label, String mark, boolean rightwards) {
        return rightwards
                ? padRight("-- " + label + " --~" + mark, MIDDLE)
                : padLeft(mark.strip() + " ~-- " + label + " --", MIDDLE);
    }

    private static String arriving(String label, String mark, boolean rightwards) {
        return rightwards
                ? padLeft(mark.strip() + " ~-- " + label + " -->", MIDDLE)
                : padRight("<-- " + label + " --~" + mark, MIDDLE);
    }

    private void drawNote(StringBuilder out, LadderRow row) {
        LadderEvent.Note note = row.step().note();
        boolean first = true;
        for (String words : wrap(note.text(), MIDDLE - 2)) {
            String middle;
            if (note.end() == null) {
                middle = centre(words);
            } else {
                middle = note.end() == End.A ? " " + words : words + " ";
                middle = note.end() == End.A ? padRight(middle, MIDDLE) : padLeft(middle, MIDDLE);
            }
            String time = first ? TimeText.of(row.timeNs()) : "";
            line(out, time, "", middle, "", "", '|');
            first = false;
        }
    }

    private void drawPause(StringBuilder out, long lengthNs) {
        line(out, "", "", centre("… " + TimeText.duration(lengthNs) + " …"), "", DIM, ':');
    }

    private void drawBlock(StringBuilder out, LadderEvent.Block block) {
        out.append('\n');
        if (!block.caption().isEmpty()) {
            for (String line : wrap(block.caption(), COLUMNS)) {
                out.append(painted(BOLD, line)).append('\n');
            }
        }
        for (String line : block.lines()) {
            String rest = line.stripTrailing();
            do {
                int end = Math.min(COLUMNS, rest.length());
                out.append(rest, 0, end).append('\n');
                rest = rest.substring(end);
            } while (!rest.isEmpty());
        }
        out.append('\n');
    }

    private void line(StringBuilder out, LadderRow row, String middle, String colour) {
        String time = TimeText.of(row.timeNs());
        line(out, time, row.stateOfA(), middle, row.stateOfB(), colour, '|');
    }

    private void line(
            StringBuilder out,
            String time,
            String a,
            String middle,
            String b,
            String colour,
            char lifeline) {
        StringBuilder line = new StringBuilder();
        line.append(painted(DIM, padLeft(time, TIME))).append(' ');
        line.append(painted(stateColour(a), padLeft(cut(a, STATE), STATE))).append(' ');
        line.append(lifeline).append(painted(colour, middle)).append(lifeline);
        if (!b.isEmpty()) {
            line.append(' ').append(painted(stateColour(b), cut(b, STATE)));
        }
        out.append(line).append('\n');
    }

    private String painted(String colour, String text) {
        return !ansi || colour.isEmpty() || text.isBlank() ? text : colour + text + RESET;
    }

    private static String colour(SegmentLabel.Kind kind) {
        return switch (kind) {
            case SYN -> "\u001b[32m";
            case FIN -> "\u001b[34m";
            case RST -> "\u001b[31m";
            case TEXT -> "\u001b[36m";
            case ACK, OTHER -> "";
        };
    }

    private static String stateColour(String state) {
        return switch (state) {
            case "CLOSED" -> "\u001b[1;2m";
            case "ESTABLISHED" -> "\u001b[1;32m";
            case "FIN_WAIT_1", "FIN_WAIT_2", "CLOSING" -> "\u001b[1;33m";
            case "TIME_WAIT" -> "\u001b[1;35m";
            case "CLOSE_WAIT", "LAST_ACK" -> "\u001b[1;34m";
            default -> BOLD;
        };
    }

    private static String centre(String text) {
        int before = (MIDDLE - text.length()) / 2;
        return padRight(" ".repeat(Math.max(0, before)) + text, MIDDLE);
    }

    private static String padLeft(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }

    private static String padRight(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    /** Breaks words into lines; a word that is longer than a line is broken anywhere. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split("\\s+", -1)) {
            String rest = word;
            if (line.length() > 0 && line.length() + 1 + rest.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            while (rest.length() > width) {
                lines.add(rest.substring(0, width));
                rest = rest.substring(width);
            }
            line.append(line.length() == 0 ? "" : " ").append(rest);
        }
        lines.add(line.toString());
        return lines;
    }
}
