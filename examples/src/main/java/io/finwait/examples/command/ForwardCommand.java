package io.finwait.examples.command;

import io.finwait.nio.HostPort;
import io.finwait.nio.relay.Relay;
import io.finwait.nio.relay.RelayEvent;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.InetSocketAddress;
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
            "Prints one line for each event; finwait netstat lists the connections, and finwait"
                    + " relay switches faults on and off while it runs. Ctrl-C ends the relay and"
                    + " resets the connections that are left.",
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

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where clients connect.")
    private String listen;

    @Option(names = "--to", paramLabel = "HOST:PORT", required = true, description = "The server.")
    private String to;

    @Mixin private FaultOptions options;

    @Option(names = "--quiet", description = "Prints only the address on which it listens.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        InetSocketAddress at = HostPort.parse(listen, "--listen", 0);
        InetSocketAddress server = HostPort.parse(to, "--to", 1);
        Relay.Builder described =
                Relay.to(server)
                        .listen(at)
                        .up(options.up())
                        .down(options.down())
                        .only(options.only());
        if (!quiet) {
            described.observer(ForwardCommand::print);
        }
        try (Relay relay = described.open();
                Shown _ = Shown.as("forward", () -> shown(relay), relay::command)) {
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

    private static void print(RelayEvent event) {
        Console.say(event.toString());
    }
}
