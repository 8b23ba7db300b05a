package io.finwait.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The README's table of the seven scenarios: each cell leads to a test that is there. */
class SeedScenariosTest {

    private static final Pattern CELL =
            Pattern.compile("\\[[a-z ]+]\\((\\S+\\.java) \"(\\w+)\"\\)");

    @Test
    void eachCellLeadsToATest() throws IOException {
        Path root = Path.of("..");
        List<MatchResult> cells =
                CELL.matcher(Files.readString(root.resolve("README.md"))).results().toList();
        assertThat(cells).hasSize(7 * 4);
        for (MatchResult cell : cells) {
            assertThat(Files.readString(root.resolve(cell.group(1))))
                    .containsPattern("@Test\\s+void " + cell.group(2) + "\\(\\)");
        }
    }
}
