package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The explorer on the command line. */
class ExploreCommandTest {

    @Test
    void aCounterexampleIsToldDrawnAndSaved(@TempDir Path folder) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = run(out, "explore", "--search", "short", "--save", folder.toString());
        assertThat(code).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("packet 1 of server is duplicated", "| connect", "Written: ");
        assertThat(folder.resolve("ladder.svg")).exists();
        assertThat(folder.resolve("ladder.html")).exists();
        assertThat(run(new ByteArrayOutputStream(), "script", folder.toString())).isZero();
    }

    @Test
    void aFolderThatCanNotBeWrittenIsToldInASentence(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(sentence("explore", "--search", "short", "--save", file.toString()))
                .contains("can't save in '" + file + "'")
                .doesNotContain("\tat ");
    }

    /** All searches take minutes: what is wrong is told before. */
    @Test
    void aPageThatCanNotBeWrittenIsToldBeforeTheSearch(@TempDir Path folder) {
        assertThat(sentence("explore", "--docs", folder.toString()))
                .contains("can't write " + folder + ": it is a folder; name a file")
                .doesNotContain("states so far", "\tat ");
        Path nowhere = folder.resolve("no/page.md");
        assertThat(sentence("explore", "--docs", nowhere.toString()))
                .contains("no such folder: " + nowhere.getParent())
                .doesNotContain("states so far");
    }

    /** What a command that fails says to the user. */
    private static String sentence(String... args) {
        PrintStream realErr = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            assertThat(run(new ByteArrayOutputStream(), args)).isEqualTo(1);
        } finally {
            System.setErr(realErr);
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    private static int run(ByteArrayOutputStream out, String... args) {
        PrintStream real = System.out;
        try {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            return FinwaitCommand.run(args);
        } finally {
            System.setOut(real);
        }
    }
}
