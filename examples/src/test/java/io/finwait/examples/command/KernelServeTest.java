package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.raw.NetworkNamespace;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * {@code finwait serve} in a process of its own, and the kernel's TCP with {@code curl} in front of
 * it. The file has 4 MB, or {@code -Dfinwait.serve.octets=1000000000}.
 */
@Timeout(900)
@Tag("ci")
class KernelServeTest {

    private static final long OCTETS = Long.getLong("finwait.serve.octets", 4_000_000L);
    private static final String CHECKSUM_IS_GOOD = "1";

    @TempDir private Path folder;

    @BeforeEach
    void kernelIsThere() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
        assumeTrue(isInstalled("curl"), "curl (package curl) is not here: skipped");
    }

    private static boolean isInstalled(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program));
    }

    @ParameterizedTest
    @CsvSource({
        "off, 10.76.0.2, 1",
        "off, [fd76::2], 1",
        "off, 10.76.0.2, 50",
        "off, [fd76::2], 50",
        "on, 10.76.0.2, 1",
        "on, [fd76::2], 1",
        "on, 10.76.0.2, 50",
        "on, [fd76::2], 50"
    })
    void everyCopyIsTheSame(String offload, String host, int copies) throws Exception {
        String digest = writeFile(OCTETS);
        try (NetworkNamespace kernel = namespace()) {
            Process server = serve(kernel, "tun:fws?offload=" + offload, "");
            assertThat(fetch(kernel, host, copies).lines())
                    .hasSize(copies)
                    .containsOnly(digest + "  -");
            end(server);
        }
    }

    /** Two threads, each with a queue of the device, serve at one address, and drain together. */
    @Test
    void twoThreadsServe() throws Exception {
        String digest = writeFile(OCTETS);
        try (NetworkNamespace kernel = namespace()) {
            Process server = serve(kernel, "tun:fws?offload=on", "", "--threads", "2");
            assertThat(fetch(kernel, "10.76.0.2", 50).lines())
                    .hasSize(50)
                    .containsOnly(digest + "  -");
            // Process.destroy would close what it prints.
            server.toHandle().destroy();
            byte[] printed = server.getInputStream().readAllBytes();
            String said = new String(printed, StandardCharsets.UTF_8);
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).as("it has ended").isTrue();
            assertThat(said).contains("50 connections accepted; left: {TIME_WAIT=50}");
            assertThat(said).contains("PASSIVE_OPENS=50").doesNotContain("RESETS_OUT");
        }
    }

    /** Each copy goes through sha256sum as it comes, all at the same time. */
    private static String fetch(NetworkNamespace kernel, String host, int copies)
            throws IOException {
        String each = "curl -sSg http://" + host + ":80/file | sha256sum & ";
        String all = "for i in $(seq " + copies + "); do " + each + "done; wait";
        Process fetching = kernel.start("sh", "-c", all);
        return new String(fetching.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.76.0.2", "[fd76::2]"})
    void aCaptureHoldsSegmentsAsOnAWire(String host) throws Exception {
        assumeTrue(isInstalled("tshark"), "tshark (package tshark) is not here: skipped");
        String digest = writeFile(1_000_000);
        Path capture = folder.resolve("serve.pcapng");
        try (NetworkNamespace kernel = namespace()) {
            Process server = serve(kernel, "tap:tun:fws?offload=on", "&pcap=" + capture);
            assertThat(fetch(kernel, host, 1)).isEqualTo(digest + "  -\n");
            end(server);
        }
        List<String[]> packets =
                run(
                                "tshark",
                                "-r",
                                capture.toString(),
                                "-o",
                                "tcp.check_checksum:TRUE",
                                "-Y",
                                "tcp",
                                "-T",
                                "fields",
                                "-e",
                                "tcp.checksum.status",
                                "-e",
                                "frame.len")
                        .lines()
                        .map(line -> line.split("\t"))
                        .toList();
        assertThat(packets).as("segments of 1 MB").hasSizeGreaterThan(690);
        assertThat(packets).allSatisfy(each -> assertThat(each[0]).isEqualTo(CHECKSUM_IS_GOOD));
        assertThat(packets)
                .allSatisfy(each -> assertThat(Integer.parseInt(each[1])).isBetween(40, 1500));
    }

    /**
     * The kernel itself is asked: its address may stand nowhere in the URI, and routes lead
     * elsewhere.
     */
    @ParameterizedTest
    @CsvSource({
        "10.76.0.1, the kernel's own address",
        "127.0.0.5, the kernel's own address",
        "10.77.0.2, ip route add 10.77.0.2 dev fws"
    })
    void whereTheKernelDoesNotReachUsWeDoNotServe(String address, String why) {
        try (NetworkNamespace kernel = namespace()) {
            kernel.exec("ip", "link", "set", "lo", "up");
            CommandRun run =
                    CommandRun.of(
                            "serve",
                            "--http",
                            "80",
                            "--address",
                            address,
                            "--transport",
                            "tun:fws?address=10.76.0.1/24&netns=" + kernel.name(),
                            folder.toString());
            assertThat(run.code()).as(run.out()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).contains(why);
        }
    }

    private static NetworkNamespace namespace() {
        return NetworkNamespace.createOwn("fwserve");
    }

    private String writeFile(long octets) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(1);
        byte[] piece = new byte[100_000];
        try (OutputStream out =
                new DigestOutputStream(Files.newOutputStream(folder.resolve("file")), digest)) {
            for (long written = 0; written < octets; written += piece.length) {
                random.nextBytes(piece);
                out.write(piece);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Starts the command and waits until it says that it serves. */
    private Process serve(NetworkNamespace kernel, String transport, String more, String... options)
            throws IOException {
        String uri =
                transport
                        + "&address=10.76.0.1/24&address6=fd76::1/64&netns="
                        + kernel.name()
                        + more;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(FinwaitCommand.class.getName(), "serve", "--http", "80"));
        command.addAll(List.of("--address", "10.76.0.2,fd76::2", "--transport", uri));
        command.addAll(List.of(options));
        command.add(folder.toString());
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).startsWith("serving ");
        return server;
    }

    /** Lets the command end as Ctrl-C does, so that it completes its capture. */
    private static void end(Process server) throws InterruptedException {
        server.destroy();
        assertThat(server.waitFor(60, TimeUnit.SECONDS)).as("the server has ended").isTrue();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
