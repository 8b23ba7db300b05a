package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What docs/libraries.md names exists, and each library has something in each cell. */
class LibrariesPageTest {

    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("docs/libraries.md");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Pattern WORD = Pattern.compile("`([a-z]+(?:-\\w+)*)`");
    private static final List<String> PROGRAMS =
            List.of("WholeProgramTest", "LettuceOverFinwaitTest", "KafkaOverFinwaitTest");

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module :
                List.of("transport-sim", "transport-nio", "transport-raw", "examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path each : files.filter(file -> file.toString().endsWith(".java")).toList()) {
                    String name = each.getFileName().toString().replace(".java", "");
                    sources.put(name, Files.readString(each));
                }
            }
        }
        return sources;
    }

    @Test
    void whatIsNamedExists() throws IOException {
        Map<String, String> sources = sources();
        List<MatchResult> tests = TEST.matcher(Files.readString(PAGE)).results().toList();
        assertThat(tests)
                .hasSizeGreaterThan(40)
                .filteredOn(each -> !exists(each, sources))
                .extracting(MatchResult::group)
                .isEmpty();
        String said = String.join("\n", PROGRAMS.stream().map(sources::get).toList());
        for (String row : rows()) {
            assertThat(WORD.matcher(row).results().map(each -> each.group(1)))
                    .allMatch(word -> word.matches("abort|\\w*:") || said.contains(word + " "));
        }
    }

    private static boolean exists(MatchResult named, Map<String, String> sources) {
        String source = sources.getOrDefault(named.group(1), "");
        String method = named.group(2) == null ? "class " : "void " + named.group(2) + "(";
        return source.contains(method);
    }

    private static List<String> rows() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        int begin = lines.indexOf("|---|---|---|---|---|---|") + 1;
        return lines.subList(begin, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    @Test
    void eachLibraryHasSomethingInEachCell() throws IOException {
        List<String> rows = rows();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(16);
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            assertThat(cells).as(row).hasSize(8);
            for (int i = 2; i < 7; i++) {
                assertThat(cells[i]).as(row).contains("`");
            }
        }
    }
}
