package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.TimeText;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws a {@link Ladder}'s sequence numbers over time as SVG, in the way of tcptrace: for each
 * direction that carries text a field in which every segment is a bar from its first to its last
 * octet, red when it was sent again, with a line for what is acknowledged, a dashed one for the end
 * of the window, and bars for SACK blocks. Acknowledgments count when they arrive at the sender.
 * RSTs are left out.
 *
 * <pre>{@code
 * Ladder ladder = new Ladder("here", "there");
 * Endpoint endpoint = Finwait.open(config, new TapTransport(transport, new LadderTap(ladder,
 * End.A))); ... Files.writeString(file, new SequencePlot().render(ladder)); }</pre>
 */
public final class SequencePlot {

    private static final double WIDTH = 980;
    private static final double LEFT = 86;
    private static final double RIGHT = 30;
    private static final double HEAD = 66;
    private static final double FIELD = 340;
    private static final double FOOT = 44;
    private static final double LEGEND = 34;
    private static final double SHORTEST_BAR = 2;
    private static final int TICKS = 6;

    private final SvgTheme theme;

    /** Follows the reader's light or dark mode. */
    public SequencePlot() {
        this(SvgTheme.AUTO);
    }

    /** Draws in given colours. */
    public SequencePlot(SvgTheme theme) {
        this.theme = theme;
    }

    /**
     * Draws each direction with text, or else the one from the left; the text is a whole SVG file.
     */
    public String render(Ladder ladder) {
        List<Direction> directions = new ArrayList<>();
        for (End end : End.values()) {
            Direction direction = Direction.of(ladder, end);
            if (direction.text) {
                directions.add(direction);
            }
        }
        if (directions.isEmpty()) {
            directions.add(Direction.of(ladder, End.A));
        }
        double height = directions.size() * (HEAD + FIELD + FOOT) + LEGEND;
        String names = ladder.name(End.A) + " and " + ladder.name(End.B);
        String title = ladder.title().isEmpty() ? names : ladder.title();
        Svg svg = new Svg(WIDTH, height, title, description(directions), css());
        double top = 0;
        for (Direction each : directions) {
            new Field(svg, each, top + HEAD).draw();
            top += HEAD + FIELD + FOOT;
        }
        legend(svg, top + 8);
        return svg.finish();
    }

    private static String description(List<Direction> directions) {
        StringBuilder words = new StringBuilder("Sequence numbers over time");
        for (Direction each : directions) {
            long again = each.bars.stream().filter(bar -> bar.again).count();
            words.append("; ").append(each.name).append(": ").append(each.bars.size());
            words.append(" segments up to ").append(each.highest).append(", ").append(again);
            words.append(" sent again, ").append(each.acks.size()).append(" acknowledgments");
        }
        return words.toString();
    }

    private record Bar(long timeNs, long low, long high, boolean again) {}

    private record Ack(long timeNs, long ack, long edge, List<SegmentFields.Sack> sacks) {}

    /** What one end sends, and what comes back to it. */
    private static final class Direction {
        final String name;
        final List<Bar> bars = new ArrayList<>();
        final List<Ack> acks = new ArrayList<>();
        boolean text;
        long highest = 1;
        long endNs = 1;

        private Direction(String name) {
            this.name = name;
        }

        static Direction of(Ladder ladder, End from) {
            Direction direction =
                    new Direction(ladder.name(from) + " \u2192 " + ladder.name(from.other()));
            for (LadderStep step : ladder.steps()) {
                boolean isSegment =
                        (step.type() == LadderStep.Type.LEAVE
                                        || step.type() == LadderStep.Type.ARRIVE)
                                && step.packet().fields() != null;
                if (isSegment && (step.packet().fields().flags() & TcpHeader.RST) == 0) {
                    direction.add(step, from);
                }
            }
            return direction;
        }

        private void add(LadderStep step, End from) {
            SegmentFields fields = step.packet().fields();
            boolean own = step.packet().from() == from;
            endNs = Math.max(endNs, step.timeNs());
            if (own && step.type() == LadderStep.Type.LEAVE) {
                int control = Integer.bitCount(fields.flags() & (TcpHeader.SYN | TcpHeader.FIN));
                long end = fields.seq() + fields.textOctets() + control;
                if (end > fields.seq()) {
                    boolean again = !bars.isEmpty() && end <= highest;
                    bars.add(new Bar(step.timeNs(), fields.seq(), end, again));
                    highest = Math.max(highest, end);
                    text |= fields.textOctets() > 0;
                }
            } else if (!own
                    && step.type() == LadderStep.Type.ARRIVE
                    && (fields.flags() & TcpHeader.ACK) != 0) {
                long edge = fields.ack() + fields.window();
                acks.add(new Ack(step.timeNs(), fields.ack(), edge, fields.sacks()));
            }
        }

