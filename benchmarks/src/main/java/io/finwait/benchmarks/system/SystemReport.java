package io.finwait.benchmarks.system;

import io.finwait.picture.Chart;
import io.finwait.picture.SvgTheme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Tables and charts of the system benchmark: medians, spread, and ratios to the kernel in the same
 * rounds. {@code java -cp benchmarks.jar io.finwait.benchmarks.system.SystemReport RESULTS.csv
 * PREFIX} prints Markdown and writes {@code PREFIX-bulk.svg} and {@code PREFIX-connections.svg}.
 */
public final class SystemReport {

    private static final String KERNEL = "veth";
    private static final Map<String, String> NAMES =
            Map.of(
                    KERNEL,
                    "kernel over veth",
                    "tun",
                    "Finwait over TUN",
                    "tun-offload",
                    "Finwait over TUN, offload");

    private record Key(String cpus, String test, String path) {}

    /** One run of one test. */
    private record Run(
            int round,
            double value,
            double p50,
            double p99,
            double longest,
            double clientCpu,
            double serverCpu,
            double count,
            long failed) {

        static Run of(String[] f) {
            return new Run(
                    Integer.parseInt(f[1]),
                    Double.parseDouble(f[4]),
                    Double.parseDouble(f[5]),
                    Double.parseDouble(f[6]),
                    Double.parseDouble(f[7]),
                    Double.parseDouble(f[8]),
                    Double.parseDouble(f[9]),
                    Double.parseDouble(f[10]),
                    Long.parseLong(f[11]));
        }

        /** CPU seconds of both ends for each GB. */
        double cpuPerGb() {
            return (clientCpu + serverCpu) / (count * 1e-9);
        }

        /** CPU of the server for each connection or round trip, in microseconds. */
        double serverCpuUs() {
            return serverCpu * 1e6 / count;
        }
    }

    private final Map<Key, List<Run>> runs = new LinkedHashMap<>();

    private SystemReport(List<String> lines) {
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            runs.computeIfAbsent(new Key(fields[0], fields[3], fields[2]), key -> new ArrayList<>())
                    .add(Run.of(fields));
        }
    }

    /** Reads the one file, prints, and writes the charts. */
    public static void main(String[] arguments) throws IOException {
        SystemReport report = new SystemReport(Files.readAllLines(Path.of(arguments[0])));
        System.out.print(report.tables());
        report.draw("in", "Gbit/s", "Bulk, one connection, MTU 1500", arguments[1] + "-bulk.svg");
        report.draw(
                ":100",
                "connections/s",
                "Connect, request, response, close; 100 at a time",
                arguments[1] + "-connections.svg");
    }

    private String tables() {
        StringBuilder text = new StringBuilder();
        for (String cpus : runs.keySet().stream().map(Key::cpus).distinct().toList()) {
            text.append(
                    """

                    %s

                    | test | path | median | least – most | of veth | p50 / p99 / longest, µs | CPU | failed |
                    |---|---|---|---|---|---|---|---|
                    """
                            .formatted(cpus.equals("1") ? "One CPU" : cpus + " CPUs"));
            runs.keySet().stream()
                    .filter(key -> key.cpus().equals(cpus))
                    .sorted(Comparator.comparing(Key::test))
                    .forEach(key -> text.append(row(key)));
        }
        return text.toString();
    }

    private String row(Key key) {
        List<Run> all = runs.get(key);
        boolean bulk = isBulk(key.test());
        String cpu =
                bulk
                        ? number(median(all, Run::cpuPerGb), 3) + " s/GB"
                        : number(median(all, Run::serverCpuUs), 1) + " µs";
        String latency =
                bulk
                        ? ""
                        : number(median(all, Run::p50), 1)
                                + " / "
                                + number(median(all, Run::p99), 1)
                                + " / "
                                + number(all.stream().mapToDouble(Run::longest).max().orElse(0), 0);
        int decimals = bulk ? 1 : 0;
        return String.join(
                " | ",
                "| " + key.test(),
                NAMES.getOrDefault(key.path(), key.path()),
                number(median(all, Run::value), decimals),
                number(all.stream().mapToDouble(Run::value).min().orElse(0), decimals)
                        + " – "
                        + number(all.stream().mapToDouble(Run::value).max().orElse(0), decimals),
                hasKernel(key) ? number(ratioToKernel(key), 2) : "",
                latency,
                cpu,
                all.stream().mapToLong(Run::failed).sum() + " |\n");
    }

    private static boolean isBulk(String test) {
        return test.equals("in") || test.equals("out");
    }

    private boolean hasKernel(Key key) {
        return runs.containsKey(new Key(key.cpus(), key.test(), KERNEL));
    }

    /** The median over the rounds of the value beside the kernel's in the same round. */
    private double ratioToKernel(Key key) {
        Map<Integer, Double> kernel = new LinkedHashMap<>();
        runs.getOrDefault(new Key(key.cpus(), key.test(), KERNEL), List.of())
                .forEach(run -> kernel.put(run.round(), run.value()));
        double[] ratios =
                runs.get(key).stream()
                        .filter(run -> kernel.containsKey(run.round()))
                        .mapToDouble(run -> run.value() / kernel.get(run.round()))
                        .toArray();
        return median(ratios);
    }

    private static double median(List<Run> all, ToDoubleFunction<Run> part) {
        return median(all.stream().mapToDouble(part).toArray());
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return 0;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /**
     * Draws the medians of the first placement's tests, bulk both ways or a kind of connections.
     */
    private void draw(String kind, String unit, String title, String file) throws IOException {
        Chart chart = new Chart(title, unit);
        String placement = runs.keySet().iterator().next().cpus();
        String group = "";
        List<Key> keys =
                runs.keySet().stream()
                        .filter(key -> key.cpus().equals(placement))
                        .filter(
                                key ->
                                        kind.equals("in")
                                                ? isBulk(key.test())
                                                : key.test().endsWith(kind)
                                                        && !key.test().startsWith("fresh"))
                        .sorted(Comparator.comparing(Key::test))
                        .toList();
        for (Key key : keys) {
            if (!key.test().equals(group)) {
                group = key.test();
                chart.group(label(group));
            }
            chart.bar(
                    NAMES.getOrDefault(key.path(), key.path()), median(runs.get(key), Run::value));
        }
        Files.writeString(Path.of(file), chart.render(SvgTheme.AUTO));
    }

    private static String label(String test) {
        return switch (test) {
            case "in" -> "the client sends";
            case "out" -> "the client receives";
            case "client-closes:100" -> "the client closes first";
            case "server-closes:100" -> "the server closes first";
            case "reset:100" -> "the client resets";
            default -> test;
        };
    }
}
