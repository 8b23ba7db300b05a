package io.finwait.benchmarks.timewait;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws CPU time for each operation as bars, from JMH's CSV: {@code java -cp benchmarks.jar
 * io.finwait.benchmarks.timewait.Chart RESULTS.csv CHART.svg}.
 */
public final class Chart {

    private static final int LEFT = 150;
    private static final int WIDTH = 720;
    private static final int BAR = 14;

    private Chart() {}

    /** Reads the one file and writes the other. */
    public static void main(String[] arguments) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        Map<String, Map<String, Double>> groups = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.replace("\"", "").split(",", -1);
            if (fields[0].endsWith(":cpu")) {
                String operation = fields[0].replaceAll(".*TimeWait\\.|:cpu", "");
                String live = fields[fields.length - 1].replaceAll("000000$", " million live");
                groups.computeIfAbsent(operation + ", " + live, g -> new LinkedHashMap<>())
                        .put(fields[fields.length - 2], Double.parseDouble(fields[4]));
            }
        }
        Files.writeString(Path.of(arguments[1]), draw(groups));
    }

    private static String draw(Map<String, Map<String, Double>> groups) {
        StringBuilder bars = new StringBuilder();
        int y = 40;
        for (Map.Entry<String, Map<String, Double>> group : groups.entrySet()) {
            double longest =
                    group.getValue().values().stream()
                            .mapToDouble(Double::doubleValue)
                            .max()
                            .orElse(1);
            bars.append(text(10, y, "bold", group.getKey()));
            y += 8;
            for (Map.Entry<String, Double> bar : group.getValue().entrySet()) {
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
                String label = String.format(Locale.ROOT, "%.0f ns", bar.getValue());
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
                + text(10, 18, "bold", "TIME-WAIT: CPU time of the process for each operation")
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
