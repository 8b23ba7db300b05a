package io.finwait.examples.command;

import io.finwait.nio.HostPort;
import io.finwait.nio.relay.Relay;
import io.finwait.nio.relay.RelayEvent;
import io.finwait.nio.relay.RelayFaults;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** {@code finwait forward}. */
@Command(
        name = "forward",
        description =
                "A relay between clients and a server, on ordinary sockets. It passes"
                        + " octets, half-closes and resets on unchanged, and injects the faults"
                        + " that you ask for.",
        footer = {
            "",
            "Prints one line for each event; finwait netstat lists the connections. Ctrl-C ends"
                    + " the relay and resets the connections that are left.",
            "To see how a client copes with a server that dies in the middle of its answer:",
            "",
            "  finwait forward --listen 127.0.0.1:9000 --to 127.0.0.1:8080 \\",
            "      --direction down --reset-after 1000",
            "  curl http://127.0.0.1:9000/large",
            "",
            "Port 0 in --listen takes a free port, which is printed. When the server refuses, the"
                    + " client sees a connection that is opened and reset at once: the kernel has"
                    + " answered the client before the relay can ask the server."
        })
final class ForwardCommand implements Callable<Integer> {

    private enum Direction {
        UP,
        DOWN,
        BOTH
    }

    private static final String OCTETS = "OCTETS";

    @Spec private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where clients connect.")
    private String listen;

    @Option(names = "--to", paramLabel = "HOST:PORT", required = true, description = "The server.")
    private String to;

    @Option(
            names = "--direction",
            paramLabel = "up|down|both",
            defaultValue = "both",
            description =
                    "The direction that the faults apply to: up, from client to server;"
                            + " down, from server to client; or both (default: ${DEFAULT-VALUE}).")
    private Direction direction;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "Delays octets, FIN and RST by this much, such as 100ms.")
    private Duration delay;

    @Option(
            names = "--rate",
            paramLabel = "BITS",
            defaultValue = "0",
            converter = Converters.OfRate.class,
            description =
                    "Passes octets on no faster than this, such as 64k or 10M bits per"
                            + " second.")
    private long bitsPerSecond;

    @Option(
            names = "--reset-after",
            paramLabel = OCTETS,
            description = "Resets both ends after so many octets of a connection; 0 means at once.")
    private Long resetAfter;

    @Option(
            names = "--fin-after",
            paramLabel = OCTETS,
            description = "Ends the stream after so many octets, as if its sender had closed.")
    private Long finAfter;

    @Option(
            names = "--cut-after",
            paramLabel = OCTETS,
            description =
                    "Passes nothing on after so many octets, and tells nobody: an"
                            + " unplugged cable.")
    private Long cutAfter;

    @Option(
            names = "--drop-fin",
            description = "Does not pass FIN on: the other end waits for ever.")
    private boolean dropFin;

    @Option(
            names = "--drop-reset",
            description =
                    "Does not pass RST on: the other end keeps a connection that no"
                            + " longer exists.")
    private boolean dropReset;

    @Option(names = "--quiet", description = "Prints only the address on which it listens.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        InetSocketAddress at = HostPort.parse(listen, "--listen", 0);
        InetSocketAddress server = HostPort.parse(to, "--to", 1);
        RelayFaults faults = faults();
        RelayFaults none = RelayFaults.none();
        Relay.Builder described =
                Relay.to(server)
                        .listen(at)
                        .up(direction == Direction.DOWN ? none : faults)
                        .down(direction == Direction.UP ? none : faults);
        if (!quiet) {
            described.observer(ForwardCommand::print);
        }
        try (Relay relay = described.open();
                Shown _ = Shown.as("forward", () -> shown(relay))) {
            Runtime.getRuntime().addShutdownHook(new Thread(relay::close));
            InetSocketAddress open = relay.localAddress();
            Console.say(
                    "forwarding "
                            + open.getAddress().getHostAddress()
                            + ":"
                            + open.getPort()
                            + " to "
                            + to);
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private String shown(Relay relay) {
        List<String> lines = relay.connections();
        return lines.isEmpty() ? "no connection to " + to + "\n" : String.join("\n", lines) + "\n";
    }

    private RelayFaults faults() {
        RelayFaults faults = RelayFaults.none().delay(delay).rate(octets(bitsPerSecond));
        if (resetAfter != null) {
            faults = faults.resetAfter(notNegative("--reset-after", resetAfter));
        }
        if (finAfter != null) {
            faults = faults.finAfter(notNegative("--fin-after", finAfter));
        }
        if (cutAfter != null) {
            faults = faults.cutAfter(notNegative("--cut-after", cutAfter));
        }
        faults = dropFin ? faults.dropFin() : faults;
        faults = dropReset ? faults.dropReset() : faults;
        if (direction != Direction.BOTH && faults.equals(RelayFaults.none())) {
            throw wrong("--direction says where faults are; name one, such as --drop-fin");
        }
        return faults;
    }

    private long octets(long bits) {
        if (bits > 0 && bits < 8) {
            throw wrong("--rate is less than an octet per second; choose 8 or more bits");
        }
        return bits / 8;
    }

    private long notNegative(String option, long octets) {
        if (octets < 0) {
            throw wrong(option + " " + octets + " is negative; choose 0 or more octets");
        }
        return octets;
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private static void print(RelayEvent event) {
        Console.say(event.toString());
    }
}
