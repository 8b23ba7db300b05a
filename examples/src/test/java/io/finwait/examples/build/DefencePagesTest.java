package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Counters.Counter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code docs/security.md} and {@code docs/limits.md} say of each attack and each limit which test
 * shows it. What they name exists: tests and their methods, scripts, requirements and counters.
 */
class DefencePagesTest {

    private static final Path ROOT = Path.of("..");
    private static final Path SIM = ROOT.resolve("transport-sim/src/test/resources");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Pattern SCRIPT = Pattern.compile("`([a-z]+/[\\w-]+\\.pkt)`");
    private static final Pattern ID = Pattern.compile("\\b(?:T-|[A-H])\\d\\d\\b");
    private static final Pattern COUNTER = Pattern.compile("`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`");
    private static final Pattern CELL = Pattern.compile("(?<!\\\\)\\|");

    private static List<MatchResult> all(Pattern pattern, String page) throws IOException {
        return pattern.matcher(Files.readString(ROOT.resolve("docs").resolve(page)))
                .results()
                .toList();
    }

    /** Null where there is no such test. */
    private static String source(String test) throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        List<Path> found =
                                files.filter(file -> file.endsWith(test + ".java")).toList();
                        if (!found.isEmpty()) {
                            return Files.readString(found.get(0));
                        }
                    }
                }
            }
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"security.md", "limits.md"})
    void eachTestThatIsNamedExists(String page) throws IOException {
        List<String> missing = new ArrayList<>();
        List<MatchResult> named = all(TEST, page);
        for (MatchResult each : named) {
            String source = source(each.group(1));
            String method = each.group(2);
            if (source == null || (method != null && !source.contains("void " + method + "("))) {
                missing.add(each.group());
            }
        }
        for (MatchResult each : all(SCRIPT, page)) {
            if (!Files.exists(SIM.resolve("scripts").resolve(each.group(1)))) {
                missing.add(each.group());
            }
        }
        String requirements =
                Files.readString(SIM.resolve("io/finwait/sim/tcp/matrix/requirements.list"));
        for (MatchResult each : all(ID, page)) {
            if (!requirements.contains("\n" + each.group() + " | ")) {
                missing.add(each.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"security.md", "limits.md"})
    void eachCounterThatIsNamedExists(String page) throws IOException {
        List<String> known = Arrays.stream(Counter.values()).map(Counter::name).toList();
        assertThat(all(COUNTER, page)).allMatch(each -> known.contains(each.group(1)));
    }

    /** The last cell of each row names a test, a script or a requirement. */
    @ParameterizedTest
    @ValueSource(strings = {"security.md", "limits.md"})
    void eachRowSaysWhatShowsIt(String page) throws IOException {
        List<String> without = new ArrayList<>();
        int rows = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs").resolve(page))) {
            String[] cells = CELL.split(line.strip(), -1);
            boolean isRow = line.startsWith("| ") && !line.contains("| shown by |");
            if (isRow && !cells[cells.length - 2].strip().equals("test")) {
                rows++;
                String last = cells[cells.length - 2];
                boolean shown =
                        TEST.matcher(last).find()
                                || SCRIPT.matcher(last).find()
                                || ID.matcher(last).find()
                                || last.contains("matrix ")
                                || line.toLowerCase(Locale.ROOT).contains("not an endpoint's");
                if (!shown) {
                    without.add(line);
                }
            }
        }
        assertThat(without).isEmpty();
        assertThat(rows).isGreaterThan(20);
    }

    @Test
    void aMissingTestWouldBeNoticed() throws IOException {
        assertThat(source("NoSuchThingTest")).isNull();
        assertThat(source("DefencePagesTest")).contains("void eachTestThatIsNamedExists(");
    }
}
