package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What the pages for users say is what the modules and POMs say. */
class ApiPageTest {

    private static final Path ROOT = Path.of("..");

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    @Test
    void theApiIsWhatTheModulesExportToEverybody() throws IOException {
        String page = read("docs/api.md");
        for (String module : List.of("core", "transport-sim", "transport-nio", "transport-raw")) {
            String descriptor = read(module + "/src/main/java/module-info.java");
            List<String> exported = all("exports ([a-z.]+);", descriptor);
            List<String> rows = all("(?m)^\\| `finwait-" + module + "` \\| (.*) \\|$", page);
            assertThat(rows).as("rows of %s", module).hasSize(1);
            assertThat(all("`([^`]+)`", rows.get(0))).containsExactlyInAnyOrderElementsOf(exported);
        }
    }

    @Test
    void theReadmeNamesTheVersionThatIsBuilt() throws IOException {
        String version = all("<version>(.*)</version>", read("pom.xml")).get(0);
        String readme = read("README.md");
        assertThat(all("<version>(.*)</version>", readme)).containsExactly(version);
        assertThat(all("io\\.finwait:finwait-[a-z-]+:([^\"]+)\"", readme))
                .hasSize(2)
                .containsOnly(version);
        assertThat(all("(?m)^## ([0-9.]+)", read("CHANGELOG.md")).get(0))
                .isEqualTo(version.replace("-SNAPSHOT", ""));
    }
}
