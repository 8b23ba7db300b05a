package io.finwait.examples.command;

import io.finwait.nio.HostPort;
import io.finwait.nio.gateway.Gateway;
import io.finwait.nio.gateway.Policy;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code finwait gateway}. */
@Command(
        name = "gateway",
        description =
                "Passes every TCP connection that comes out of a transport on by an ordinary"
                        + " socket, whatever its address, and ends each end as the other was"
                        + " ended. Datagrams and pings are passed on too.",
        footer = {
            "",
            "Loopback and link-local addresses are not reached unless --allow names them. A"
                    + " PREFIX is an address, or one such as 10.0.0.0/8; PORTS are 80 or 80-443."
                    + " --deny counts more than --allow. finwait netstat shows the connections;"
                    + " tap: before the transport captures. At Ctrl-C or SIGTERM new connections"
                    + " are refused, and those that are open have --drain to end. For example, as"
                    + " root, for the programs of a network namespace:",
            "",
            "  ip netns add lab",
            "  finwait gateway --netns lab &",
            "  ip netns exec lab curl http://192.0.2.1/",
            "",
            "As anybody, where the kernel lets users have namespaces, in two shells:",
            "",
            "  unshare -Urn sh -c 'echo $$; exec sh'",
            "  finwait gateway --netns THAT_NUMBER"
        })
