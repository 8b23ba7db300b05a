package io.finwait.sim.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The race of the JDK's {@code HttpClient}, in a JVM whose channels are a host's. Says a line for
 * each cell.
 */
final class JdkHttpClientRace {

    private JdkHttpClientRace() {}

    public static void main(String[] args) throws Exception {
        int runs = Integer.parseInt(args[0]);
        // While its classes are loaded, the first request's head may leave before the body is
        // there.
        KeepAliveRace.repeated(HttpUsers::jdk, new ArrayList<>(), 1);
        List<String> packets = new ArrayList<>();
        List<String> column = KeepAliveRace.repeated(HttpUsers::jdk, packets, runs);
        packets.forEach(each -> System.out.println("packet " + each));
        column.forEach(each -> System.out.println("cell " + each));
        System.exit(0);
    }

    /** Starts that JVM and reads its column. */
    static List<String> column(List<String> packets, int runs)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Djava.nio.channels.spi.SelectorProvider="
                                + HostSelectorProvider.class.getName(),
                        "--add-exports",
                        "java.base/sun.nio.ch=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JdkHttpClientRace.class.getName(),
                        String.valueOf(runs));
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("the other JVM has failed: " + said);
        }
        List<String> cells = new ArrayList<>();
        for (String line : said.lines().toList()) {
            if (line.startsWith("packet ")) {
                packets.add(line.substring("packet ".length()));
            } else if (line.startsWith("cell ")) {
                cells.add(line.substring("cell ".length()));
            }
        }
        return cells;
    }
}
