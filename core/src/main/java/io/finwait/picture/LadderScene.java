package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.SegmentLabel;
import io.finwait.trace.TimeText;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where everything of a ladder goes in a picture: heights, arrows, labels that do not touch. */
final class LadderScene {

    static final double WIDTH = 1_034;
    static final double A_X = 254;
    static final double B_X = 826;
    static final double MIDDLE_X = (A_X + B_X) / 2;

    /** Width of one character of notes and of captions; too much rather than too little. */
    static final double SANS_CHARACTER = 7;

    private static final double BAR_HALF = 7;
    private static final int MOST_ROUNDS = 80;
    private static final double MORE_ROOM = 8;
    private static final double MOST_ROOM = 96;

    /** Where the name of a pause may go, counted from the middle, when an arrow is in the way. */
    private static final double[] ASIDE = {0, -110, 110, -190, 190};

    /** How far a lost segment gets, and one whose fate is unknown. */
    private static final double LOST_AT = 0.6;

    /** What an arrow's end looks like. */
    enum Fate {
        ARRIVES,
        DELAYED,
        LOST,
        UNKNOWN
    }

    /**
     * An arrow.
     *
     * @param copy 0 for the first, 1 for a duplicate, and so on
     * @param step the step at its head, or at its beginning when it has none
     */
    record Arrow(LadderPacket packet, int copy, int step, Fate fate, LabelPlacer.Line line) {}

    /** What is written along an arrow. */
    record Label(String text, SegmentLabel.Kind kind, LabelPlacer.Place place) {}

    private final List<LadderStep> steps;
    private final long usualTransitNs;
    private final double top;
    private final double[] extra;
    private final Map<LadderPacket, Integer> departures = new HashMap<>();
    private double[] pauseX = {};
    private LadderLayout layout;
    private List<Arrow> arrows = List.of();
    private List<Label> labels = List.of();
    private int touching;

