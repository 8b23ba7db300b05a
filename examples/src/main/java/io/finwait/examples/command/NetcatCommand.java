package io.finwait.examples.command;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.examples.net.Netcat;
import io.finwait.spi.CongestionControl;
import io.finwait.spi.CongestionControls;
import io.finwait.spi.Transport;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Ecn;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.TapTransport;
import io.finwait.trace.TraceTap;
import io.finwait.wire.IpAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** {@code finwait netcat}. */
@Command(
        name = "netcat",
        aliases = "nc",
        description =
                "Connects standard input and output to a connection of Finwait's TCP."
                        + " The end of the input (Ctrl-D) closes our direction; what the peer"
                        + " sends is printed until the peer closes its own.",
        footer = {
            "",
            "Two hosts, first the one that listens, at 192.0.2.1:",
            "",
            "  finwait netcat --listen 5000 --transport 'udp://0.0.0.0:7000?peer=first'",
            "  finwait netcat 10.0.0.2 5000 \\",
            "      --transport 'udp://0.0.0.0:0?peer=192.0.2.1:7000'",
            "",
            "On one host, 'unix:/tmp/s?role=server' and 'unix:/tmp/s?role=client' work, too.",
            "To inject faults, put them in front of a transport:"
                    + " 'faults:udp://0.0.0.0:0?peer=…&loss=5%%'.",
            "The exit code is 0 when both directions were closed in order, otherwise 1."
        })
final class NetcatCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            defaultValue = "cubic",
            description =
                    "The congestion control: cubic, newreno, or one of a provider's (default:"
                            + " ${DEFAULT-VALUE}).")
    private String congestion;

    @Option(names = "--ecn", description = "Ask for explicit congestion notification (RFC 3168).")
    private boolean ecn;

    @Option(
            names = {"-l", "--listen"},
            description = "Waits for a connection instead of opening one.")
    private boolean listen;

    @Option(
            names = "--transport",
            paramLabel = "URI",
            required = true,
            description =
                    "What carries our packets, such as udp://HOST:PORT?peer=HOST:PORT,"
                            + " unix:PATH?role=client or tun:fw0?address=10.9.0.1/24.")
    private String transport;

    @Option(
            names = "--address",
            paramLabel = "ADDR",
            description =
                    "Our own address (default: what the transport names as own=ADDR/PREFIX,"
                            + " else 10.0.0.2 with --listen and 10.0.0.1 without).")
    private String address;

    @Option(
            names = {"-w", "--wait"},
            paramLabel = "TIME",
            defaultValue = "1m",
            description = "How long to try to connect (default: ${DEFAULT-VALUE}).")
    private Duration patience;

    @Option(
            names = "--time-wait",
            paramLabel = "TIME",
            defaultValue = "1s",
            description =
                    "How long to stay after closing first, for a peer that missed our"
                            + " last ACK (default: ${DEFAULT-VALUE}).")
    private Duration timeWait;

    @Option(names = "--trace", description = "Prints each packet in words, on standard error.")
    private boolean trace;

    @Option(
            names = {"-v", "--verbose"},
            description = "Reports what happens, on standard error.")
    private boolean verbose;

    @Parameters(
            arity = "1..2",
            paramLabel = "[HOST] PORT",
            description = "The peer's address and port; with --listen the port alone.")
    private List<String> where;

    @Override
    public Integer call() throws IOException {
        int port = port();
        EndpointConfig config = config();
        IpAddress peer = peer();
        Transport carrier = Transports.open(transport);
        Transport seen = trace ? new TapTransport(carrier, new TraceTap(this::print)) : carrier;
        Driver driver = Driver.start(config, seen);
        Thread stopper = new Thread(() -> driver.shutdown(Duration.ofSeconds(1)).join());
        Runtime.getRuntime().addShutdownHook(stopper);
        try (driver;
                Shown _ = Shown.as("netcat", driver)) {
            AsyncConnection connection =
                    listen ? accept(driver, port) : connect(driver, peer, port);
            tell("connected to " + connection.remoteAddress() + ":" + connection.remotePort());
            CloseReason reason = new Netcat(connection, System.in, Console.out()).run();
            tell(reason.message());
            stayInTimeWait(driver, reason);
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
        return 0;
    }

    private int port() {
        String text = where.getLast();
        if (where.size() != (listen ? 1 : 2)) {
            throw wrong(
                    listen
                            ? "--listen takes a port alone, such as netcat --listen 5000"
                            : "name the peer's address and port, such as netcat 10.0.0.2 5000");
        }
        if (!text.matches("\\d{1,5}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > 65_535) {
            throw wrong("'" + text + "' is not a port; choose 1 to 65535");
        }
        return Integer.parseInt(text);
    }

    private IpAddress peer() {
        return listen ? null : IpAddress.parse(where.getFirst());
    }

    private EndpointConfig config() {
        if (patience.isZero()) {
            throw wrong("--wait 0 leaves no time to connect; choose 1ms or more");
        }
        EndpointConfig.Builder config =
                EndpointConfig.builder().connectTimeout(patience).congestionControl(control());
        if (ecn) {
            config.ecn(Ecn.ALWAYS);
        }
        ownAddresses().forEach(config::address);
        return config.build();
    }

    private List<String> ownAddresses() {
        List<String> chosen = address == null ? List.of() : List.of(address);
        TransportUri.parse(transport);
        try {
            return LinkAddresses.choose(chosen, transport, listen ? "10.0.0.2" : "10.0.0.1");
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    private Supplier<CongestionControl> control() {
        try {
            return CongestionControls.named(congestion);
        } catch (IllegalArgumentException e) {
            throw wrong("--congestion: " + e.getMessage());
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private AsyncConnection accept(Driver driver, int port) {
        AsyncListener listener = driver.listen(port, 1).join();
        tell("listening at port " + port);
        AsyncConnection connection = listener.accept().join();
        listener.close().join();
        return connection;
    }

    private AsyncConnection connect(Driver driver, IpAddress peer, int port) {
        return driver.connect(peer, port).join();
    }

    /** A TCP in the kernel would go on living when its process ends; ours has to wait for that. */
    private void stayInTimeWait(Driver driver, CloseReason reason) {
        boolean waits =
                reason instanceof CloseReason.Orderly orderly
                        && orderly.closedFirst() != CloseReason.ClosedFirst.REMOTE;
        if (!waits || timeWait.isZero()) {
            return;
        }
        try {
            driver.stopped().get(timeWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Staying for a while is what was asked for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String what) {
        if (verbose) {
            print(what);
        }
    }

    private void print(String line) {
        System.err.println(line);
    }
}
