package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever does not know the command's words yet finds them. */
class HelpCommandTest {

    @Test
    void aloneItPrintsTheCommandsAndFails() {
        CommandRun run = CommandRun.of();
        assertThat(run.out()).isEqualTo(CommandRun.of("--help").out()).contains("reset-by-peer");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).as("a script that lost its argument notices").isEqualTo(2);
    }

    @Test
    void helpOfNothingIsTheListOfCommands() {
        CommandRun run = CommandRun.of("help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo(CommandRun.of("--help").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "serve", "explain", "half-close", "help"})
    void helpOfACommandIsItsOwn(String command) {
        CommandRun run = CommandRun.of("help", command);
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .isEqualTo(CommandRun.of(command, "--help").out())
                .startsWith("Usage: finwait " + command);
    }

    @ParameterizedTest
    @CsvSource({
        "clsoe, close",
        "help clsoe, close",
        "half_close, half-close",
        "netsat, netstat",
        "reset, reset-by-peer",
        "simultanous-close, simultaneous-close"
    })
    void aWrongCommandSuggestsTheRightOne(String typed, String meant) {
        CommandRun run = CommandRun.of(typed.split(" ", -1));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .hasLineCount(1)
                .contains("is not a command; did you mean " + meant)
                .contains("(see finwait --help)");
    }

    @ParameterizedTest
    @CsvSource({
        "close --sed 3, --seed",
        "close --pcpa x, --pcap",
        "close --sed=3, --seed",
        "serve --htttp 80 ., --http",
        "forward --rst-after 3 --listen 127.0.0.1:0 --to 127.0.0.1:1, --reset-after",
        "script --profil linux x, --profile"
    })
    void aWrongOptionSuggestsTheRightOne(String typed, String meant) {
        CommandRun run = CommandRun.of(typed.split(" ", -1));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .hasLineCount(1)
                .contains("is not an option; did you mean " + meant)
                .doesNotContain("Unknown option");
    }

    @ParameterizedTest
    @ValueSource(strings = {"qqqq", "close --qqqq", "help qqqq"})
    void whatResemblesNothingSuggestsNothing(String typed) {
        CommandRun run = CommandRun.of(typed.split(" ", -1));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).doesNotContain("did you mean");
    }

    /** What help promises and what is taken, are the same. */
    @Test
    void lossIsTakenAsItsHelpSays() {
        assertThat(CommandRun.of("close", "--help").out())
                .contains("10%")
                .contains("0.1")
                .contains("60%");
        CommandRun run = CommandRun.of("close", "--loss", "5");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("'5' is neither a percentage nor a fraction; write 5% or 0.05")
                .hasLineCount(1);
        assertThat(CommandRun.of("close", "--loss", "much").err())
                .contains("write 0% to 60%, or 0 to 0.6");
        assertThat(CommandRun.of("close", "--loss", "61%").err()).contains("choose 0% to 60%");
        assertThat(CommandRun.of("close", "--loss", "5%").out())
                .isEqualTo(CommandRun.of("close", "--loss", "0.05").out());
    }
}
