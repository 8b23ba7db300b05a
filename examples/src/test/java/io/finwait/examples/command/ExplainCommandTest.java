package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** {@code finwait explain} on captures that the stories make. */
class ExplainCommandTest {

    @TempDir private static Path folder;

    private static Path capture(String story) {
        return folder.resolve(story + ".pcapng");
    }

    private static CommandRun explain(String story, String... options) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of("explain", capture(story).toString()),
                                Arrays.stream(options))
                        .toArray(String[]::new));
    }

    @BeforeAll
    static void captureStories() {
        for (String story :
                new String[] {
                    "close", "half-close", "unread-data", "abort", "reset-by-peer", "last-ack-syn"
                }) {
            CommandRun run = CommandRun.of(story, "--pcap", capture(story).toString());
            assertThat(run.code()).as(run.err()).isZero();
        }
    }

    @Test
    void anOrderlyCloseIsOneLineAndItsVerdict() {
        CommandRun run = explain("close");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains(" SF ")
                .contains("the opener closed first, then the other end: closed in order")
                .doesNotContain("cause");
    }

    @Test
    void aResetHasItsCauseAndWhatTheApplicationsSaw() {
        assertThat(explain("unread-data").out())
                .contains("closed with text unread")
                .containsPattern("\\(#\\d+")
                .contains("Connection reset by peer");
        assertThat(explain("reset-by-peer").out()).contains("text came after the application");
    }

    @Test
    void aSynAnsweredForTheOldConnectionIsNoCancelledOne() {
        assertThat(explain("last-ack-syn").out())
                .contains("packet 16 answers the SYN for an old connection of this pair")
                .contains("was used again after 970 ms (connection 2): its SYN was accepted")
                .doesNotContain("gave the attempt up");
    }

    @Test
    void onlyWhatIsAskedForIsTold() {
        CommandRun none = explain("close", "--only", "reset");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("none of its connections is one of those asked for: 1");
        assertThat(none.code()).isZero();
        assertThat(explain("close", "--only", "orderly,reset").out()).isNotEmpty();
        assertThat(explain("close", "--port", "1").out()).isEmpty();
        assertThat(explain("close", "--host", "::ffff:10.0.0.1").out()).isNotEmpty();
        assertThat(explain("close", "--host", "10.9.9.9").out()).isEmpty();
        assertThat(explain("close", "--stream", "0").out()).contains("TIME_WAIT");
    }

    @Test
    void scriptsFindOutByTheExitCode() {
        assertThat(explain("close", "--fail-on", "reset").code()).isZero();
        assertThat(explain("unread-data", "--fail-on", "reset,half-closed").code()).isEqualTo(3);
    }

    @Test
    void jsonIsAnObjectALine() {
        assertThat(explain("close", "--json").out())
                .startsWith("{\"stream\":0,\"opener\":{\"address\":\"")
                .contains("\"ending\":\"orderly\"")
                .contains("\"closedFirst\":0")
                .endsWith("}" + System.lineSeparator());
    }

    @Test
    void aLadderIsDrawnAsTextAndAsPicture() throws IOException {
        assertThat(explain("close", "--ladder", "0").out())
                .contains("FIN_WAIT_1")
                .contains("TIME_WAIT")
                .contains("#1");
        Path svg = folder.resolve("ladder.svg");
        assertThat(explain("close", "--ladder", "0", "--svg", svg.toString()).code()).isZero();
        assertThat(Files.readString(svg)).startsWith("<svg").contains("FIN");
    }

    @Test
    void aPageShowsTheConnectionsChosen() throws IOException {
        Path html = folder.resolve("page.html");
        assertThat(explain("reset-by-peer", "--html", html.toString()).code()).isZero();
        assertThat(Files.readString(html))
                .contains("text came after the application had closed")
                .contains("10.0.0.2:12345");
        assertThat(explain("close", "--only", "reset", "--html", html.toString()).code()).isZero();
        assertThat(Files.readString(html)).contains("\"ladders\":[]");
        assertThat(CommandRun.of("explain", "-", "--html", html.toString()).err())
                .contains("save a pipe's capture first");
    }

    @Test
    void mistakesAreToldWithWhatToDo() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no capture at all");
        assertThat(CommandRun.of("explain", text.toString()))
                .satisfies(run -> assertThat(run.code()).isEqualTo(1))
                .satisfies(run -> assertThat(run.err()).contains("not a pcap or pcapng file"));
        assertThat(explain("close", "--only", "bogus").err()).contains("choose from orderly");
        assertThat(explain("close", "--svg", "x.svg").err()).contains("--ladder");
        assertThat(explain("close", "--ladder", "7").err())
                .contains("no connection of that number");
        assertThat(CommandRun.of("explain", folder.resolve("none").toString()).code()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    --only ,         | need an ending
                    --fail-on ,,     | need an ending
                    --host 10.0.0    | '10.0.0' is not an IP address
                    --host localhost | 'localhost' is not an IP address
                    --port 0         | --port is 1 to 65535
                    --port 65536     | --port is 1 to 65535
                    --port -1        | --port is 1 to 65535
                    --port http      | 'http' is not a whole number
                    --stream -1      | connections are numbered from 0
                    --ladder -1      | connections are numbered from 0
                    --ladder 0 --json            | goes with --svg only
                    --ladder 0 --only reset      | goes with --svg only
                    --ladder 0 --fail-on reset   | goes with --svg only
                    --ladder 0 --html page.html  | goes with --svg only
                    --ladder 0 --plot plot.svg   | goes with --svg only
                    --ladder 0 --stream 0        | goes with --svg only
                    """)
    void whatIsMeantByNothingIsRefused(String options, String sentence) {
        CommandRun run = explain("close", options.split(" ", -1));
        assertThat(run.code()).as(run.out()).isEqualTo(2);
        assertThat(run.err()).contains(sentence);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aConnectionThatIsNotThereIsAFailure() {
        CommandRun run = explain("close", "--stream", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("close.pcapng': there is no connection 1; ");
    }

    @Test
    void oneFileThatCannotBeReadHoldsUpNoOther() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pcap"));
        CommandRun run =
                CommandRun.of(
                        "explain",
                        folder.resolve("none.pcap").toString(),
                        empty.toString(),
                        folder.toString(),
                        capture("close").toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("close.pcapng").contains("closed in order");
        assertThat(run.err().lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).startsWith("finwait explain: '" + folder));
    }

    @Test
    void aBrokenFileIsUsedAsFarAsItGoes() throws IOException {
        byte[] whole = Files.readAllBytes(capture("close"));
        Path cut = folder.resolve("cut.pcapng");
        Files.write(cut, Arrays.copyOf(whole, whole.length - 5));
        CommandRun run = CommandRun.of("explain", cut.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("closed");
        assertThat(run.err()).containsPattern("cut.pcapng: .* at octet \\d+|\\(at octet \\d+\\)");
    }
}
