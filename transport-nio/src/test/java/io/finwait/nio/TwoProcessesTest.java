package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Two JVMs move octets both ways at the same time and close in order; 64 MB each way, or what the system
 * property {@code finwait.transfer.octets} says.
 */
@Timeout(900)
class TwoProcessesTest {

    private static final long OCTETS = Long.getLong("finwait.transfer.octets", 64 << 20);

    @TempDir Path folder;

    private record Started(String role, Process process, List<String> lines, Thread reader) {

        String line(String key) {
            return lines.stream()
                    .filter(line -> line.startsWith(key + " "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(role + " did not say it: " + lines))
                    .substring(key.length() + 1);
        }
    }

    @Test
    void overUdp() throws Exception {
        int one = freePort();
        int two = freePort();
        bothWays(
                "udp://127.0.0.1:" + one + "?peer=127.0.0.1:" + two,
                "udp://127.0.0.1:" + two + "?peer=127.0.0.1:" + one);
    }

    @Test
    void overUnixDomainSockets() throws Exception {
        String uri = "unix:" + folder.resolve("s");
        bothWays(uri + "?role=server", uri + "?role=client");
    }

    private static void bothWays(String serverUri, String clientUri) throws Exception {
        Started server = start("server", serverUri, "10.0.0.2", "10.0.0.1");
        Started client = start("client", clientUri, "10.0.0.1", "10.0.0.2");
        finish(server);
        finish(client);
        assertThat(client.line("received")).isEqualTo(server.line("sent"));
        assertThat(server.line("received")).isEqualTo(client.line("sent"));
        assertThat(client.line("sent")).isNotEqualTo(server.line("sent"));
        assertThat(client.line("ended")).startsWith("Closed in order");
        assertThat(server.line("ended")).startsWith("Closed in order");
        assertThat(client.line("clean")).isEqualTo("true");
        assertThat(server.line("clean")).isEqualTo("true");
        System.out.println(serverUri + ": " + client.line("rate"));
    }

    private static Started start(String role, String uri, String own, String other)
            throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Mover.class.getName(),
                                role,
                                uri,
                                own,
                                other,
                                String.valueOf(OCTETS))
                        .redirectErrorStream(true)
                        .start();
        if (role.equals("server")) {
            assertThat(process.inputReader().readLine()).isEqualTo("listening");
        }
        List<String> lines = new ArrayList<>();
        Thread reader = Thread.ofVirtual().start(() -> read(process, lines));
        return new Started(role, process, lines, reader);
    }

    private static void read(Process process, List<String> lines) {
        try (BufferedReader reader = process.inputReader()) {
            reader.lines().forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void finish(Started mover) throws InterruptedException {
        try {
            mover.reader.join();
            assertThat(mover.process.waitFor()).as(mover.role + ": " + mover.lines).isZero();
        } finally {
            mover.process.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