        /** The window may be far above what is sent; it is then cut off. */
        long top() {
            long edge = acks.stream().mapToLong(Ack::edge).max().orElse(0);
            return Math.max(highest, Math.min(edge, highest + highest / 2));
        }
    }

    private static final class Field {

        private final Svg svg;
        private final Direction direction;
        private final double top;
        private final double endNs;
        private final double largest;

        Field(Svg svg, Direction direction, double top) {
            this.svg = svg;
            this.direction = direction;
            this.top = top;
            endNs = direction.endNs * 1.01;
            largest = direction.top();
        }

        void draw() {
            svg.text(LEFT, top - 14, "name", direction.name + ": sequence numbers");
            axes();
            stairs(direction.acks, true, "edge");
            stairs(direction.acks, false, "acked");
            for (Ack each : direction.acks) {
                for (SegmentFields.Sack sack : each.sacks) {
                    bar(each.timeNs, sack.left(), sack.right(), "sack");
                }
            }
            for (Bar each : direction.bars) {
                bar(each.timeNs, each.low, each.high, each.again ? "again" : "sent");
            }
        }

        private double x(double timeNs) {
            return LEFT + timeNs / endNs * (WIDTH - LEFT - RIGHT);
        }

        private double y(double number) {
            return top + FIELD * (1 - Math.min(number, largest) / largest);
        }

        private void axes() {
            double step = Math.max(1, tick(largest));
            for (int i = 0; i * step <= largest; i++) {
                double y = y(i * step);
                svg.line(LEFT, y, WIDTH - RIGHT, y, "grid");
                svg.text(
                        LEFT - 8, y + 4, "tick end", String.format(Locale.ROOT, "%,.0f", i * step));
            }
            double timeStep = tick(endNs);
            for (int i = 0; i * timeStep <= endNs; i++) {
                double x = x(i * timeStep);
                svg.line(x, top + FIELD, x, top + FIELD + 5, "grid");
                svg.text(x, top + FIELD + 20, "tick", TimeText.of(Math.round(i * timeStep)));
            }
        }

        private void bar(long timeNs, long low, long high, String cssClass) {
            double from = y((double) low);
            double to = Math.min(y((double) high), from - SHORTEST_BAR);
            double x = x((double) timeNs);
            svg.line(x, from, x, to, cssClass);
        }

        /** A line that keeps its height until the next acknowledgment. */
        private void stairs(List<Ack> acks, boolean edges, String cssClass) {
            StringBuilder path = new StringBuilder();
            long highest = Long.MIN_VALUE;
            for (Ack each : acks) {
                highest = Math.max(highest, edges ? each.edge : each.ack);
                double x = x((double) each.timeNs);
                double y = y((double) highest);
                if (path.length() == 0) {
                    path.append('M').append(Svg.number(x)).append(' ').append(Svg.number(y));
                } else {
                    path.append('H').append(Svg.number(x)).append('V').append(Svg.number(y));
                }
            }
            if (path.length() > 0) {
                svg.path(path.append('H').append(Svg.number(x(endNs))).toString(), cssClass);
            }
        }
    }

    /** A round distance between grid lines: 1, 2 or 5 times a power of ten. */
    private static double tick(double largest) {
        double power = Math.pow(10, Math.floor(Math.log10(largest / TICKS)));
        for (int factor : new int[] {1, 2, 5}) {
            if (largest / (factor * power) <= TICKS) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static void legend(Svg svg, double y) {
        String[][] items = {
            {"sent", "sent"},
            {"again", "sent again"},
            {"acked", "acknowledged"},
            {"edge", "end of the window"},
            {"sack", "SACK"}
        };
        double x = LEFT;
        for (String[] item : items) {
            svg.line(x, y, x + 24, y, item[0]);
            svg.text(x + 32, y + 4, "muted", item[1]);
            x += 60 + item[1].length() * 7.5;
        }
    }

    private String css() {
        SvgStyle style = new SvgStyle();
        style.fixed(".name{font-size:15px;font-weight:600}");
        style.fixed(".tick{font-size:12px;text-anchor:middle}");
        style.fixed(".end{text-anchor:end}");
        style.fixed(".sent,.again,.sack{stroke-width:2px}");
        style.fixed(".acked,.edge{fill:none;stroke-width:1.5px}");
        style.fixed(".edge{stroke-dasharray:5 4}");
        style.color(".tick", "fill", "#59636e", "#9198a1");
        style.color(".grid", "stroke", "#d1d9e0", "#3d444d");
        style.color(".sent", "stroke", "#7d4e00", "#d9a441");
        style.color(".again", "stroke", "#cf222e", "#ff7b72");
        style.color(".acked", "stroke", "#57606a", "#a3abb3");
        style.color(".edge", "stroke", "#0969da", "#58a6ff");
        style.color(".sack", "stroke", "#8250df", "#bc8cff");
        return style.css(theme);
    }
}
