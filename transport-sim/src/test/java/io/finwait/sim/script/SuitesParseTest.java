package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every script of a folder parses, and reads back from what it prints. The folder is given by
 * {@code -Dfinwait.suites=DIR}; public suites are not part of this repository.
 */
class SuitesParseTest {

    @Test
    void everyScriptOfTheSuitesParsesAndReadsBack() throws IOException {
        String folder = System.getProperty("finwait.suites", "");
        assumeTrue(!folder.isEmpty(), "no suites: give their folder with -Dfinwait.suites=DIR");
        List<String> problems = new ArrayList<>();
        List<Path> files = scripts(Path.of(folder));
        for (Path file : files) {
            try {
                PacketScript script = PacketScript.of(file, Map.of("STANDARD", "1"));
                String printed = script.toString();
                if (!PacketScript.of(printed).toString().equals(printed)) {
                    problems.add(file + ": does not read back as it was printed");
                }
            } catch (ScriptSyntaxException e) {
                problems.add(e.getMessage());
            }
        }
        System.out.printf("%d of %d scripts parse%n", files.size() - problems.size(), files.size());
        assertThat(files).isNotEmpty();
        assertThat(problems).isEmpty();
    }

    private static List<Path> scripts(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".pkt")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
