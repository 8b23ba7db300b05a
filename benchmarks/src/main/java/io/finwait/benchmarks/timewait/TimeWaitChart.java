package io.finwait.benchmarks.timewait;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Draws octets an entry and CPU time for each operation as bars, from what {@link Footprint} and
 * JMH's CSV say: {@code java -cp benchmarks.jar io.finwait.benchmarks.timewait.TimeWaitChart
 * FOOTPRINTS.csv RESULTS.csv CHART.svg}.
 */
public final class TimeWaitChart {

    private static final int LEFT = 150;
    private static final int WIDTH = 720;
    private static final int BAR = 14;

    private TimeWaitChart() {}

    /** Bars that can be compared. */
    private record Group(String unit, Map<String, Double> bars) {}

    /** Reads the two files and writes the third. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Group> groups = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] fields = line.split(",", -1);
            // Each run of Footprint has its own heading.
            if (!fields[0].equals("candidate")) {
                String millions = Math.round(Double.parseDouble(fields[1]) / 1e6) + " million live";
                add(groups, "heap an entry, " + millions, "octets", fields[0], fields[2]);
            }
        }
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            String[] fields = line.replace("\"", "").split(",", -1);
            if (fields[0].endsWith(":cpu")) {
                String operation = fields[0].replaceAll(".*TimeWait\\.|:cpu", "");
                String millions = fields[fields.length - 1].replaceAll("000000$", " million live");
                String candidate = fields[fields.length - 2];
                add(groups, operation + ", " + millions, "ns", candidate, fields[4]);
            }
        }
        Files.writeString(Path.of(arguments[2]), draw(groups));
    }

    private static void add(
            Map<String, Group> groups, String title, String unit, String candidate, String value) {
        groups.computeIfAbsent(title, g -> new Group(unit, new LinkedHashMap<>()))
                .bars()
                .put(candidate, Double.parseDouble(value));
    }

    private static String draw(Map<String, Group> groups) {
        StringBuilder bars = new StringBuilder();
        int y = 40;
        for (Map.Entry<String, Group> group : groups.entrySet()) {
            Map<String, Double> values = group.getValue().bars();
            double longest =
                    values.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
            bars.append(text(10, y, "bold", group.getKey()));
            y += 8;
            for (Map.Entry<String, Double> bar : values.entrySet()) {
                int length = (int) Math.round(bar.getValue() / longest * (WIDTH - LEFT - 90));
                String colour = bar.getKey().equals("finwait") ? "#0b7285" : "#adb5bd";
                bars.append(text(10, y + BAR - 3, "normal", bar.getKey()));
                bars.append(
                        String.format(
                                Locale.ROOT,
                                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\""
                                        + " fill=\"%s\"/>%n",
                                LEFT,
                                y,
                                Math.max(length, 1),
                                BAR - 3,
                                colour));
                String label =
                        String.format(
                                Locale.ROOT, "%.0f %s", bar.getValue(), group.getValue().unit());
                bars.append(text(LEFT + length + 6, y + BAR - 3, "normal", label));
                y += BAR;
            }
            y += 24;
        }
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                                + " font-family=\"sans-serif\" font-size=\"11\">%n",
                        WIDTH,
                        y)
                + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                + text(
                        10,
                        18,
                        "bold",
                        "TIME-WAIT: memory of an entry, and CPU time of the process for each"
                                + " operation")
                + bars
                + "</svg>\n";
    }

    private static String text(int x, int y, String weight, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n",
                x,
                y,
                weight,
                text);
    }
}