    LadderScene(Ladder ladder, double top) {
        steps = ladder.steps();
        usualTransitNs = ladder.usualTransitNs();
        this.top = top;
        extra = new double[steps.size()];
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).type() == LadderStep.Type.LEAVE) {
                departures.put(steps.get(i).packet(), i);
            }
        }
        layout = new LadderLayout(steps, usualTransitNs, top, extra);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            layout = new LadderLayout(steps, usualTransitNs, top, extra);
            placeArrows();
            placeLabels();
            if (touching == 0) {
                break;
            }
        }
    }

    List<LadderStep> steps() {
        return steps;
    }

    LadderLayout layout() {
        return layout;
    }

    List<Arrow> arrows() {
        return arrows;
    }

    List<Label> labels() {
        return labels;
    }

    double top() {
        return top;
    }

    /** Where the name of a pause goes. */
    double pauseX(int band) {
        return pauseX[band];
    }

    /**
     * How many labels touch another one in spite of everything; 0 in any picture worth printing.
     */
    int touching() {
        return touching;
    }

    /** Beside a lifeline, towards the other one: where arrows begin and end. */
    private static double inner(End end) {
        return end == End.A ? A_X + BAR_HALF : B_X - BAR_HALF;
    }

    private void placeArrows() {
        arrows = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            LadderStep step = steps.get(i);
            if (step.type() == LadderStep.Type.LEAVE) {
                if (step.packet().arrivals().isEmpty()) {
                    arrows.add(stopped(i, step));
                }
            } else if (step.type() == LadderStep.Type.ARRIVE) {
                LadderPacket packet = step.packet();
                long transitNs = step.timeNs() - steps.get(departures.get(packet)).timeNs();
                Fate fate =
                        Ladder.isDelayed(transitNs, usualTransitNs) ? Fate.DELAYED : Fate.ARRIVES;
                LabelPlacer.Line line =
                        new LabelPlacer.Line(
                                inner(packet.from()),
                                layout.leaves(packet),
                                inner(step.end()),
                                layout.y(i));
                arrows.add(new Arrow(packet, step.copy(), i, fate, line));
            }
        }
    }

    private Arrow stopped(int i, LadderStep step) {
        double from = inner(step.end());
        double to = from + LOST_AT * (inner(step.end().other()) - from);
        double y = layout.y(i);
        LabelPlacer.Line line =
                new LabelPlacer.Line(from, y, to, y + LOST_AT * LadderLayout.TRANSIT);
        return new Arrow(
                step.packet(), 0, i, step.packet().isLost() ? Fate.LOST : Fate.UNKNOWN, line);
    }

    /** Labels that touch another one get more room above their step in the next round. */
    private void placeLabels() {
        LabelPlacer placer = new LabelPlacer();
        arrows.forEach(each -> placer.addLine(each.line()));
        takeMiddle(placer);
        List<Wish> wishes = new ArrayList<>();
        for (Arrow arrow : arrows) {
            SegmentLabel label = arrow.packet().label();
            if (arrow.copy() == 0) {
                int step = departures.get(arrow.packet());
                wishes.add(Wish.of(placer, arrow, label.text(), false, step));
            }
            if (arrow.fate() == Fate.DELAYED || arrow.copy() > 0) {
                wishes.add(Wish.of(placer, arrow, lateText(arrow), true, arrow.step()));
            }
        }
        placer.settle();
        labels = new ArrayList<>();
        touching = 0;
        for (Wish wish : wishes) {
            labels.add(new Label(wish.text, wish.kind, placer.place(wish.number)));
            int touched = placer.touched(wish.number);
            if (touched >= 0) {
                touching++;
                // Room above the later one of the two moves them apart; room above the earlier one
                // moves both.
                int later = Math.max(wish.step, touched);
                extra[later] = Math.min(MOST_ROOM, extra[later] + MORE_ROOM);
            }
        }
    }

    /** A label that the placer knows by its number. */
    private record Wish(int number, String text, SegmentLabel.Kind kind, int step) {
        static Wish of(LabelPlacer placer, Arrow arrow, String text, boolean nearHead, int step) {
            int number = placer.add(arrow.line(), text, nearHead, step);
            return new Wish(number, text, arrow.packet().label().kind(), step);
        }
    }

    private String lateText(Arrow arrow) {
        long transitNs =
                steps.get(arrow.step()).timeNs()
                        - steps.get(departures.get(arrow.packet())).timeNs();
        String what = arrow.copy() > 0 ? "copy of " : "";
        String numbers = arrow.packet().label().numbers().replaceFirst(" ack .*", "");
        String name = numbers.isEmpty() ? arrow.packet().label().name() : numbers;
        return what + name + "  sent " + TimeText.of(transitNs) + " ago";
    }

    private void takeMiddle(LabelPlacer placer) {
        List<LadderLayout.Band> bands = layout.bands();
        pauseX = new double[bands.size()];
        for (int i = 0; i < bands.size(); i++) {
            double y = (bands.get(i).top() + bands.get(i).bottom()) / 2;
            double width = pauseText(bands.get(i)).length() * SANS_CHARACTER;
            pauseX[i] = MIDDLE_X;
            for (double aside : ASIDE) {
                if (placer.isFree(MIDDLE_X + aside, y, width)) {
                    pauseX[i] = MIDDLE_X + aside;
                    break;
                }
            }
            placer.take(pauseX[i], y, width, 0);
        }
        for (int i = 0; i < steps.size(); i++) {
            LadderStep step = steps.get(i);
            if (step.type() == LadderStep.Type.NOTE && step.end() == null) {
                List<String> lines =
                        TextLadder.wrap(step.note().text(), LadderLayout.CENTRE_COLUMNS);
                for (int line = 0; line < lines.size(); line++) {
                    double width = lines.get(line).length() * SANS_CHARACTER;
                    placer.take(MIDDLE_X, layout.y(i) + line * LadderLayout.LINE_HEIGHT, width, i);
                }
            }
        }
    }

    static String pauseText(LadderLayout.Band band) {
        return TimeText.duration(band.lengthNs()) + " pass";
    }
}