final class GatewayCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    @Option(
            names = "--transport",
            paramLabel = "URI",
            defaultValue = "tun:gw0?address=10.0.2.15/24&offload=on",
            description =
                    "What carries the clients' packets, such as"
                            + " tun:NAME?address=CLIENT/PREFIX&netns=NS (default:"
                            + " ${DEFAULT-VALUE}).")
    private String transport;

    @Option(
            names = "--netns",
            paramLabel = "PID|NAME",
            description =
                    "The device is made in the network namespace of that process, or of that name,"
                            + " and is the way from there to everywhere. For a process in a user"
                            + " namespace of yours (unshare -Urn) no privilege is needed. The"
                            + " gateway ends when the process has ended.")
    private String netns;

    @Option(
            names = "--address",
            paramLabel = "ADDR",
            split = ",",
            defaultValue = "10.0.2.2,fd00:2::2",
            description =
                    "The gateway's own addresses, from which its errors come and which answer"
                            + " pings (default: ${DEFAULT-VALUE}).")
    private List<String> addresses;

    @Option(
            names = "--host-loopback",
            description =
                    "Connections to the gateway's own addresses go to this machine's loopback"
                            + " address.")
    private boolean hostLoopback;

    @Option(
            names = "--dns",
            paramLabel = "HOST[:PORT]",
            description =
                    "Questions to port 53 of the gateway's own addresses go to this resolver.")
    private String resolver;

    @Option(
            names = "--socks5",
            paramLabel = "HOST:PORT",
            description = "Connects through a SOCKS5 proxy; datagrams go nowhere then.")
    private String socks;

    @Option(
            names = "--user",
            paramLabel = "NAME:PASSWORD",
            description = "For the SOCKS5 proxy. Others can see it in the list of processes.")
    private String user;

    @Option(
            names = "--http-proxy",
            paramLabel = "HOST:PORT",
            description = "Connects by CONNECT to an HTTP proxy; datagrams go nowhere then.")
    private String httpProxy;

    @Option(
            names = "--allow",
            paramLabel = "PREFIX[@PORTS]",
            description = "Lets through only this, and what other --allow name.")
    private List<String> allowed = List.of();

    @Option(
            names = "--deny",
            paramLabel = "PREFIX[@PORTS]",
            description = "Answers \"administratively prohibited\" to calls there.")
    private List<String> denied = List.of();

    @Option(
            names = "--keep-alive",
            paramLabel = "TIME",
            defaultValue = "75s",
            description =
                    "After this silence each end is probed; 0s for never (default:"
                            + " ${DEFAULT-VALUE}).")
    private Duration keepAlive;

    @Option(
            names = "--user-timeout",
            paramLabel = "TIME",
            defaultValue = "0s",
            description =
                    "A client that acknowledges nothing, or a server that takes nothing, for so"
                            + " long is given up and the other end is reset; 0s for what TCP does"
                            + " by itself (default: ${DEFAULT-VALUE}).")
    private Duration userTimeout;

    @Option(
            names = "--max-waiting",
            paramLabel = "NUMBER",
            defaultValue = "4096",
            description =
                    "How many calls may wait for their destinations (default: ${DEFAULT-VALUE}).")
    private int maxWaiting;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            defaultValue = "10s",
            description =
                    "How long open connections may take to end; then they are reset at both ends"
                            + " (default: ${DEFAULT-VALUE}).")
    private Duration drain;

    @Override
    public Integer call() throws IOException {
        Policy policy = policy();
        CatchAllLimits limits = limits();
        Transport carrier = Transports.open(netns == null ? transport : inNamespace());
        Gateway.Builder described = Gateway.over(carrier).router(policy).limits(limits);
        own().forEach(described::address);
        Gateway gateway = described.keepAlive(keepAlive).userTimeout(userTimeout).open();
        try (Shown _ = Shown.as("gateway", gateway.driver())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway)));
            endsWithItsProcess(gateway);
            Console.say("gateway over " + carrier + ", own addresses " + addresses);
            gateway.driver().stopped().join();
            if (stopping.get()) {
                // Otherwise the JVM might end before it has said how.
                stopped.join();
            }
        }
        return 0;
    }

    private boolean isOfProcess() {
        return netns != null && netns.matches("\\d+");
    }

    private String inNamespace() {
        return transport
                + (transport.indexOf('?') < 0 ? "?" : "&")
                + (isOfProcess() ? "pid=" : "netns=")
                + netns
                + "&defaultroute=on";
    }

    /** An open device keeps its namespace, and nobody is left there to use it. */
    private void endsWithItsProcess(Gateway gateway) {
        if (isOfProcess()) {
            CompletableFuture<Void> _ =
                    ProcessHandle.of(Long.parseLong(netns))
                            .map(ProcessHandle::onExit)
                            .orElseGet(() -> CompletableFuture.completedFuture(null))
                            .thenRun(() -> stop(gateway));
        }
    }

    /**
     * Runs when the JVM is told to end or the namespace's process has ended: open connections end
     * first, as far as there is time.
     */
    private void stop(Gateway gateway) {
        if (stopping.getAndSet(true)) {
            stopped.join();
            return;
        }
        try {
            drain(gateway);
        } finally {
            stopped.complete(null);
        }
    }

    private void drain(Gateway gateway) {
        String counted = gateway.statistics().toString();
        try {
            int reset =
                    gateway.shutdown(drain).get(drain.toMillis() + 5_000, TimeUnit.MILLISECONDS);
            Console.say("drained, " + reset + " connections were reset; " + counted);
        } catch (TimeoutException e) {
            Console.say("not drained in time; " + counted);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            Console.say("stopped: " + e.getCause());
        }
    }

    private List<IpAddress> own() {
        return addresses.stream().map(IpAddress::parse).toList();
    }

    private CatchAllLimits limits() {
        if (maxWaiting < 1) {
            throw wrong("--max-waiting " + maxWaiting + " is below 1; choose 1 or more");
        }
        return CatchAllLimits.DEFAULT.withMaxWaiting(maxWaiting);
    }

    private Policy policy() {
        Policy policy = Policy.standard();
        if (socks != null && httpProxy != null) {
            throw wrong("--socks5 and --http-proxy exclude each other; choose one");
        }
        if (socks != null) {
            String[] both = user == null ? new String[] {"", ""} : user.split(":", 2);
            if (both.length < 2) {
                throw wrong("--user '" + user + "' has no password; write NAME:PASSWORD");
            }
            policy = policy.socks5(HostPort.parse(socks, "--socks5", 1), both[0], both[1]);
        } else if (httpProxy != null) {
            policy = policy.httpConnect(HostPort.parse(httpProxy, "--http-proxy", 1));
        }
        for (String each : denied) {
            Range range = range("--deny", each);
            policy = policy.deny(range.prefix, range.first, range.last);
        }
        for (String each : allowed) {
            Range range = range("--allow", each);
            policy = policy.allow(range.prefix, range.first, range.last);
        }
        if (!allowed.isEmpty()) {
            policy = policy.deny(IpPrefix.ALL_V4, 0, 65_535).deny(IpPrefix.ALL_V6, 0, 65_535);
        }
        return mapped(policy);
    }

    /** The first mapping that fits counts, so that of the resolver comes first. */
    private Policy mapped(Policy policy) {
        Policy mapped = policy;
        for (IpAddress each : own()) {
            if (resolver != null) {
                boolean port = resolver.matches(".*[^:]:\\d+|.*]:\\d+");
                String full = port ? resolver : resolver + ":53";
                mapped = mapped.map(each, 53, HostPort.parse(full, "--dns", 1));
            }
            if (hostLoopback) {
                String loopback = each.isV4() ? "127.0.0.1" : "::1";
                InetAddress host = IpAddress.parse(loopback).toInetAddress();
                mapped = mapped.map(each, 0, new InetSocketAddress(host, 0));
            }
        }
        return mapped;
    }

    private record Range(IpPrefix prefix, int first, int last) {}

    private Range range(String option, String text) {
        int at = text.indexOf('@');
        String ports = at < 0 ? "0-65535" : text.substring(at + 1);
        if (!ports.matches("\\d{1,5}(-\\d{1,5})?")) {
            throw wrong(option + " " + text + ": ports are written as 80 or 80-443");
        }
        String[] ends = ports.split("-", -1);
        try {
            IpPrefix prefix = IpPrefix.parse(at < 0 ? text : text.substring(0, at));
            int last = Integer.parseInt(ends[ends.length - 1]);
            return new Range(prefix, Integer.parseInt(ends[0]), last);
        } catch (IllegalArgumentException e) {
            throw wrong(option + " " + text + ": " + e.getMessage());
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
