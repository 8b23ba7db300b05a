package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code finwait script}: what it prints, and its exit codes. */
class ScriptCommandTest {

    private static final String SOCKET = "0 socket(..., SOCK_STREAM, 0) = 3\n";

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int script(String... arguments) {
        return new CommandLine(new ScriptCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }

    private String file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text);
        return file.toString();
    }

    @Test
    void passedAndSkippedScriptsAreNoFailure() throws IOException {
        file("a.pkt", SOCKET + "+0 = CLOSED\n");
        file("b.pkt", SOCKET + "+0 pipe() = 1\n");
        assertThat(script(folder.toString())).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "skipped    1  system call pipe",
                        "2 scripts: 1 passed, 0 failed, 1 skipped");
    }

    /** A build that counts on scripts must notice that none was run. */
    @Test
    void whereAllAreSkippedItSaysThatNothingWasRun() throws IOException {
        file("a.pkt", SOCKET + "+0 pipe() = 1\n");
        file("b.pkt", SOCKET + "+0 pipe() = 1\n");
        assertThat(script(folder.toString())).isEqualTo(3);
        assertThat(out.toString().lines())
                .containsExactly(
                        "skipped    2  system call pipe",
                        "2 scripts: 0 passed, 0 failed, 2 skipped",
                        "Nothing was run: every script was skipped, for the reasons above.");
    }

    @Test
    void aFolderInWhichNothingWasRunIsNamed() throws IOException {
        Path idle = Files.createDirectory(folder.resolve("idle"));
        file("a.pkt", SOCKET + "+0 = CLOSED\n");
        file("idle/b.pkt", SOCKET + "+0 pipe() = 1\n");
        assertThat(script(folder.toString())).isZero();
        assertThat(out.toString().lines())
                .contains("Nothing was run in " + idle.toAbsolutePath() + ": 1 skipped");
        assertThat(script("--every-folder", folder.toString())).isEqualTo(3);
        file("c.pkt", SOCKET + "+0 = LISTEN\n");
        assertThat(script("--every-folder", folder.toString())).isEqualTo(1);
    }

    @Test
    void whatIsNoTextFails() throws IOException {
        Path file = Files.write(folder.resolve("a.pkt"), new byte[] {0, 1, (byte) 0xFF});
        assertThat(script(file.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("is not text in UTF-8").doesNotContain("Exception");
    }

    @Test
    void aFailureIsShownAndGivesOne() throws IOException {
        String file = file("a.pkt", SOCKET + "+0 = LISTEN\n");
        assertThat(script(file)).isEqualTo(1);
        assertThat(out.toString())
                .startsWith(file + ":2: state: expected LISTEN, came CLOSED")
                .contains("-->    2 | +0 = LISTEN")
                .endsWith("1 scripts: 0 passed, 1 failed, 0 skipped" + System.lineSeparator());
    }

    @Test
    void reportAndCaptureAreWritten() throws IOException {
        String file =
                file("a.pkt", SOCKET + "+0 bind(3, ..., ...) = 0\n+0 < . 1:1(0) ack 1 win 1\n");
        Path report = folder.resolve("report.xml");
        Path pcap = folder.resolve("a.pcapng");
        Path html = folder.resolve("a.html");
        assertThat(
                        script(
                                file,
                                "--report",
                                report.toString(),
                                "--pcap",
                                pcap.toString(),
                                "--html",
                                html.toString()))
                .isZero();
        assertThat(html).content().contains("a.pkt").contains("\"RST\"");
        assertThat(report).content().contains("tests=\"1\"");
        assertThat(Files.size(pcap)).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--report", "--pcap", "--html"})
    void aScriptIsNoPlaceForOutput(String option) throws IOException {
        String file = file("a.pkt", SOCKET + "+0 = CLOSED\n");
        assertThat(script(file, option, folder + "/../" + folder.getFileName() + "/a.pkt"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("would overwrite the script");
        assertThat(Path.of(file)).hasContent(SOCKET + "+0 = CLOSED\n");
    }

    @Test
    void definitionsChooseBlocks() throws IOException {
        String file = file("a.pkt", SOCKET + "#ifdef MINE\n+0 = LISTEN\n#endif\n");
        assertThat(script(file)).as("all blocks are excluded: nothing was run").isEqualTo(3);
        assertThat(script(file, "-D", "MINE")).isEqualTo(1);
        assertThat(script(file, "-DMINE=1", "--profile", "linux")).isEqualTo(1);
    }

    @Test
    void wrongUsageGivesTwoAndASentence() throws IOException {
        String file = file("a.pkt", SOCKET);
        assertThat(script(folder + "/nothing.pkt")).isEqualTo(2);
        assertThat(err.toString()).startsWith("there is no file or folder " + folder);
        assertThat(script(file, "--ip", "5")).isEqualTo(2);
        assertThat(err.toString()).contains("--ip 5: choose 4 or 6");
        assertThat(script(file, file, "--pcap", "x")).isEqualTo(2);
        assertThat(err.toString()).contains("--pcap captures one script; there are 2");
        assertThat(script()).isEqualTo(2);
    }
}
