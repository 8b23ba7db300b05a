package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Commands as people run them: each in a process of its own. */
@Timeout(120)
class TwoShellsTest {

    private static final int SIGINT = 2;

    @TempDir private Path folder;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private ProcessBuilder finwait(String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        if (interruptIsIgnored()) {
            line.addAll(List.of("env", "--default-signal=INT"));
        }
        line.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FinwaitCommand.class.getName()));
        line.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        return builder;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static String complaints(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), UTF_8);
    }

    private Path file(String name, int octets) throws IOException {
        byte[] content = new byte[octets];
        new Random(octets).nextBytes(content);
        return Files.write(folder.resolve(name), content);
    }

    /**
     * The client's file ends first; the server answers with its own only when it has seen that end.
     */
    @Test
    void filesThroughTwoNetcatsHalfClosedByTheEndOfTheInput() throws Exception {
        Path question = file("question", 300_000);
        Path answer = file("answer", 200_000);
        Path received = folder.resolve("received");
        String uri = "unix:" + folder.resolve("s") + "?role=";
        Process server =
                start(finwait("netcat", "-v", "--listen", "5000", "--transport", uri + "server"));
        assertThat(server.errorReader().readLine()).isEqualTo("listening at port 5000");
        Process client =
                start(
                        finwait(
                                        "netcat",
                                        "--time-wait",
                                        "0s",
                                        "--transport",
                                        uri + "client",
                                        "10.0.0.2",
                                        "5000")
                                .redirectInput(question.toFile())
                                .redirectOutput(received.toFile()));
        try (OutputStream keyboard = server.getOutputStream();
                InputStream screen = server.getInputStream()) {
            assertThat(screen.readNBytes(300_000)).isEqualTo(Files.readAllBytes(question));
            keyboard.write(Files.readAllBytes(answer));
        }
        assertThat(client.waitFor()).as(complaints(client)).isZero();
        assertThat(server.waitFor()).as(complaints(server)).isZero();
        assertThat(received).hasSameBinaryContentAs(answer);
    }

    @Test
    void netstatWatchesARunningStackToItsEnd() throws Exception {
        String uri = "unix:" + folder.resolve("s") + "?role=server";
        Process server = start(finwait("netcat", "-v", "--listen", "5000", "--transport", uri));
        assertThat(server.errorReader().readLine()).isEqualTo("listening at port 5000");
        Process netstat = start(finwait("netstat", "--watch", "--interval", "20ms", "netcat"));
        var lines = netstat.inputReader();
        assertThat(lines.readLine()).isEqualTo("netcat, process " + server.pid());
        assertThat(lines.readLine()).startsWith("Proto Recv-Q Send-Q Local Address");
        assertThat(lines.readLine()).contains("10.0.0.2:5000").endsWith("LISTEN");
        Process statistics = start(finwait("netstat", "-s"));
        assertThat(statistics.inputReader().lines().toList())
                .startsWith("netcat, process " + server.pid(), "Ip:")
                .contains("    0 active connection openings");
        Process timers = start(finwait("netstat", "-o", "netcat"));
        assertThat(timers.inputReader().lines().toList())
                .anySatisfy(line -> assertThat(line).endsWith("LISTEN       off (0.00/0/0)"));
        Process both = start(finwait("netstat", "-o", "-s"));
        assertThat(both.waitFor()).as("two views at once").isEqualTo(2);
        server.destroy();
        assertThat(lines.lines().toList()).last().isEqualTo("ended");
        assertThat(netstat.waitFor()).as(complaints(netstat)).isZero();
        Process nobody = start(finwait("netstat"));
        assertThat(nobody.waitFor()).isEqualTo(1);
        assertThat(complaints(nobody))
                .contains("none of your stacks is running", folder.toString());
    }

    /** {@code tcpdump -w - | finwait explain -}: told as it ends, and at Ctrl-C what has not. */
    @Test
    void explainFollowsAPipeUntilCtrlC() throws Exception {
        Path ended = folder.resolve("close.pcap");
        assertThat(CommandRun.of("close", "--pcap", ended.toString()).code()).isZero();
        byte[] capture = Files.readAllBytes(ended);
        Process explain = start(finwait("explain", "-"));
        var lines = explain.inputReader();
        OutputStream pipe = explain.getOutputStream();
        pipe.write(capture);
        pipe.flush();
        assertThat(lines.readLine()).startsWith("   0  10.0.0.");
        assertThat(lines.readLine()).contains("closed in order");
        // The same packets again: a second connection, whose last 200 octets are not there yet.
        pipe.write(capture, 0, capture.length - 200);
        pipe.flush();
        Process kill = start(new ProcessBuilder("kill", "-INT", Long.toString(explain.pid())));
        assertThat(kill.waitFor()).isZero();
        assertThat(lines.lines().toList())
                .anySatisfy(line -> assertThat(line).startsWith("   1  10.0.0."));
        assertThat(explain.waitFor()).isEqualTo(130);
    }

    /** So it is below a shell's background job, and a JVM that begins so stays deaf to Ctrl-C. */
    private static boolean interruptIsIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .anyMatch(ignored -> (ignored & 1L << (SIGINT - 1)) != 0);
        }
    }

    @Test
    void forwardSpoilsWhatItIsToldTo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process forward =
                    start(
                            finwait(
                                    "forward",
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--to",
                                    "127.0.0.1:" + server.getLocalPort(),
                                    "--direction",
                                    "up",
                                    "--fin-after",
                                    "3"));
            var lines = forward.inputReader();
            String first = lines.readLine();
            assertThat(first).startsWith("forwarding 127.0.0.1:");
            int port = Integer.parseInt(first.split("[: ]", -1)[2]);
            try (Socket client = new Socket()) {
                client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                client.getOutputStream().write("hello".getBytes(UTF_8));
                try (Socket accepted = server.accept()) {
                    assertThat(new String(accepted.getInputStream().readAllBytes(), UTF_8))
                            .isEqualTo("hel");
                }
            }
            assertThat(lines.readLine()).isEqualTo("1  opened");
            assertThat(lines.readLine())
                    .isEqualTo("1  client > server  FIN, made here after 3 octets");
        }
    }

    @Test
    void aRunningRelayIsToldToReset() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String to = "127.0.0.1:" + server.getLocalPort();
            Process forward = start(finwait("forward", "--listen", "127.0.0.1:0", "--to", to));
            int port = Integer.parseInt(forward.inputReader().readLine().split("[: ]", -1)[2]);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket accepted = server.accept()) {
                accepted.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                Process relay = start(finwait("relay", "faults-now", "down", "reset-after=1"));
                assertThat(relay.inputReader().readLine())
                        .isEqualTo("up none, down reset-after=1, only all");
                assertThat(relay.waitFor()).isZero();
                assertThatThrownBy(() -> client.getInputStream().read())
                        .hasMessage("Connection reset");
            }
            Process wrong = start(finwait("relay", "faults", "sideways", "none"));
            assertThat(complaints(wrong)).contains("'sideways' is no direction");
            assertThat(wrong.waitFor()).isEqualTo(2);
        }
    }

    @Test
    void aLinkJoinsTwoTransportsAndTellsAtItsEndWhatItCarried() throws Exception {
        String one = folder.resolve("one").toString();
        String two = folder.resolve("two").toString();
        Process link =
                start(
                        finwait(
                                "link",
                                "unix:" + one + "?role=server",
                                "unix:" + two + "?role=server",
                                "--both",
                                "delay=5ms",
                                "--there",
                                "duplication=100%"));
        var lines = link.inputReader();
        assertThat(lines.readLine()).startsWith("linking unix:");
        Process listens =
                start(
                        finwait(
                                "netcat",
                                "-v",
                                "--listen",
                                "5000",
                                "--transport",
                                "unix:" + two + "?role=client"));
        assertThat(listens.errorReader().readLine()).isEqualTo("listening at port 5000");
        Process connects =
                start(
                        finwait(
                                "netcat",
                                "10.0.0.2",
                                "5000",
                                "--time-wait",
                                "0s",
                                "--transport",
                                "unix:" + one + "?role=client"));
        connects.getOutputStream().write("over a bad link\n".getBytes(UTF_8));
        connects.getOutputStream().close();
        listens.getOutputStream().close();
        assertThat(listens.inputReader().readLine()).isEqualTo("over a bad link");
        assertThat(connects.waitFor()).as(complaints(connects)).isZero();
        // Process.destroy would close the pipe that its last words come through.
        assertThat(link.toHandle().destroy()).isTrue();
        List<String> told = lines.lines().filter(line -> line.contains(" came, ")).toList();
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).startsWith("there").contains(" duplicated");
        assertThat(told.get(1)).startsWith("back").doesNotContain("duplicated");
        assertThat(link.waitFor()).isEqualTo(143);
    }
}
