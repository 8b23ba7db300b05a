package io.finwait.examples.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.Driver;
import io.finwait.examples.program.Program.Running;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.socket.SocketBehaviour;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/**
 * The programs from which this project began, in Java: on the sockets of {@code java.net} and, with
 * one line changed, on ours. They print the same, and netstat shows the same. Their seconds are
 * shorter here, and their port is one that is free.
 */
@Tag("ci")
@Timeout(120)
public class FirstProgramsTest {

    private static final String CLIENT_LINE =
            "static final SocketFactory NET = SocketFactory.getDefault();";
    private static final String SERVER_LINE =
            "static final ServerSocketFactory NET = ServerSocketFactory.getDefault();";
    private static final Map<String, String> STATES =
            Map.of(
                    "01", "ESTABLISHED",
                    "05", "FIN_WAIT_2",
                    "06", "TIME_WAIT",
                    "08", "CLOSE_WAIT",
                    "0A", "LISTEN");
    private static final Pattern SPACES = Pattern.compile(" +");
    private static final int PATIENCE_MS = 30_000;

    private static Driver driver;
    private static SocketBehaviour behaviour;

    @TempDir private Path folder;
    private final PrintStream out = System.out;
    private final List<Running> running = new ArrayList<>();
    private int port;

    /** What the one line of a client says instead. */
    public static SocketFactory sockets() {
        return new DriverSocketFactory(driver, behaviour);
    }

    /** What the one line of a server says instead. */
    public static ServerSocketFactory servers() {
        return new DriverServerSocketFactory(driver, behaviour);
    }

    @BeforeEach
    void open() throws IOException {
        System.setOut(Program.ears(out));
        driver = Driver.start(EndpointConfig.at("127.0.0.1").build(), Transports.open("loopback:"));
        behaviour = SocketBehaviour.JAVA_ON_LINUX;
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = any.getLocalPort();
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        for (Running each : running) {
            each.end();
        }
        driver.shutdown(Duration.ZERO).join();
        System.setOut(out);
    }

    private static Program onFinwait(Program program) {
        String factory = FirstProgramsTest.class.getName();
        return program.isServer()
                ? program.with(
                        SERVER_LINE,
                        SERVER_LINE.replace(
                                "ServerSocketFactory.getDefault()", factory + ".servers()"))
                : program.with(
                        CLIENT_LINE,
                        CLIENT_LINE.replace("SocketFactory.getDefault()", factory + ".sockets()"));
    }

    private Running start(Program program, String where, int secondMs) throws Exception {
        Running started =
                program.with(
                                "static final int PORT = 12_345;",
                                "static final int PORT = " + port + ";")
                        .with(
                                "static final int SECOND_MS = 1_000;",
                                "static final int SECOND_MS = " + secondMs + ";")
                        .start(folder.resolve(where));
        running.add(started);
        return started;
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        long begin = System.nanoTime();
        while (!condition.call()) {
            assertThat((System.nanoTime() - begin) / 1_000_000).as(what).isLessThan(PATIENCE_MS);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** What the server and the client print. */
    private record Said(List<String> server, List<String> client) {}

    private Said late(boolean ours, String where) throws Exception {
        Program server = Program.read("LateServer");
        Program client = Program.read("LateClient");
        Running serving = start(ours ? onFinwait(server) : server, where, 100);
        until("listening", () -> netstat(ours).contains("LISTEN"));
        Running late = start(ours ? onFinwait(client) : client, where, 100);
        late.thread().join();
        return new Said(serving.lines(), late.lines());
    }

    @Test
    void aClientThatIsLateReadsTheEndOfTheStreamOnLinux() throws Exception {
        Said expected =
                new Said(
                        List.of("server read: Read timed out"),
                        List.of("client write: done", "client read: end of stream"));
        assertThat(late(true, "finwait")).isEqualTo(expected);
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no Linux here: its side is left out");
        assertThat(late(false, "kernel")).isEqualTo(expected);
    }

    @Test
    void aClientThatIsLateIsResetByItsPeerOnBsd() throws Exception {
        behaviour = SocketBehaviour.BSD;
        assertThat(late(true, "finwait"))
                .isEqualTo(
                        new Said(
                                List.of("server read: Read timed out"),
                                List.of(
                                        "client write: done",
                                        "client read: Connection reset by peer")));
    }

    private Said halfClosed(boolean ours, String where) throws Exception {
        Program server = Program.read("SleepingServer");
        Program client = Program.read("ClosingClient");
        Running serving = start(ours ? onFinwait(server) : server, where, 20);
        until("listening", () -> netstat(ours).equals(List.of("LISTEN")));
        Running closing = start(ours ? onFinwait(client) : client, where, 20);
        until(
                "half-closed",
                () -> netstat(ours).equals(List.of("CLOSE_WAIT", "FIN_WAIT_2", "LISTEN")));
        until("accepted", () -> serving.lines().equals(List.of("server: accepted")));
        until("closed", () -> netstat(ours).equals(List.of("LISTEN", "TIME_WAIT")));
        return new Said(serving.lines(), closing.lines());
    }

    @Test
    void aHalfClosedConnectionIsSeenInNetstat() throws Exception {
        Said expected =
                new Said(
                        List.of("server: accepted", "server: closes"),
                        List.of("client: connected true", "client: closed"));
        assertThat(halfClosed(true, "finwait")).isEqualTo(expected);
        assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "no Linux here: its side is left out");
        assertThat(halfClosed(false, "kernel")).isEqualTo(expected);
    }

    /** {@code netstat -an | grep 12345}: the states. */
    private List<String> netstat(boolean ours) throws IOException {
        return ours
                ? driver.call(Netstat::rows).join().stream()
                        .filter(row -> row.localPort() == port || row.foreignPort() == port)
                        .map(NetstatRow::state)
                        .sorted()
                        .toList()
                : kernels();
    }

    private List<String> kernels() throws IOException {
        String hex = String.format(Locale.ROOT, ":%04X", port);
        List<String> states = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                List<String> words = SPACES.splitAsStream(line.strip()).toList();
                if (words.get(1).endsWith(hex) || words.get(2).endsWith(hex)) {
                    states.add(STATES.getOrDefault(words.get(3), words.get(3)));
                }
            }
        }
        states.sort(null);
        return states;
    }
}
