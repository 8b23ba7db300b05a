package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.trace.capture.CapturedPacket;
import io.finwait.trace.capture.SeenSegment;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code --pcap}: what both ends send and receive, each on an interface of its own. */
@Tag("ci")
class CaptureOptionTest {

    private static final int CLIENT = 0;
    private static final int SERVER = 1;
    private static final int CLIENT_PORT = 50_000;

    @TempDir private Path folder;

    /** A segment as one of the two interfaces has it. */
    private record Captured(int at, boolean fromClient, int seq, int flags, int octets, long ns) {
        boolean isSent() {
            return fromClient == (at == CLIENT);
        }

        boolean isSameAs(Captured other) {
            return fromClient == other.fromClient
                    && seq == other.seq
                    && flags == other.flags
                    && octets == other.octets;
        }
    }

    private List<Captured> capture(String... line) throws IOException {
        List<String> args = new ArrayList<>(Arrays.asList(line));
        Path file = folder.resolve("x.pcapng");
        args.addAll(List.of("--pcap", file.toString()));
        CommandRun run = CommandRun.of(args.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        List<Captured> all = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file)) {
            CapturedPacket packet = new CapturedPacket();
            SeenSegment seen = new SeenSegment();
            while (reader.next(packet)) {
                seen.read(packet);
                all.add(
                        new Captured(
                                seen.interfaceNumber(),
                                seen.sourcePort() == CLIENT_PORT,
                                seen.seq(),
                                seen.flags(),
                                seen.textLength(),
                                seen.timeNs()));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sim", "mine://cable", "udp:"})
    void bothEndsAreCaptured(String place) throws IOException {
        List<Captured> all = capture("close", "--transport", place, "--msl", "1500ms");
        List<Captured> sent = all.stream().filter(Captured::isSent).toList();
        assertThat(sent).hasSizeGreaterThanOrEqualTo(7);
        assertThat(sent).anyMatch(each -> each.at == CLIENT).anyMatch(each -> each.at == SERVER);
        for (Captured each : sent) {
            assertThat(all)
                    .filteredOn(other -> !other.isSent() && other.isSameAs(each))
                    .singleElement()
                    .satisfies(other -> assertThat(other.ns).isGreaterThanOrEqualTo(each.ns));
        }
    }

    /** The story is about it: the third piece arrives once more, a second and longer afterwards. */
    @ParameterizedTest
    @ValueSource(strings = {"sim", "mine://cable", "udp:"})
    void theOldCopyIsCapturedWhereItArrives(String place) throws IOException {
        List<Captured> all =
                capture("delayed-duplicate", "--defence", "time_wait", "--transport", place);
        Captured third =
                all.stream().filter(each -> each.isSent() && each.octets > 0).toList().get(2);
        List<Captured> arrived =
                all.stream().filter(each -> !each.isSent() && each.isSameAs(third)).toList();
        assertThat(arrived).hasSize(2);
        assertThat(arrived.get(1).ns - third.ns).isGreaterThan(1_000_000_000L);
    }

    @Test
    void whatIsLostIsSeenWhereItWasSentOnly() throws IOException {
        List<Captured> all = capture("lost-last-ack");
        List<Captured> acks =
                all.stream().filter(each -> each.fromClient && each.flags == 0x10).toList();
        assertThat(acks).filteredOn(Captured::isSent).hasSize(3);
        assertThat(acks).filteredOn(each -> !each.isSent()).hasSize(2);
    }

    @Test
    void wiresharkNamesBothInterfaces() throws Exception {
        assumeTrue(isInstalled("tshark"), "tshark (package tshark) is not here: skipped");
        capture("close");
        String out =
                tshark(
                        "-r",
                        folder.resolve("x.pcapng").toString(),
                        "-T",
                        "fields",
                        "-e",
                        "frame.interface_name",
                        "-e",
                        "tcp.flags.str",
                        "-e",
                        "frame.comment");
        assertThat(out.lines().filter(line -> line.startsWith("client\t"))).hasSize(7);
        assertThat(out.lines().filter(line -> line.startsWith("server\t"))).hasSize(7);
        assertThat(out).contains("-> client TIME_WAIT").contains("-> server CLOSED");
    }

    /** What the help says: Wireshark finds nothing to remark in the packets of one end. */
    @Test
    void oneEndIsWrittenByTshark() throws Exception {
        assumeTrue(isInstalled("tshark"), "tshark (package tshark) is not here: skipped");
        capture("close");
        String both = folder.resolve("x.pcapng").toString();
        String client = folder.resolve("client.pcapng").toString();
        tshark("-r", both, "-Y", "frame.interface_id == 0", "-w", client);
        assertThat(tshark("-r", client).lines()).hasSize(7);
        assertThat(tshark("-r", client, "-Y", "tcp.analysis.flags")).isEmpty();
        assertThat(tshark("-r", both, "-Y", "tcp.analysis.flags")).isNotEmpty();
    }

    private static String tshark(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark"));
        command.addAll(List.of(arguments));
        Process tshark =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tshark.waitFor()).isZero();
        return out;
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }
}
