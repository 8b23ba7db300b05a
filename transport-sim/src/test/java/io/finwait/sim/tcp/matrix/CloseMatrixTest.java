package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Every state times every event: 429 cells in seven tables, each driven through a real endpoint by
 * packets and calls. {@code docs/close-matrix.md} is printed from the same rows.
 */
class CloseMatrixTest {

    private static final int CELLS = 429;

    /** How many cells of each table can't happen, and say why; all others must act. */
    private static final Map<String, Integer> CANNOT_HAPPEN =
            Map.of(
                    "3.1 Calls of the user", 3,
                    "3.2 SYN and RST", 2,
                    "3.3 The ACK field", 5,
                    "3.4 FIN", 11,
                    "3.5 Text", 6,
                    "3.6 Timers", 37,
                    "3.7 ICMP", 0);

    private static final Path PAGE = Path.of("..", "docs", "close-matrix.md");

    private final List<Table> tables = Table.all();

    @TestFactory
    Stream<DynamicNode> cells() {
        return tables.stream().map(this::table);
    }

    private DynamicNode table(Table table) {
        List<DynamicNode> states = new ArrayList<>();
        for (State state : State.values()) {
            List<DynamicNode> tests = new ArrayList<>();
            for (Row row : table.rows()) {
                if (row.state() == state) {
                    row.variants().forEach(given -> tests.add(test(row, given)));
                }
            }
            states.add(DynamicContainer.dynamicContainer(state.name(), tests));
        }
        return DynamicContainer.dynamicContainer(table.title(), states);
    }

    private static DynamicNode test(Row row, Given given) {
        return DynamicTest.dynamicTest(row.name(given), () -> RowRun.run(row, given));
    }

    @Test
    void everyCellOfTheMatrixHasARow() {
        int cells = 0;
        List<String> missing = new ArrayList<>();
        for (Table table : tables) {
            for (State state : State.values()) {
                for (String event : table.events()) {
                    cells++;
                    if (!table.has(state, event)) {
                        missing.add(table.title() + ": " + state + ", " + event);
                    }
                }
            }
        }
        assertThat(missing).as("cells without a row").isEmpty();
        assertThat(cells).isEqualTo(CELLS);
    }

    @Test
    void noFurtherCellIsSaidToBeImpossible() {
        for (Table table : tables) {
            int impossible = 0;
            for (State state : State.values()) {
                for (String event : table.events()) {
                    List<Row> rows = table.rows(state, event);
                    impossible += rows.stream().allMatch(Row::cannotHappen) ? 1 : 0;
                }
            }
            assertThat(impossible)
                    .as("cells of %s that can't happen", table.title())
                    .isLessThanOrEqualTo(CANNOT_HAPPEN.get(table.title()));
        }
    }

    @Test
    void whatCannotHappenSaysWhyAndIsAsserted() {
        for (Table table : tables) {
            for (Row row : table.rows()) {
                if (row.cannotHappen()) {
                    assertThat(row.when().substring(Row.CANNOT_HAPPEN.length()))
                            .as("%s, %s", row.state(), row.event())
                            .isNotBlank();
                    assertThat(row.seen()).as("%s, %s", row.state(), row.event()).isNotEmpty();
                }
            }
        }
    }

    @Test
    void thePagePrintedFromTheTablesIsUpToDate() throws IOException {
        String page = new MatrixPage(tables).print();
        if (Boolean.getBoolean("finwait.write.docs")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as(
                        "run: mvn -pl transport-sim -am test -Dtest=CloseMatrixTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dfinwait.write.docs=true")
                .exists()
                .hasContent(page.stripTrailing());
    }
}
