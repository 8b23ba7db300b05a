package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** docs/faults.md has all rows, names only tests that there are, and forgets none. */
class FaultsPageTest {

    private static final Path PAGE = Path.of("..", "docs", "faults.md");
    private static final Path TESTS = Path.of("src/test/java/io/finwait/sim");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");
    private static final Pattern TEST = Pattern.compile("@Test\\s+(?:void|@\\w+ void) (\\w+)\\(");
    private static final List<String> WHOLE =
            List.of("PeerActsTest", "PathFaultsTest", "ProgramFaultsTest", "DamageTest");

    private static String source(String name) throws IOException {
        try (Stream<Path> all = Files.walk(TESTS)) {
            Path found =
                    all.filter(path -> path.endsWith(name + ".java")).findFirst().orElseThrow();
            return Files.readString(found);
        }
    }

    @Test
    void everyRowIsThereOnceAndInOrder() throws IOException {
        List<Integer> rows = new ArrayList<>();
        Matcher found = ROW.matcher(Files.readString(PAGE));
        while (found.find()) {
            rows.add(Integer.valueOf(found.group(1)));
        }
        assertThat(rows).isEqualTo(IntStream.rangeClosed(1, 31).boxed().toList());
    }

    @Test
    void everyRowNamesTestsThatThereAre() throws IOException {
        for (String row : Files.readString(PAGE).lines().filter(ROW.asPredicate()).toList()) {
            Matcher named = NAMED.matcher(row);
            assertThat(named.find()).as(row).isTrue();
            do {
                assertThat(source(named.group(1))).contains("void " + named.group(2) + "(");
            } while (named.find());
        }
    }

    @Test
    void noTestOfAFaultIsForgotten() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> forgotten = new TreeSet<>();
        for (String name : WHOLE) {
            Matcher test = TEST.matcher(source(name));
            while (test.find()) {
                if (!page.contains("`" + name + "#" + test.group(1) + "`")) {
                    forgotten.add(name + "#" + test.group(1));
                }
            }
        }
        assertThat(forgotten).isEmpty();
    }
}
