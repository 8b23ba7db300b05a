package io.finwait.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.picture.TextLadder;
import io.finwait.sim.script.PacketScript;
import io.finwait.sim.script.ScriptOptions;
import io.finwait.sim.script.ScriptResult;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;
import io.finwait.trace.End;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** What is drawn and saved of a way through the search is what has happened on it. */
@Tag("ci")
class CounterexampleTest {

    private static final int WALKS = 150;
    private static final int LONGEST_WALK = 40;

    private static Counterexample leak;

    @BeforeAll
    static void findTheLeak() {
        leak = new Explorer(Bounds.TWO_INCARNATIONS.withShortTimeWait()).run().counterexample();
    }

    static List<Bounds> bounds() {
        return List.of(
                Bounds.SMALL,
                Bounds.SMALL.withFaults(2, 2, 2),
                Bounds.POLITE,
                Bounds.NARROW,
                Bounds.TWO_INCARNATIONS,
                Bounds.TWO_INCARNATIONS.withFaults(2, 2, 0));
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void theScriptOfEitherEndReplaysWhateverHappened(Bounds bounds) {
        for (int seed = 0; seed < WALKS; seed++) {
            Counterexample walk = walk(bounds, seed);
            for (End end : End.values()) {
                String script = walk.script(end);
                assertThat(run(script).outcome())
                        .as("seed %d, %s:%n%s%n%s", seed, end, script, run(script))
                        .isEqualTo(ScriptResult.Outcome.PASSED);
            }
        }
    }

    /** A way at random, as far as it goes. */
    private static Counterexample walk(Bounds bounds, long seed) {
        Random random = new Random(seed);
        ExploredWorld world = new ExploredWorld(bounds, TcpEndpoint::new, Witness.NOBODY);
        byte[] way = new byte[LONGEST_WALK];
        byte[] open = new byte[64];
        int length = 0;
        int count = world.choices(open);
        while (count > 0 && length < LONGEST_WALK) {
            way[length] = open[random.nextInt(count)];
            world.take(way[length++]);
            count = world.choices(open);
        }
        return new Counterexample(
                bounds, TcpEndpoint::new, Arrays.copyOf(way, length), "a walk at random");
    }

    private static ScriptResult run(String script) {
        return PacketScript.of(script).run(ScriptOptions.DEFAULT.withStrictEnd(true));
    }

    @Test
    void aScriptThatLeavesASegmentOutIsNoReplay() {
        List<String> lines = leak.script(End.B).lines().toList();
        Stream<String> expected = lines.stream().filter(line -> line.contains(" > "));
        assertThat(expected).isNotEmpty();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(" > ")) {
                String without =
                        String.join("\n", lines.subList(0, i))
                                + "\n"
                                + String.join("\n", lines.subList(i + 1, lines.size()));
                assertThat(run(without).outcome())
                        .as("without %s", lines.get(i))
                        .isEqualTo(ScriptResult.Outcome.FAILED);
            }
        }
    }

    @Test
    void theLadderShowsTheOldSegmentInTheNewIncarnation() {
        String drawn = new TextLadder().render(leak.ladder());
        assertThat(drawn.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
        assertThat(drawn).contains("TIME_WAIT", "… 3 s …", "connect", "copy of ");
        assertThat(drawn.split("SYN_SENT", -1)).hasSize(3);
    }

    @Test
    void everythingIsSaved(@TempDir Path folder) throws IOException {
        List<Path> files = leak.save(folder.resolve("new"));
        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly(
                        "ladder.txt",
                        "ladder.svg",
                        "ladder.html",
                        "client.pkt",
                        "client.pcapng",
                        "server.pkt",
                        "server.pcapng");
        assertThat(files.get(1)).content().startsWith("<svg").contains("TIME_WAIT");
        assertThat(files.get(2)).content().startsWith("<!DOCTYPE html>").contains("TIME_WAIT");
        for (int i : new int[] {3, 5}) {
            assertThat(PacketScript.of(files.get(i), Map.of()).run().outcome())
                    .isEqualTo(ScriptResult.Outcome.PASSED);
        }
    }

    /** Where there is no tshark, the test is reported as skipped. */
    @Test
    void tsharkReadsTheCaptures(@TempDir Path folder) throws Exception {
        boolean installed =
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "tshark")));
        Assumptions.assumeTrue(installed, "tshark is not installed; apt install tshark");
        leak.save(folder);
        for (String end : List.of("client", "server")) {
            List<String> flags = tshark(folder.resolve(end + ".pcapng"));
            assertThat(flags.stream().filter("0x0002"::equals)).as("SYNs of %s", end).hasSize(2);
            assertThat(flags).contains("0x0012", "0x0011");
        }
    }

    private static List<String> tshark(Path capture) throws Exception {
        Process tshark =
                new ProcessBuilder(
                                "tshark",
                                "-r",
                                capture.toString(),
                                "-T",
                                "fields",
                                "-e",
                                "tcp.flags")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String out = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tshark.waitFor()).isZero();
        return out.lines().toList();
    }
}
