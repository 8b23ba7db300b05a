package io.finwait.benchmarks.segment;

import io.finwait.picture.Chart;
import io.finwait.picture.SvgTheme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws what a segment costs, from JMH's CSV of {@link SegmentProcessing} with checksums offloaded;
 * the benchmark's own share is taken off: {@code java -cp benchmarks.jar
 * io.finwait.benchmarks.segment.SegmentChart RESULTS.csv CHART.svg}.
 */
public final class SegmentChart {

    private SegmentChart() {}

    /** Reads the one file and writes the other. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Double> scores = new HashMap<>();
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.replace("\"", "").split(",", -1);
            if (!fields[0].contains(":") && fields[7].equals("true")) {
                String operation = fields[0].replaceAll(".*\\.", "");
                scores.put(operation + " " + fields[8], Double.parseDouble(fields[4]));
            }
        }
        Chart chart =
                new Chart("What a segment costs, checksums offloaded, copies not counted", "ns");
        for (String connections : List.of("1", "1000")) {
            chart.group(connections.equals("1") ? "one connection" : "1,000 connections in turn");
            bar(chart, "pure ACK", "pureAck", "harnessOfAcks", connections, scores);
            bar(chart, "1,448 octets in order", "inOrder", "harnessAndCopy", connections, scores);
            bar(
                    chart,
                    "the same out of order",
                    "outOfOrder",
                    "harnessAndCopy",
                    connections,
                    scores);
            bar(chart, "out of the window", "outOfWindow", "harness", connections, scores);
        }
        Files.writeString(Path.of(arguments[1]), chart.render(SvgTheme.AUTO));
    }

    private static void bar(
            Chart chart,
            String name,
            String operation,
            String harness,
            String connections,
            Map<String, Double> scores) {
        double whole = scores.get(operation + " " + connections);
        chart.bar(name, Math.max(0, whole - scores.get(harness + " " + connections)));
    }
}
