package io.finwait.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code finwait gateway --netns PID} as an ordinary user: a namespace that the user has made gets
 * its network from a process that has no rights anywhere else. Where the test itself is root's, it
 * has both run as nobody, with a device's file that all may open, as it usually is.
 */
@Timeout(120)
class NamespaceGatewayTest {

    /** CAP_NET_ADMIN, CAP_SYS_PTRACE and CAP_SYS_ADMIN. */
    private static final long RIGHTS = 1L << 12 | 1L << 19 | 1L << 21;

    private static final String NOBODY =
            "setpriv --reuid 65534 --regid 65534 --clear-groups"
                    + " --bounding-set=-all,+dac_read_search --inh-caps=-all,+dac_read_search"
                    + " --ambient-caps=-all";

    @TempDir private Path folder;
    private final List<Process> started = new ArrayList<>();
    private Process holder;
    private boolean root;

    @BeforeEach
    void makeNamespace() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
        root = "root".equals(System.getProperty("user.name"));
        for (String each : List.of("unshare", "nsenter", "ip", "curl", root ? "setpriv" : "sh")) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", each)), each + " is not here: skipped");
        }
        holder = start(user("exec unshare -Urn sh -c 'echo made; exec cat'"));
        assumeTrue(
                "made".equals(holder.inputReader().readLine()),
                "this user can't make namespaces: skipped");
        if (root) {
            Process made = start("mknod " + folder + "/tun c 10 200 && chmod 666 " + folder + "/*");
            assumeTrue(made.waitFor() == 0, "no device files can be made here: skipped");
        }
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void anybodyGivesTheirNamespaceItsNetwork() throws Exception {
        HttpServer http = HttpServer.create(new InetSocketAddress(loopback(), 0), 9);
        http.createContext(
                "/",
                exchange -> {
                    byte[] body = "across".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    try (exchange) {
                        exchange.getResponseBody().write(body);
                    }
                });
        http.start();
        try {
            Process gateway = start(gateway());
            BufferedReader said = gateway.inputReader();
            assertThat(said.readLine()).startsWith("gateway over TunTransport[gw0");
            assertThat(capabilities(gateway) & RIGHTS).isZero();

            String port = ":" + http.getAddress().getPort();
            assertThat(inside("curl -sSm60 http://10.0.2.2" + port)).isEqualTo("across");
            // Nobody listens at port 1: told at once, and not when patience is over.
            assertThat(inside("curl -sSm60 http://10.0.2.2:1")).contains("(7) Failed to connect");
            assertThat(inside("ip route")).contains("default dev gw0");

            // With the last process of the namespace, the gateway ends.
            holder.getOutputStream().close();
            assertThat(said.lines().collect(Collectors.joining())).contains("drained, 0 conn");
            assertThat(gateway.waitFor()).isZero();
        } finally {
            http.stop(0);
        }
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    private String gateway() {
        String command =
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '"
                        + System.getProperty("java.class.path")
                        + "' io.finwait.examples.command.FinwaitCommand gateway --host-loopback"
                        + " --netns "
                        + holder.pid();
        if (!root) {
            return "exec " + command;
        }
        String mount = "mount --bind " + folder + "/tun /dev/net/tun && exec ";
        // It reads the classes, wherever they are, and has no other right of root's.
        String asNobody = NOBODY + ",+dac_read_search " + command;
        return "exec unshare -m sh -c \"" + mount + asNobody + "\"";
    }

    private String user(String command) {
        return root ? "exec " + NOBODY + " sh -c \"" + command + "\"" : command;
    }

    private String inside(String command) throws IOException {
        String enter = "nsenter --target " + holder.pid() + " --user --net --preserve-credentials ";
        Process process = start(user(enter + command));
        return process.inputReader().lines().collect(Collectors.joining("\n"));
    }

    private static long capabilities(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElseThrow();
    }

    private Process start(String command) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }
}
