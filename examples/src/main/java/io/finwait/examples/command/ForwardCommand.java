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
                "Stands between clients and a server, on ordinary sockets: passes octets,"
                        + " half-close and reset on as they are, and spoils what it is told to.",
        footer = {
            "",
            "What happens is printed, a line each; finwait netstat lists the connections. Ctrl-C"
                    + " ends, and resets what is left.",
            "To see what a client makes of a server that dies within its answer:",
            "",
            "  finwait forward --listen 127.0.0.1:9000 --to 127.0.0.1:8080 \\",
            "      --direction down --reset-after 1000",
            "  curl http://127.0.0.1:9000/large",
            "",
            "A port of 0 in --listen takes a free one, which is printed. A server that refuses is"
                + " seen by the client as a connection that is opened and reset at once: the kernel"
                + " answers the client before the server can be asked."
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
                    "What the faults below are for: up, from client to server; down, from server to"
                            + " client; or both (default: ${DEFAULT-VALUE}).")
    private Direction direction;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "0ms",
            description = "Octets, FIN and RST arrive so much later, such as 100ms.")
    private Duration delay;

    @Option(
            names = "--rate",
            paramLabel = "BITS",
            defaultValue = "0",
            converter = Converters.OfRate.class,
            description = "Octets leave no faster than this, such as 64k or 10M bits per second.")
    private long bitsPerSecond;

    @Option(
            names = "--reset-after",
            paramLabel = OCTETS,
            description = "Both ends are reset after so many octets of a connection; 0 is at once.")
    private Long resetAfter;

    @Option(
            names = "--fin-after",
            paramLabel = OCTETS,
            description = "The stream ends after so many octets, as if its sender had closed.")
    private Long finAfter;

    @Option(
            names = "--cut-after",
            paramLabel = OCTETS,
            description =
                    "After so many octets nothing passes any more, and nobody is told: an unplugged"
                            + " cable.")
    private Long cutAfter;

    @Option(
            names = "--drop-fin",
            description = "A FIN does not pass: the other end waits for ever.")
    private boolean dropFin;

    @Option(
            names = "--drop-reset",
            description = "A RST does not pass: the other end keeps a connection that nobody has.")
    private boolean dropReset;

    @Option(names = "--quiet", description = "Prints nothing but where it listens.")
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
