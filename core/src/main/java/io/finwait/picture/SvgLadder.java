package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.TimeText;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Draws a {@link Ladder} as SVG: time downwards, the ends' states as coloured bars along their
 * lifelines, segments as arrows slanted to their arrival, lost ones ending in a cross, delayed ones
 * dashed. Pauses are shortened to bands. The picture has its own background and follows the
 * reader's light or dark mode.
 */
public final class SvgLadder {

    private static final double TIME_X = 62;
    private static final double BAR = 12;
    private static final double BESIDE = 16;
    private static final double LEGEND_ROW = 20;
    private static final double MARGIN = 24;

    private final SvgTheme theme;

    /** Follows the reader's light or dark mode. */
    public SvgLadder() {
        this(SvgTheme.AUTO);
    }

    /** Draws in given colours. */
    public SvgLadder(SvgTheme theme) {
        this.theme = theme;
    }

    /** Draws a ladder; the text is a whole SVG file. */
    public String render(Ladder ladder) {
        LadderScene scene = new LadderScene(ladder, ladder.title().isEmpty() ? 74 : 108);
        return new Drawing(ladder, scene, theme).draw();
    }

    private static final class Drawing {

        private final Ladder ladder;
        private final LadderScene scene;
        private final LadderLayout layout;
        private final List<LadderStep> steps;
        private final double bottom;
        private final Set<String> states = new LinkedHashSet<>();
        private final Svg svg;

        Drawing(Ladder ladder, LadderScene scene, SvgTheme theme) {
            this.ladder = ladder;
            this.scene = scene;
            layout = scene.layout();
            steps = scene.steps();
            bottom = layout.bottom() + 16;
            for (LadderStep step : steps) {
                if (step.type() == LadderStep.Type.STATE) {
                    states.add(step.stateChange().state());
                }
            }
            String names = ladder.name(End.A) + " and " + ladder.name(End.B);
            svg =
                    new Svg(
                            LadderScene.WIDTH,
                            bottom + 30 + LEGEND_ROW * legendRows() + MARGIN / 2,
                            ladder.title().isEmpty() ? names : ladder.title(),
                            "Segments between " + names + ", time running downwards.",
                            LadderStyle.css(theme));
        }

        String draw() {
            drawHeads();
            drawBands();
            drawLifelines();
            scene.arrows().forEach(this::drawArrow);
            drawTimes();
            for (int i = 0; i < steps.size(); i++) {
                drawStep(steps.get(i), layout.y(i));
            }
            drawBandTexts();
            scene.labels().forEach(this::drawLabel);
            drawLegend();
            return svg.finish();
        }

        private void drawHeads() {
            if (!ladder.title().isEmpty()) {
                svg.text(LadderScene.MIDDLE_X, 38, "title", ladder.title());
            }
            double y = scene.top() - 28;
            svg.text(LadderScene.A_X, y, "name", ladder.name(End.A));
            svg.text(LadderScene.B_X, y, "name", ladder.name(End.B));
            svg.text(TIME_X, y, "time", "time");
        }

        private void drawBands() {
            double width = LadderScene.WIDTH - 2 * MARGIN;
            for (LadderLayout.Band band : layout.bands()) {
                svg.rect(MARGIN, band.top(), width, band.bottom() - band.top(), "band", 4);
            }
        }

        private void drawBandTexts() {
            for (int i = 0; i < layout.bands().size(); i++) {
                LadderLayout.Band band = layout.bands().get(i);
                double y = (band.top() + band.bottom()) / 2;
                svg.text(scene.pauseX(i), y + 4, "pause", LadderScene.pauseText(band));
                for (double x : new double[] {LadderScene.A_X, LadderScene.B_X}) {
                    svg.path(tear(x, y - 4, 7) + backTear(x, y + 3), "gap");
                    svg.path(tear(x, y - 4, 7), "tear");
                    svg.path(tear(x, y + 3, 7), "tear");
                }
            }
        }

