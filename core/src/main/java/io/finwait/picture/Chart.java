package io.finwait.picture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws measurements as groups of horizontal bars in SVG, with the value written at each bar. A
 * name has the same colour in every group.
 *
 * <pre>{@code
 * String svg = new Chart("Bulk, one connection", "Gbit/s")
 *         .group("kernel sends").bar("Finwait", 34.2).bar("smoltcp", 6.4)
 *         .group("stack sends").bar("Finwait", 30.1).bar("smoltcp", 1.6)
 *         .render(SvgTheme.AUTO);
 * }</pre>
 */
public final class Chart {

    private static final double WIDTH = 860;
    private static final double LEFT = 220;
    private static final double RIGHT = 110;
    private static final double TOP = 64;
    private static final double BAR = 18;
    private static final double BAR_PITCH = 24;
    private static final double GROUP_HEAD = 30;
    private static final double GROUP_GAP = 14;
    private static final int MOST_TICKS = 6;

    private static final String[][] COLOURS = {
        {"#0969da", "#388bfd"},
        {"#bf8700", "#d29922"},
        {"#2da44e", "#3fb950"},
        {"#a475f9", "#a371f7"},
        {"#e5534b", "#f47067"},
        {"#57606a", "#8b949e"},
        {"#1b7c83", "#39c5cf"},
        {"#bf3989", "#db61a2"},
    };

    private record Bar(String name, double value) {}

    private record Group(String label, List<Bar> bars) {}

    private final String title;
    private final String unit;
    private final List<Group> groups = new ArrayList<>();

    /**
     * An empty chart.
     *
     * @param title the heading
     * @param unit of all values, {@code ns} for instance; may be empty
     */
    public Chart(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    /** Begins a group of bars. */
    public Chart group(String label) {
        groups.add(new Group(label, new ArrayList<>()));
        return this;
    }

    /**
     * Adds a bar to the last group.
     *
     * @param name what was measured
     * @param value finite, 0 or more
     */
    public Chart bar(String name, double value) {
        if (!Double.isFinite(value) || value < 0) {
            throw new IllegalArgumentException(
                    "'" + name + "' is " + value + "; a bar needs a finite value of 0 or more");
        }
        if (groups.isEmpty()) {
            throw new IllegalStateException("there is no group yet; call group first");
        }
        groups.get(groups.size() - 1).bars().add(new Bar(name, value));
        return this;
    }

    /** Draws the chart; the text is a whole SVG file. */
    public String render(SvgTheme theme) {
        Map<String, Integer> colours = colours();
        double bottom = TOP;
        for (Group group : groups) {
            bottom += GROUP_HEAD + group.bars().size() * BAR_PITCH + GROUP_GAP;
        }
        Svg svg = new Svg(WIDTH, bottom + 44, title, description(), css(theme, colours.size()));
        svg.text(WIDTH / 2, 36, "title", title);
        double step = tick(largest());
        double end = Math.max(step, Math.ceil(largest() / step) * step);
        double scale = (WIDTH - LEFT - RIGHT) / end;
        for (int i = 0; i * step <= end * 1.000_001; i++) {
            double x = LEFT + i * step * scale;
            svg.line(x, TOP, x, bottom, "grid");
            svg.text(x, bottom + 18, "tick", number(i * step));
        }
        svg.text(LEFT + end * scale / 2, bottom + 36, "tick", unit);
        double y = TOP;
        for (Group group : groups) {
            y += GROUP_HEAD;
            svg.text(24, y - 10, "group", group.label());
            for (Bar bar : group.bars()) {
                double width = bar.value() * scale;
                String colour = "series" + colours.get(bar.name()) % COLOURS.length;
                svg.text(LEFT - 10, y + BAR - 4, "name", bar.name());
                svg.rect(LEFT, y, Math.max(width, 1), BAR, colour, 2);
                String value = number(bar.value()) + (unit.isEmpty() ? "" : " " + unit);
                svg.text(LEFT + width + 8, y + BAR - 4, "value", value);
                y += BAR_PITCH;
            }
            y += GROUP_GAP;
        }
        return svg.finish();
    }

    private Map<String, Integer> colours() {
        Map<String, Integer> colours = new LinkedHashMap<>();
        for (Group group : groups) {
            for (Bar bar : group.bars()) {
                colours.putIfAbsent(bar.name(), colours.size());
            }
        }
        return colours;
    }

    /** The same numbers in words, for those who can't see the picture. */
    private String description() {
        StringBuilder text = new StringBuilder(unit);
        for (Group group : groups) {
            text.append("; ").append(group.label()).append(':');
            for (Bar bar : group.bars()) {
                text.append(' ').append(bar.name()).append(' ').append(number(bar.value()));
            }
        }
        return text.toString();
    }

    private double largest() {
        double largest = 0;
        for (Group group : groups) {
            for (Bar bar : group.bars()) {
                largest = Math.max(largest, bar.value());
            }
        }
        return largest;
    }

    /** A round distance between grid lines: 1, 2 or 5 times a power of ten. */
    private static double tick(double largest) {
        if (largest == 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(largest / MOST_TICKS)));
        for (int factor : new int[] {1, 2, 5}) {
            if (largest / (factor * power) <= MOST_TICKS) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Three significant digits, or all of a larger whole number, with commas. */
    private static String number(double value) {
        double size = Math.abs(value);
        int decimals = size == 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    private static String css(SvgTheme theme, int series) {
        SvgStyle style = new SvgStyle();
        style.fixed(".title{font-size:18px;font-weight:600;text-anchor:middle}");
        style.fixed(".group{font-size:14px;font-weight:600}");
        style.fixed(".name{text-anchor:end}");
        style.fixed(".tick{font-size:12px;text-anchor:middle}");
        style.fixed(".group,.value{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}");
        style.color(".group,.value", "stroke", "#ffffff", "#0d1117");
        style.color(".tick", "fill", "#59636e", "#9198a1");
        style.color(".grid", "stroke", "#d1d9e0", "#3d444d");
        for (int i = 0; i < Math.min(series, COLOURS.length); i++) {
            style.color(".series" + i, "fill", COLOURS[i][0], COLOURS[i][1]);
        }
        return style.css(theme);
    }
}
