package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.tcp.matrix.Requirements.Entry;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Every requirement is shown by a test, or says why not; {@code docs/requirements.md} tells which.
 */
class RequirementsTest {

    private static final int REQUIREMENTS = 356;

    private static final Path PAGE = Path.of("..", "docs", "requirements.md");

    private static final String HEAD =
            """
            # Requirements

            What closing a connection must do (A to F), what must hold beneath it and around it (G to O),
            and which tests show it. Printed by `RequirementsTest` from a list and from what the tests say
            of themselves; not written by hand.

            "Level" is the RFC's keyword, with its number where it has one; "decision" marks the places
            where the RFC's text is wrong, contradictory or unsafe, and what was decided. "matrix 3.2: 4"
            means four cells of table 3.2 of [the close matrix](close-matrix.md). A test that begins with
            an id is one of core's, a `.pkt` file is a packet script.

            """;

    private final Requirements requirements = Requirements.read();
    private final Evidence evidence = Evidence.collect(Table.all());

    @Test
    void theListIsWhole() {
        List<String> ids = requirements.all().stream().map(Entry::id).toList();
        assertThat(ids).doesNotHaveDuplicates().hasSize(REQUIREMENTS);
    }

    @Test
    void everyRequirementIsShownOrSaysWhatItWaitsFor() {
        List<String> open = new ArrayList<>();
        for (Entry each : requirements.all()) {
            if (evidence.of(each.id()).isEmpty()
                    && each.later().isEmpty()
                    && each.deviation().isEmpty()) {
                open.add(each.id() + ": " + each.text());
            }
        }
        assertThat(open).as("requirements that nothing shows").isEmpty();
    }

    @Test
    void whatIsShownWaitsForNothing() {
        List<String> shown = new ArrayList<>();
        for (Entry each : requirements.all()) {
            if (!evidence.of(each.id()).isEmpty() && !each.later().isEmpty()) {
                shown.add(each.id());
            }
        }
        assertThat(shown).as("requirements with tests that are still said to come later").isEmpty();
    }

    @Test
    void testsNameOnlyWhatIsInTheList() {
        List<String> known = requirements.all().stream().map(Entry::id).toList();
        assertThat(known).as("ids in the list").containsAll(evidence.ids());
    }

    @Test
    void thePageIsUpToDate() throws IOException {
        String page = page();
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as(
                        "run: mvn -pl transport-sim -am test -Dtest=RequirementsTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dfinwait.write.docs=true")
                .exists()
                .hasContent(page.stripTrailing());
    }

    private String page() {
        StringBuilder page = new StringBuilder(HEAD);
        List<Entry> all = requirements.all();
        page.append(
                ("%d requirements: %d shown by tests, %d with a declared deviation,"
                                + " %d to come later.\n")
                        .formatted(
                                all.size(),
                                all.stream().filter(e -> !evidence.of(e.id()).isEmpty()).count(),
                                all.stream().filter(e -> !e.deviation().isEmpty()).count(),
                                all.stream().filter(e -> !e.later().isEmpty()).count()));
        requirements
                .groups()
                .forEach(
                        (group, entries) -> {
                            page.append("\n## ").append(group).append("\n\n");
                            page.append("| id | level | requirement | source | shown by |\n");
                            page.append("|---|---|---|---|---|\n");
                            entries.forEach(entry -> line(entry, page));
                        });
        return page.toString();
    }

    private void line(Entry entry, StringBuilder page) {
        List<String> shown = new ArrayList<>();
        List<String> found = evidence.of(entry.id());
        if (!found.isEmpty()) {
            shown.add(String.join(", ", found));
        }
        if (!entry.deviation().isEmpty()) {
            shown.add("**Deviation:** " + entry.deviation());
        }
        if (!entry.later().isEmpty()) {
            shown.add("**Later:** " + entry.later());
        }
        page.append("| ")
                .append(
                        String.join(
                                " | ",
                                entry.id(),
                                entry.level(),
                                entry.text(),
                                entry.source(),
                                String.join(". ", shown)))
                .append(" |\n");
    }
}
