package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.State;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of the matrix, read from a file beside this class:
 *
 * <pre>
 * # 3.2 SYN and RST                    the title
 * events: SYN in window | ...          the columns
 * == ESTABLISHED                       a state
 * -- SYN in window [C19 T-19]          a cell, and what it shows
 * given | when | sent | after | seen   a row of the cell
 * </pre>
 *
 * <p>In a row, an empty "sent" is silence, and {@code =} under "after" is the same state.
 *
 * @param title number and name
 * @param events the columns in order
 * @param rows the rows in order
 */
record Table(String title, List<String> events, List<Row> rows) {

    private static final List<String> FILES =
            List.of("calls", "syn-rst", "ack", "fin", "text", "timers", "icmp");

    /** Reads all tables. */
    static List<Table> all() {
        return FILES.stream().map(Table::read).toList();
    }

    private static Table read(String name) {
        String file = name + ".table";
        try (InputStream in = Table.class.getResourceAsStream(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Reader(file).read(text.lines().toList());
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }

    /** True when at least one row speaks of a cell. */
    boolean has(State state, String event) {
        return !rows(state, event).isEmpty();
    }

    /** The rows of a cell. */
    List<Row> rows(State state, String event) {
        return rows.stream().filter(r -> r.state() == state && r.event().equals(event)).toList();
    }

    private static final class Reader {

        private final String file;
        private String title = "";
        private List<String> events = List.of();
        private final List<Row> rows = new ArrayList<>();
        private State state;
        private String event;
        private List<String> ids = List.of();

        Reader(String file) {
            this.file = file;
        }

        Table read(List<String> lines) {
            int number = 0;
            for (String line : lines) {
                number++;
                try {
                    line(line.strip());
                } catch (RuntimeException e) {
                    throw new AssertionError(file + ":" + number + ": " + e.getMessage(), e);
                }
            }
            return new Table(title, events, List.copyOf(rows));
        }

        private void line(String line) {
            if (line.isEmpty() || line.startsWith("//")) {
                return;
            }
            if (line.startsWith("# ")) {
                title = line.substring(2);
            } else if (line.startsWith("events: ")) {
                events = columns(line.substring(8));
            } else if (line.startsWith("== ")) {
                state = State.valueOf(line.substring(3));
            } else if (line.startsWith("-- ")) {
                cell(line.substring(3));
            } else {
                row(columns(line));
            }
        }

        private void cell(String text) {
            int bracket = text.lastIndexOf('[');
            event = (bracket < 0 ? text : text.substring(0, bracket)).strip();
            ids =
                    bracket < 0
                            ? List.of()
                            : List.of(
                                    text.substring(bracket + 1, text.length() - 1).split(" ", -1));
            if (!events.contains(event)) {
                throw new IllegalArgumentException("'" + event + "' is no event of the table");
            }
        }

        private void row(List<String> columns) {
            if (columns.size() != 5) {
                throw new IllegalArgumentException(columns.size() + " columns instead of 5");
            }
            String after = columns.get(3);
            State next =
                    after.equals("=") || after.isEmpty() ? state : State.valueOf(columns.get(3));
            Row row =
                    new Row(
                            state,
                            event,
                            columns.get(0),
                            columns.get(1),
                            columns.get(2),
                            next,
                            columns.get(4),
                            ids);
            row.variants();
            rows.add(row);
        }

        private static List<String> columns(String line) {
            List<String> columns = new ArrayList<>();
            for (String column : line.split("\\|", -1)) {
                columns.add(column.strip());
            }
            return columns;
        }
    }
}
