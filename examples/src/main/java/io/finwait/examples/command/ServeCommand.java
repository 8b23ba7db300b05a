package io.finwait.examples.command;

import static java.util.stream.Collectors.joining;

import io.finwait.Finwait;
import io.finwait.examples.net.FileServer;
import io.finwait.spi.CongestionControls;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.timewait.TimeWaitPolicy;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code finwait serve}. */
@Command(
        name = "serve",
        description = "Serves the files of a folder by HTTP, over Finwait's TCP.",
        footer = {
            "",
            "A line of input prints netstat; finwait netstat --watch shows it"
                    + " continuously. Ctrl-C stops the server and prints what was served and which"
                    + " connections are left. For example, as root:",
            "",
            "  finwait serve --transport 'tun:fw0?address=10.9.0.1/24' --http 8080 .",
            "  curl http://10.9.0.2:8080/README.md"
        })
final class ServeCommand implements Callable<Integer> {

    private static final long LONGEST_WAIT_NS = 1_000_000_000L;

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

    @Parameters(paramLabel = "DIR", description = "The folder.")
    private Path folder;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException {
        EndpointConfig config = config();
        try (Transport carrier = Transports.open(transport);
                Endpoint endpoint = Finwait.open(config, carrier);
                Shown _ = Shown.as("serve", () -> netstat(endpoint))) {
            require(KernelRoute.of(transport).map(route -> route.problem(addresses)));
            long begun = System.nanoTime();
            endpoint.warmUp();
            long warmUpMs = (System.nanoTime() - begun) / 1_000_000;
            FileServer server = new FileServer(endpoint, port, folder, closer, deadline);
            Thread stopper = new Thread(() -> stop(carrier));
            Runtime.getRuntime().addShutdownHook(stopper);
            Thread.ofPlatform().daemon().start(() -> readLines(endpoint));
            System.out.println(
                    "serving "
                            + folder
                            + " at "
                            + addresses.stream().map(this::url).collect(joining(" "))
                            + " over "
                            + carrier
                            + ", warmed up in "
                            + warmUpMs
                            + " ms");
            System.out.flush();
            serve(endpoint, carrier, server);
            summary(endpoint, server);
        } finally {
            ended.countDown();
        }
        return 0;
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

    private void serve(Endpoint endpoint, Transport carrier, FileServer server) {
        while (!stopped.get()) {
            long now = System.nanoTime();
            int work = endpoint.doWork(now);
            server.onTime(now);
            if (work == 0 && !stopped.get()) {
                carrier.await(
                        Math.min(
                                LONGEST_WAIT_NS,
                                Math.min(
                                        until(endpoint.nextDeadlineNs(), now),
                                        until(server.nextDeadlineNs(), now))));
            }
        }
    }

    private static long until(long deadlineNs, long nowNs) {
        return deadlineNs == Long.MAX_VALUE ? LONGEST_WAIT_NS : Math.max(0, deadlineNs - nowNs);
    }

    /** Runs when the JVM is told to end: lets the serving thread say its summary first. */
    private void stop(Transport carrier) {
        stopped.set(true);
        carrier.wakeup();
        try {
            ended.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readLines(Endpoint endpoint) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                endpoint.execute(
                        () -> {
                            System.out.print(Netstat.render(Netstat.rows(endpoint)));
                            System.out.flush();
                        });
            }
        } catch (IOException e) {
            System.err.println("finwait serve: no more input: " + e.getMessage());
        }
    }

    /** Asked for by an onlooker; the endpoint's thread answers. */
    private static String netstat(Endpoint endpoint) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        endpoint.execute(() -> answer.complete(Netstat.render(Netstat.rows(endpoint))));
        return answer.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private static void summary(Endpoint endpoint, FileServer server) {
        Map<String, Integer> states = new TreeMap<>();
        for (NetstatRow row : Netstat.rows(endpoint)) {
            states.merge(row.state(), 1, Integer::sum);
        }
        System.out.println();
        System.out.println(server.requests() + " connections accepted; left: " + states);
        System.out.println("counted: " + endpoint.counters());
        System.out.flush();
    }
}