        /** Two zigzag lines across a bar, as on an axis that leaves something out. */
        private static String tear(double x, double y, double height) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i <= 4; i++) {
                path.append(i == 0 ? "M" : "L");
                path.append(Svg.number(x - 12 + 6 * i)).append(' ');
                path.append(Svg.number(i % 2 == 0 ? y + height / 2 : y - height / 2));
            }
            return path.toString();
        }

        private static String backTear(double x, double y) {
            StringBuilder path = new StringBuilder();
            for (int i = 4; i >= 0; i--) {
                path.append('L').append(Svg.number(x - 12 + 6 * i)).append(' ');
                path.append(Svg.number(i % 2 == 0 ? y + 3.5 : y - 3.5));
            }
            return path.append('Z').toString();
        }

        private void drawLifelines() {
            for (End end : End.values()) {
                double x = x(end);
                svg.line(x, scene.top() - 14, x, bottom, "lifeline");
                String state = null;
                double from = 0;
                for (int i = 0; i < steps.size(); i++) {
                    LadderStep step = steps.get(i);
                    if (step.type() == LadderStep.Type.STATE && step.end() == end) {
                        drawBar(x, from, layout.y(i), state);
                        state = step.stateChange().state();
                        from = layout.y(i);
                    }
                }
                drawBar(x, from, bottom, state);
            }
        }

        private void drawBar(double x, double from, double to, String state) {
            if (state != null && to > from) {
                svg.rect(x - BAR / 2, from, BAR, to - from, LadderStyle.bar(state), 1.5);
            }
        }

        private void drawTimes() {
            double last = -LEGEND_ROW;
            long shownNs = -1;
            for (int i = 0; i < steps.size(); i++) {
                long timeNs = steps.get(i).timeNs();
                double y = layout.y(i);
                boolean block = steps.get(i).type() == LadderStep.Type.BLOCK;
                if (timeNs != shownNs && y - last >= 15 && !block) {
                    svg.text(TIME_X, y + 4, "time", TimeText.of(timeNs));
                    last = y;
                    shownNs = timeNs;
                }
            }
        }

        private void drawStep(LadderStep step, double y) {
            switch (step.type()) {
                case STATE -> beside(step.end(), y, "state", List.of(step.stateChange().state()));
                case NOTE -> drawNote(step.note(), y);
                case BLOCK -> drawBlock(step.block(), y);
                case LEAVE, ARRIVE -> {
                    // Arrows join the two: they are drawn below all texts.
                }
            }
        }

        private void drawNote(LadderEvent.Note note, double y) {
            if (note.end() != null) {
                beside(
                        note.end(),
                        y,
                        "note",
                        TextLadder.wrap(note.text(), LadderLayout.SIDE_COLUMNS));
                String y1 = Svg.number(y);
                svg.element(
                        "circle",
                        "cx",
                        Svg.number(x(note.end())),
                        "cy",
                        y1,
                        "r",
                        "3.5",
                        "class",
                        "dot");
                return;
            }
            List<String> lines = TextLadder.wrap(note.text(), LadderLayout.CENTRE_COLUMNS);
            int longest = lines.stream().mapToInt(String::length).max().orElse(0);
            double width = longest * LadderScene.SANS_CHARACTER + 28;
            double height = lines.size() * LadderLayout.LINE_HEIGHT + 10;
            double x = LadderScene.MIDDLE_X;
            svg.rect(x - width / 2, y - 13, width, height, "panel", 12);
            for (int i = 0; i < lines.size(); i++) {
                svg.text(x, y + 4 + i * LadderLayout.LINE_HEIGHT, "pill", lines.get(i));
            }
        }

        private void beside(End end, double y, String cssClass, List<String> lines) {
            double x = x(end) + (end == End.A ? -BESIDE : BESIDE);
            String side = end == End.A ? " left" : "";
            for (int i = 0; i < lines.size(); i++) {
                double at = y + 4 + i * LadderLayout.LINE_HEIGHT;
                svg.text(x, at, cssClass + side, lines.get(i));
            }
        }

        private void drawBlock(LadderEvent.Block block, double y) {
            int longest = block.lines().stream().mapToInt(String::length).max().orElse(0);
            double width = Math.max(longest, block.caption().length()) * 6.63 + 24;
            double left = LadderScene.MIDDLE_X - width / 2;
            svg.rect(left, y, width, LadderLayout.blockHeight(block), "panel", 4);
            double at = y + LadderLayout.BLOCK_PADDING + 11;
            if (!block.caption().isEmpty()) {
                svg.text(left + 12, at, "mono caption", block.caption());
                at += LadderLayout.BLOCK_LINE_HEIGHT;
            }
            for (String line : block.lines()) {
                svg.text(left + 12, at, "mono", line);
                at += LadderLayout.BLOCK_LINE_HEIGHT;
            }
        }

        private void drawArrow(LadderScene.Arrow arrow) {
            LabelPlacer.Line line = arrow.line();
            String kind = LadderStyle.kind(arrow.packet().label().kind());
            boolean dashed = arrow.fate() != LadderScene.Fate.ARRIVES || arrow.copy() > 0;
            boolean lost = arrow.fate() == LadderScene.Fate.LOST;
            String style = dashed && !lost ? " dashed" : "";
            svg.line(line.x1(), line.y1(), line.x2(), line.y2(), "arrow " + kind + style);
            switch (arrow.fate()) {
                case ARRIVES, DELAYED -> svg.path(head(line), "head " + kind);
                case LOST -> svg.path(cross(line.x2(), line.y2()), "cross");
                case UNKNOWN -> svg.text(line.x2() + 4, line.y2() + 14, "muted", "?");
            }
        }

        private static String head(LabelPlacer.Line line) {
            double ux = (line.x2() - line.x1()) / line.length();
            double uy = (line.y2() - line.y1()) / line.length();
            return "M"
                    + point(line.x2(), line.y2())
                    + "L"
                    + point(line.x2() - 11 * ux + 4.5 * uy, line.y2() - 11 * uy - 4.5 * ux)
                    + "L"
                    + point(line.x2() - 11 * ux - 4.5 * uy, line.y2() - 11 * uy + 4.5 * ux)
                    + "Z";
        }

        private static String cross(double x, double y) {
            return "M"
                    + point(x - 7, y - 7)
                    + "L"
                    + point(x + 7, y + 7)
                    + "M"
                    + point(x - 7, y + 7)
                    + "L"
                    + point(x + 7, y - 7);
        }

        private static String point(double x, double y) {
            return Svg.number(x) + " " + Svg.number(y);
        }

        private void drawLabel(LadderScene.Label label) {
            LabelPlacer.Place place = label.place();
            String turn =
                    String.format(
                            Locale.ROOT,
                            "translate(%.1f %.1f) rotate(%.2f)",
                            place.x(),
                            place.y(),
                            place.degrees());
            String cssClass = "label " + LadderStyle.kind(label.kind());
            svg.text(0, 4, cssClass, label.text(), "transform", turn);
        }

        private List<String> legend() {
            List<String> items = new ArrayList<>(states);
            if (has(LadderScene.Fate.LOST)) {
                items.add("lost");
            }
            if (has(LadderScene.Fate.DELAYED)) {
                items.add("delayed");
            }
            return items;
        }

        private boolean has(LadderScene.Fate fate) {
            return scene.arrows().stream().anyMatch(each -> each.fate() == fate);
        }

        private static double legendWidth(String item) {
            return item.length() * 7 + 52;
        }

        private int legendRows() {
            int rows = 1;
            double x = MARGIN;
            for (String item : legend()) {
                if (x + legendWidth(item) > LadderScene.WIDTH - MARGIN) {
                    rows++;
                    x = MARGIN;
                }
                x += legendWidth(item);
            }
            return rows;
        }

        private void drawLegend() {
            double x = MARGIN;
            double y = bottom + 30;
            for (String item : legend()) {
                if (x + legendWidth(item) > LadderScene.WIDTH - MARGIN) {
                    x = MARGIN;
                    y += LEGEND_ROW;
                }
                if (item.equals("lost")) {
                    svg.line(x, y, x + 22, y, "arrow fin");
                    svg.path(cross(x + 22, y), "cross");
                } else if (item.equals("delayed")) {
                    svg.line(x, y, x + 28, y, "arrow fin dashed");
                } else {
                    svg.rect(x + 6, y - 6, 22, BAR, LadderStyle.bar(item), 1.5);
                }
                svg.text(x + 35, y + 4, "legend", item);
                x += legendWidth(item);
            }
        }

        private static double x(End end) {
            return end == End.A ? LadderScene.A_X : LadderScene.B_X;
        }
    }
}
