package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The shell scripts of {@code build/} and {@code benchmarks/}: what they say to a slip of the hand.
 */
@Timeout(60)
class ScriptsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir private Path folder;

    /**
     * What a script said.
     *
     * @param text on both outputs
     */
    private record Said(int code, String text) {}

    @BeforeEach
    void bashIsThere() {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs /bin/bash: skipped");
    }

    private Said run(Path script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/bash", script.toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Said(process.waitFor(), text);
    }

    private Said run(String line) throws Exception {
        String[] words = line.split(" ", -1);
        String[] arguments = Stream.of(words).skip(1).toArray(String[]::new);
        return run(ROOT.resolve(words[0]), arguments);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "benchmarks/explain-against-tshark.sh",
                "benchmarks/gateway.sh",
                "benchmarks/huge-pages.sh",
                "benchmarks/lossy.sh",
                "benchmarks/system.sh",
                "benchmarks/udp-against-iperf3.sh",
                "build/machine.sh",
                "build/mutation.sh",
                "build/reproducible.sh",
                "build/spring-boot-tree.sh"
            })
    void helpIsThereAndAWrongOptionIsToldSo(String script) throws Exception {
        String name = Path.of(script).getFileName().toString();
        Said help = run(script + " --help");
        assertThat(help.text()).contains("usage: " + name);
        assertThat(help.code()).isZero();
        Said wrong = run(script + " --bogus");
        assertThat(wrong.code()).as(wrong.text()).isEqualTo(2);
        assertThat(wrong.text()).isEqualTo(name + ": '--bogus' is not an option; see --help\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    benchmarks/gateway.sh --rounds | --rounds needs a value; see --help
                    benchmarks/gateway.sh --seconds 0 | --seconds 0 is too small; choose 1 or more
                    benchmarks/gateway.sh --pin 1 | --pin 1: choose on or off
                    benchmarks/gateway.sh --paths veth | 'veth' is not a path; choose from cable
                    benchmarks/gateway.sh --report --out none.csv | there is no none.csv
                    benchmarks/lossy.sh --rounds | --rounds needs a value; see --help
                    benchmarks/lossy.sh --seconds 0 | --seconds 0 is too small; choose 1 or more
                    benchmarks/lossy.sh 20/100 | '20/100' is not a cell; write RTT/RATE/QUEUE
                    benchmarks/system.sh --rounds | --rounds needs a value; see --help
                    benchmarks/system.sh --report --out | --out needs a value; see --help
                    benchmarks/system.sh --rounds many | --rounds many is not a whole number
                    benchmarks/system.sh --seconds 0 | --seconds 0 is too small; choose 1 or more
                    benchmarks/system.sh --cpus 3 | --cpus 3: choose 1 or 2
                    benchmarks/system.sh --tests typo | 'typo' is not a test; choose from in out ping
                    benchmarks/system.sh --tests reset: | 'reset:' is not a test; choose from in out ping
                    benchmarks/system.sh --tests ping:5 | 'ping:5' is not a test; choose from in out ping
                    benchmarks/system.sh --paths wire | 'wire' is not a path; choose from veth tun
                    benchmarks/udp-against-iperf3.sh many | ROUNDS many is not a whole number
                    benchmarks/udp-against-iperf3.sh 0 | ROUNDS 0 is too small; choose 1 or more
                    benchmarks/udp-against-iperf3.sh 1 1 x | SIZE x is not a whole number
                    benchmarks/explain-against-tshark.sh 0 | '0' is not a whole number from 1
                    benchmarks/explain-against-tshark.sh 1 1 x | 'x' is not a whole number
                    build/machine.sh jdk | jdk needs a version; see --help
                    build/machine.sh properties | properties needs a version; see --help
                    build/machine.sh jdk new | 'new' is not a version; see --help
                    build/reproducible.sh twice | 'twice' is not an option; see --help
                    build/spring-boot-tree.sh 4 | '4' is not an option; see --help
                    """)
    void aValueThatIsMissingOrWrongIsToldInASentence(String line, String sentence)
            throws Exception {
        Said said = run(line);
        assertThat(said.code()).as(said.text()).isEqualTo(2);
        assertThat(said.text())
                .startsWith(Path.of(line.split(" ", -1)[0]).getFileName() + ": ")
                .contains(sentence)
                .hasLineCount(1);
    }

    /**
     * The same for each option of system.sh, and for a list in the middle of which one is wrong.
     */
    @Test
    void everyOptionOfTheSystemBenchmarkNeedsItsValue() throws Exception {
        for (String option :
                List.of(
                        "--rounds",
                        "--seconds",
                        "--warm-up",
                        "--cpus",
                        "--paths",
                        "--tests",
                        "--fresh",
                        "--rehearsal",
                        "--out",
                        "--java-options")) {
            assertThat(run("benchmarks/system.sh " + option))
                    .isEqualTo(
                            new Said(2, "system.sh: " + option + " needs a value; see --help\n"));
        }
        Said said =
                run(ROOT.resolve("benchmarks/system.sh"), "--tests", "ping typo client-closes:7");
        assertThat(said.text()).contains("'typo' is not a test").hasLineCount(1);
    }

    /** The documented commands work where the first java on the path is older. */
    @Test
    void javaIsFoundBesideAnOlderOne() throws Exception {
        for (String version : List.of("17.0.15", "25.0.1")) {
            Path home = folder.resolve("jvms/" + version);
            for (String program : List.of("java", "javac")) {
                Path file = home.resolve("bin").resolve(program);
                Files.createDirectories(file.getParent());
                Files.writeString(file, "#!/bin/sh\necho " + version + " \"$@\"\n");
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        }
        ProcessBuilder builder =
                new ProcessBuilder(
                                "/bin/bash",
                                ROOT.resolve("build/java").toString(),
                                "-jar",
                                "benchmarks.jar",
                                "Two Words")
                        .redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.matches("J(AVA|DK)[0-9]*_HOME"));
        builder.environment().put("MACHINE_JVMS", folder.resolve("jvms").toString());
        builder.environment()
                .put("PATH", folder.resolve("jvms/17.0.15/bin") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(text).isEqualTo("25.0.1 -jar benchmarks.jar Two Words\n");
    }

    @Test
    void noPageTellsToRunWhateverJavaIsOnThePath() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            assertThat(Files.readAllLines(page))
                    .as(page.toString())
                    .noneMatch(
                            line ->
                                    line.matches(
                                            "\\s*java .*(benchmarks|finwait-|FinwaitCommand).*"));
        }
    }
}
