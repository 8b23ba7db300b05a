package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rules that the interface's documentation numbers, and the contract's tests, are the same. */
class ContractCoversTheRulesTest {

    private static final Path INTERFACE =
            Path.of("..", "core", "src", "main", "java", "io", "finwait", "spi", "Transport.java");

    @Test
    void eachRuleIsATestAndEachTestIsOfARule() throws IOException {
        List<String> rules =
                Pattern.compile("<b>R(\\d+)</b>")
                        .matcher(Files.readString(INTERFACE))
                        .results()
                        .map(result -> "r" + result.group(1))
                        .toList();
        List<String> tested =
                Contract.methods().stream()
                        .filter(each -> each.isAnnotationPresent(Test.class))
                        .map(each -> each.getName().substring(0, each.getName().indexOf('_')))
                        .toList();
        assertThat(rules).hasSize(14).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(tested)).isEqualTo(new TreeSet<>(rules));
    }
}
