package io.finwait.examples.gateway;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.nio.gateway.Gateway;
import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A client and a server in network namespaces of their own, with or without something between them
 * that passes connections on:
 *
 * <pre>
 * client --veth-- server                        nothing between them
 * client --TUN or TAP-- gateway --veth-- server
 * </pre>
 *
 * The server has the address {@link #SERVER}; it routes for {@link #UNREACHABLE}, {@link
 * #PROHIBITED} and {@link #SILENT}, of which it says what the names say.
 */
final class GatewayLab implements AutoCloseable {

    static final String SERVER = "10.99.0.2";
    static final String UNREACHABLE = "203.0.113.1";
    static final String PROHIBITED = "192.0.2.1";
    static final String SILENT = "198.51.100.1";

    /** Where questions to port 53 of the gateway's own address go. */
    static final int DNS = 5353;

    private static final String NETNS = "/run/netns/";

    /** What passes connections on. */
    enum Way {
        NOTHING,
        FINWAIT,
        /** {@code finwait gateway} in a process of its own. */
        COMMAND,
        SLIRP4NETNS,
        PASTA;

        boolean isInstalled() {
            String program = name().toLowerCase(Locale.ROOT);
            return this == NOTHING
                    || this == FINWAIT
                    || this == COMMAND
                    || List.of("/usr/bin/", "/usr/sbin/", "/bin/").stream()
                            .anyMatch(folder -> Path.of(folder + program).toFile().canExecute());
        }
    }

    final NetworkNamespace client = NetworkNamespace.createOwn("fwc");
    final NetworkNamespace server = NetworkNamespace.createOwn("fws");
    final NetworkNamespace between = NetworkNamespace.createOwn("fwg");

    /** Ours, or null. */
    Gateway gateway;

    private Process other;
    private BufferedReader said;
    private boolean crashed;

    GatewayLab(Way way) throws IOException {
        server.exec("ip", "address", "add", SERVER + "/32", "dev", "lo");
        server.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
        server.exec("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0");
        server.exec("ip", "route", "add", "unreachable", UNREACHABLE);
        server.exec("ip", "route", "add", "prohibit", PROHIBITED);
        server.exec("ip", "route", "add", "blackhole", SILENT);
        // It counts while the address is none of the server's own.
        server.exec("ip", "route", "add", "blackhole", SERVER);
        connect(way == Way.NOTHING ? client : between);
        switch (way) {
            case NOTHING -> {}
            case FINWAIT -> openOurs();
            case COMMAND -> startCommand();
            case SLIRP4NETNS ->
                    start(
                            "slirp4netns",
                            "--configure",
                            "--mtu=65520",
                            "--netns-type=path",
                            NETNS + client.name(),
                            "tap0");
            case PASTA ->
                    start(
                            "pasta",
                            "-f",
                            "--config-net",
                            "--netns-only",
                            "--runas",
                            "0:0",
                            "--netns",
                            NETNS + client.name());
        }
    }

    /** A cable between the server and whoever calls it. */
    private void connect(NetworkNamespace caller) {
        caller.exec(
                "ip",
                "link",
                "add",
                "v0",
                "type",
                "veth",
                "peer",
                "name",
                "v0",
                "netns",
                server.name());
        caller.exec("ip", "address", "add", "10.77.0.1/24", "dev", "v0");
        caller.exec("ip", "link", "set", "v0", "up");
        server.exec("ip", "address", "add", "10.77.0.2/24", "dev", "v0");
        server.exec("ip", "link", "set", "v0", "up");
        caller.exec("ip", "route", "add", "default", "via", "10.77.0.2");
    }

    private void openOurs() {
        TunTransport tun =
                TunTransport.open(
                        TunOptions.named("gw0")
                                .netns(client.name())
                                .offload(true)
                                .address("10.0.2.15/24"));
        // Its threads, and so its sockets, belong to the namespace of the thread that opens it.
        gateway = between.call(() -> Gateway.over(tun).open());
        client.exec("ip", "route", "add", "default", "via", "10.0.2.2");
    }

    private void startCommand() throws IOException {
        other =
                between.start(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.finwait.examples.command.FinwaitCommand",
                        "gateway",
                        "--dns",
                        SERVER + ":" + DNS,
                        "--drain",
                        "20s",
                        "--transport",
                        "tun:gw0?offload=on&address=10.0.2.15/24&netns=" + client.name());
        said =
                new BufferedReader(
                        new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8));
        String line = said.readLine();
        if (line == null || !line.startsWith("gateway over ")) {
            throw new AssertionError("the command says: " + line);
        }
        client.exec("ip", "route", "add", "default", "via", "10.0.2.2");
    }

    /** Sends SIGTERM to what passes connections on. */
    void terminate() {
        // Process.destroy would close the stream as well.
        boolean sent = other.toHandle().destroy();
        if (!sent) {
            throw new AssertionError("the command has no signals");
        }
    }

    /** What the command still says, until it has ended. */
    String restOfOutput() throws IOException {
        return said.lines().collect(Collectors.joining("\n"));
    }

    private void start(String... command) {
        other = between.start(command);
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!client.exec("ip", "route", "show", "default").contains("default")) {
            if (!other.isAlive() || System.nanoTime() - deadline > 0) {
                throw new AssertionError(command[0] + " does not begin");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Skips the test, and says why, where there can be no such lab. */
    static void assumePossible() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
    }

    /** From now on the server is silent, whoever calls it, and kernels retry for a second only. */
    void crash() {
        crashed = true;
        server.exec("ip", "address", "del", SERVER + "/32", "dev", "lo");
        retries("2");
    }

    /** The end of {@link #crash}, if there was one. */
    void isBack() {
        if (crashed) {
            crashed = false;
            server.exec("ip", "address", "add", SERVER + "/32", "dev", "lo");
            retries("15");
        }
    }

    private void retries(String most) {
        for (NetworkNamespace each : List.of(client, between)) {
            each.exec("sysctl", "-qw", "net.ipv4.tcp_retries2=" + most);
        }
    }

    /** A server's socket at a free port of {@link #SERVER}. */
    ServerSocket listen() {
        return server.call(() -> new ServerSocket(0, 50, InetAddress.getByName(SERVER)));
    }

    @Override
    public void close() {
        if (gateway != null) {
            int _ = gateway.shutdown(Duration.ZERO).join();
        }
        if (other != null) {
            other.destroy();
            try {
                if (!other.waitFor(5, TimeUnit.SECONDS)) {
                    other.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        client.close();
        between.close();
        server.close();
    }
}
