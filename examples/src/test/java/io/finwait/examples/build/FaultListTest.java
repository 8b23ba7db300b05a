package io.finwait.examples.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The faults that {@code build/Plant.java} plants: each names a file, and its text stands there
 * exactly once, or it would silently be planted nowhere after the code has moved on.
 */
class FaultListTest {

    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES =
            List.of("core", "transport-sim", "transport-nio", "transport-raw", "examples");

    @Test
    void eachFaultHasItsPlace() throws IOException {
        List<String> misplaced = new ArrayList<>();
        int faults = 0;
        String head = null;
        List<String> text = new ArrayList<>();
        List<String> lines = new ArrayList<>(Files.readAllLines(ROOT.resolve("build/faults.txt")));
        lines.add("@ ");
        for (String line : lines) {
            if (line.startsWith("@ ")) {
                if (head != null && places(head.split("\\|", -1)[1].strip(), text) != 1) {
                    misplaced.add(head);
                }
                faults++;
                head = line;
                text.clear();
            } else if (line.startsWith("- ")) {
                text.add(line.substring(2));
            }
        }
        assertThat(misplaced).isEmpty();
        assertThat(faults).isGreaterThan(80);
    }

    @Test
    void eachTestOfTheListIsOne() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("build/faults.txt"))) {
            if (line.startsWith("@ ")) {
                for (String test : line.split("\\|", -1)[2].strip().split("\\s+", -1)) {
                    if (tests(test) != 1) {
                        wrong.add(test);
                    }
                }
            }
        }
        assertThat(wrong).as("tests that are not there, or more than one").isEmpty();
    }

    private static long tests(String name) throws IOException {
        String[] parts = name.split(":", -1);
        String module =
                List.of("sim", "nio", "raw").contains(parts[0])
                        ? "transport-" + parts[0]
                        : parts[0];
        Path tests = ROOT.resolve(module).resolve("src/test/java");
        try (Stream<Path> all = Files.walk(tests)) {
            return all.filter(path -> path.endsWith(parts[1] + ".java")).count();
        }
    }

    private static int places(String file, List<String> text) throws IOException {
        String wanted = String.join("\n", text);
        int places = 0;
        for (String module : MODULES) {
            try (Stream<Path> all = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path each : all.filter(path -> path.endsWith(file)).toList()) {
                    String code = Files.readString(each);
                    for (int at = code.indexOf(wanted); at >= 0; ) {
                        places++;
                        at = code.indexOf(wanted, at + 1);
                    }
                }
            }
        }
        return places;
    }
}
