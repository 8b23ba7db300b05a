package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the formatter does not see to: long lines, comments that it has cut, names and ids. */
class SourceStyleTest {

    private static final int COLUMNS = 100;
    private static final Path ROOT = Path.of("..");
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\".*?\"\"\"", Pattern.DOTALL);
    private static final Pattern PARENTHESES = Pattern.compile("\\([^()]*\\)");

    /** Requirements have a letter and two digits, decisions where RFCs disagree are T-01 and on. */
    private static final Pattern ID = Pattern.compile("\\b(T-|[A-H])\\d\\d\\b");

    private static final List<String> MODULES =
            List.of(
                    "core",
                    "transport-sim",
                    "transport-nio",
                    "transport-raw",
                    "examples",
                    "benchmarks");

    private static List<Path> sources(String under) throws IOException {
        List<Path> all = new ArrayList<>();
        for (String module : MODULES) {
            Path folder = ROOT.resolve(module).resolve(under);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
                }
            }
        }
        assertThat(all).isNotEmpty();
        return all;
    }

    /** Text blocks hold what programs print, which may be wider; their lines stay, empty. */
    private static List<String> lines(Path file) throws IOException {
        String text = Files.readString(file);
        return TEXT_BLOCK
                .matcher(text)
                .replaceAll(block -> "\"\"" + "\n".repeat((int) block.group().lines().count() - 1))
                .lines()
                .toList();
    }

    @Test
    void noLineIsWiderThanAHundredColumns() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path file : sources("src")) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > COLUMNS) {
                    wide.add(file + ":" + (i + 1));
                }
            }
        }
        assertThat(wide).isEmpty();
    }

    /** The formatter wraps a comment line by line, so that a few words stand alone. */
    @Test
    void noCommentIsCutInTwo() throws IOException {
        List<String> cut = new ArrayList<>();
        for (Path file : sources("src")) {
            List<String> lines = lines(file);
            for (int i = 1; i + 1 < lines.size(); i++) {
                if (isComment(lines.get(i - 1))
                        && isComment(lines.get(i))
                        && isComment(lines.get(i + 1))
                        && isLeftover(lines.get(i))) {
                    cut.add(file + ":" + (i + 1));
                }
            }
        }
        assertThat(cut).isEmpty();
    }

    private static boolean isComment(String line) {
        return line.strip().startsWith("// ");
    }

    private static boolean isLeftover(String line) {
        String text = line.strip().substring(3);
        return text.split(" ").length < 4 && text.matches(".*[^.:;,)}]");
    }

    @Test
    void eachMainClassHasANameOfItsOwn() throws IOException {
        Map<String, Path> seen = new TreeMap<>();
        List<String> twice = new ArrayList<>();
        for (Path file : sources("src/main/java")) {
            String name = file.getFileName().toString();
            boolean describes = name.equals("package-info.java") || name.equals("module-info.java");
            Path other = describes ? null : seen.put(name, file);
            if (other != null) {
                twice.add(file + " and " + other);
            }
        }
        assertThat(twice).isEmpty();
    }

    /** A comment that says (T-13) sends its reader to that row of docs/requirements.md. */
    @Test
    void everyIdInACommentHasItsRow() throws IOException {
        String requirements = Files.readString(ROOT.resolve("docs/requirements.md"));
        List<String> lost = new ArrayList<>();
        int found = 0;
        for (Path file : sources("src/main/java")) {
            List<String> lines = lines(file);
            for (int i = 0; i < lines.size(); i++) {
                for (String id : ids(lines.get(i))) {
                    found++;
                    if (!requirements.contains("\n| " + id + " |")) {
                        lost.add(file + ":" + (i + 1) + " " + id);
                    }
                }
            }
        }
        assertThat(lost).isEmpty();
        assertThat(found).isGreaterThan(15);
    }

    private static List<String> ids(String line) {
        return PARENTHESES
                .matcher(line)
                .results()
                .flatMap(part -> ID.matcher(part.group()).results())
                .map(MatchResult::group)
                .toList();
    }
}
