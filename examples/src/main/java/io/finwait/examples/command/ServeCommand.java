package io.finwait.examples.command;

import static java.util.stream.Collectors.joining;

import io.finwait.driver.DrainReport;
import io.finwait.driver.DriverGroup;
import io.finwait.examples.net.FileServer;
import io.finwait.examples.net.FileServers;
import io.finwait.spi.CongestionControls;
import io.finwait.spi.TransportUri;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.FlowShare;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.trace.Netstat;
import io.finwait.wire.IpAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code finwait serve}. */
@Command(
        name = "serve",
        description = "Serves the files of a folder by HTTP, over Finwait's TCP.",
        footer = {
            "",
            "A line of input prints netstat; finwait netstat --watch shows it"
                    + " continuously. Ctrl-C, or SIGTERM, drains: nobody is accepted any more, and"
                    + " when all connections have ended, or --drain is over, it prints what was"
                    + " served and what was left. For example, as root:",
            "",
            "  finwait serve --transport 'tun:fw0?address=10.9.0.1/24' --http 8080 .",
            "  curl http://10.9.0.2:8080/README.md"
        })
final class ServeCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--transport",
            paramLabel = "URI",
            defaultValue = "tun:fw0?address=10.9.0.1/24",
            description =
                    "What carries our packets, such as tun:NAME?address=KERNEL/PREFIX"
                            + " (default: ${DEFAULT-VALUE}).")
    private String transport;

    @Option(
            names = "--address",
            paramLabel = "ADDR",
            split = ",",
            description =
                    "Our own addresses, IPv4 or IPv6, separated by commas (default: what"
                            + " the transport names as own=ADDR/PREFIX, else 10.9.0.2).")
    private List<String> addresses;

    @Option(
            names = "--http",
            paramLabel = "PORT",
            required = true,
            description = "The port to serve on, 1 to 65535.")
    private int port;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            defaultValue = "cubic",
            description =
                    "The congestion control: cubic, newreno, or one of a provider's (default:"
                            + " ${DEFAULT-VALUE}).")
    private String congestion;

    @Option(
            names = "--closer",
            paramLabel = "us|peer",
            defaultValue = "us",
            description =
                    "Who sends the first FIN when a file has been sent. A peer that has"
                            + " not closed by the deadline is closed by us (default:"
                            + " ${DEFAULT-VALUE}).")
    private FileServer.Closer closer;

    @Option(
            names = "--deadline",
            paramLabel = "TIME",
            defaultValue = "10s",
            description =
                    "How long a client may take to send its request, and to close. Within"
                            + " each such time it must accept at least 240 octets per second of the"
                            + " response (default: ${DEFAULT-VALUE}).")
    private Duration deadline;

    @Option(
            names = "--msl",
            paramLabel = "TIME",
            defaultValue = "30s",
            description =
                    "Maximum lifetime of a segment (MSL), 1500ms to 2m; TIME-WAIT lasts"
                            + " twice as long (default: ${DEFAULT-VALUE}).")
    private Duration msl;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Serves on so many threads, each with a queue of the device of its own, 1 to"
                            + " 256 (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            defaultValue = "5s",
            description =
                    "How long connections may take to end when the server is stopped; what is"
                            + " left then is reset (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Parameters(paramLabel = "DIR", description = "The folder.")
    private Path folder;

    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException {
        EndpointConfig config = config();
        try (DriverGroup group = DriverGroup.open(config, transport, threads);
                Shown _ = Shown.as("serve", () -> netstat(group))) {
            require(KernelRoute.of(transport).map(route -> route.problem(addresses)));
            long begun = System.nanoTime();
            group.driver(0).call(ServeCommand::warmUp).join();
            long warmUpMs = (System.nanoTime() - begun) / 1_000_000;
            Counters counters = group.counters().join();
            try (FileServers servers = FileServers.start(group, port, folder, closer, deadline)) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(servers)));
                Thread.ofPlatform().daemon().start(() -> readLines(group));
                System.out.println(
                        "serving "
                                + folder
                                + " at "
                                + addresses.stream().map(this::url).collect(joining(" "))
                                + " over "
                                + transport
                                + (threads > 1 ? " on " + threads + " threads" : "")
                                + ", warmed up in "
                                + warmUpMs
                                + " ms");
                System.out.flush();
                DrainReport report = group.stopped().join();
                summary(report, servers, counters);
                if (report.failure() != null) {
                    System.err.println("finwait serve: " + report.failure().getMessage());
                    return 1;
                }
                return 0;
            }
        } finally {
            ended.countDown();
        }
    }

    /** What is compiled is compiled for the threads of all. */
    private static Void warmUp(Endpoint endpoint) {
        endpoint.warmUp();
        return null;
    }

    private EndpointConfig config() {
        if (port < 1 || port > 65_535) {
            throw wrong("--http " + port + " is not a port; choose 1 to 65535");
        }
        if (!Files.isDirectory(folder)) {
            throw wrong("'" + folder + "' is not a folder");
        }
        TransportUri.parse(transport);
        try {
            addresses = LinkAddresses.choose(addresses, transport, "10.9.0.2");
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
        if (threads < 1 || threads > FlowShare.MOST) {
            throw wrong("--threads " + threads + " is out of range; choose 1 to 256");
        }
        if (drain.compareTo(Duration.ofHours(1)) > 0) {
            throw wrong("--drain is out of range; choose 0s to 60m");
        }
        if (deadline.isZero() || deadline.compareTo(Duration.ofHours(1)) > 0) {
            throw wrong("--deadline is out of range; choose 1ms to 60m");
        }
        Duration twoMsl = msl.multipliedBy(2);
        if (twoMsl.compareTo(TimeWaitPolicy.SHORTEST_2MSL) < 0
                || twoMsl.compareTo(TimeWaitPolicy.LONGEST_2MSL) > 0) {
            throw wrong("--msl is out of range; choose 1500ms to 2m");
        }
        EndpointConfig.Builder config =
                EndpointConfig.builder()
                        .timeWaitPolicy(TimeWaitPolicy.defaults().withTwoMsl(twoMsl));
        addresses.forEach(config::address);
        try {
            config.congestionControl(CongestionControls.named(congestion));
        } catch (IllegalArgumentException e) {
            throw wrong("--congestion: " + e.getMessage());
        }
        EndpointConfig built = config.build();
        require(KernelRoute.of(transport).map(route -> route.problemBefore(addresses)));
        return built;
    }

    /** Says what makes it impossible to be reached, instead of "serving". */
    private void require(Optional<String> problem) {
        if (!problem.orElse("").isEmpty()) {
            throw wrong("--transport " + transport + ": " + problem.get());
        }
    }

    private String url(String address) {
        boolean v4 = IpAddress.parse(address).isV4();
        return "http://" + (v4 ? address : "[" + address + "]") + ":" + port + "/";
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /** Runs when the JVM is told to end: lets the connections end and the summary be printed. */
    private void stop(FileServers servers) {
        CompletableFuture<DrainReport> _ = servers.drain(drain);
        try {
            boolean printed = ended.await(drain.toMillis() + 5_000, TimeUnit.MILLISECONDS);
            if (!printed) {
                System.err.println("finwait serve: the drivers did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readLines(DriverGroup group) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                System.out.print(netstat(group));
                System.out.flush();
            }
        } catch (IOException e) {
            System.err.println("finwait serve: no more input: " + e.getMessage());
        } catch (CompletionException e) {
            // The server is stopping, and prints what is left.
            System.err.println("finwait serve: " + e.getCause().getMessage());
        }
    }

    /** What all threads serve, as one table. */
    private static String netstat(DriverGroup group) {
        return group.callAll(Netstat::rows)
                .orTimeout(5, TimeUnit.SECONDS)
                .thenApply(rows -> Netstat.render(Netstat.merged(rows)))
                .join();
    }

    private static void summary(DrainReport report, FileServers servers, Counters counters) {
        Map<String, Integer> states = new TreeMap<>();
        report.notEnded().forEach(each -> states.merge(each.state().name(), 1, Integer::sum));
        if (report.timeWait() > 0) {
            states.put("TIME_WAIT", report.timeWait());
        }
        System.out.println();
        System.out.println(servers.requests() + " connections accepted; left: " + states);
        System.out.println("counted: " + counters.nonZero());
        System.out.flush();
    }
}
