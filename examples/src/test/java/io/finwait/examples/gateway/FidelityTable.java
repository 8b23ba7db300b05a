package io.finwait.examples.gateway;

import io.finwait.examples.gateway.GatewayLab.Way;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The table of docs/gateway.md: what the ends of a connection see with nothing between them, and
 * through each gateway.
 */
final class FidelityTable {

    private static final Path PAGE = Path.of("..", "docs", "gateway.md");
    private static final String FIRST = "| | a cable | Finwait |";
    private static final String SAME = "the same";
    private static final List<Way> COLUMNS =
            List.of(Way.NOTHING, Way.FINWAIT, Way.SLIRP4NETNS, Way.PASTA);

    private final Map<Ending, Map<Way, String>> cells = new EnumMap<>(Ending.class);

    private FidelityTable() {}

    /** What the page says. */
    static FidelityTable read() throws IOException {
        FidelityTable table = new FidelityTable();
        for (String line : Files.readAllLines(PAGE)) {
            String[] row = line.split(" *\\| *", -1);
            for (Ending each : Ending.values()) {
                if (row.length == COLUMNS.size() + 3 && row[1].equals(each.words())) {
                    for (Way way : COLUMNS) {
                        String cell = row[2 + COLUMNS.indexOf(way)];
                        table.put(each, way, cell.equals(SAME) ? row[2] : cell);
                    }
                }
            }
        }
        return table;
    }

    /** What the ends see; null when the table does not say so. */
    String get(Ending ending, Way way) {
        return cells.getOrDefault(ending, Map.of()).get(way);
    }

    void put(Ending ending, Way way, String seen) {
        cells.computeIfAbsent(ending, e -> new EnumMap<>(Way.class)).put(way, seen);
    }

    /** Writes it into the page, in the place of the one that is there. */
    void write() throws IOException {
        String page = Files.readString(PAGE);
        int start = page.indexOf(FIRST);
        int end = page.indexOf("\n\n", start);
        String head = FIRST + " slirp4netns | pasta |\n|---|---|---|---|---|";
        StringBuilder table = new StringBuilder(head);
        for (Ending each : Ending.values()) {
            table.append("\n| ").append(each.words()).append(" |");
            String without = get(each, Way.NOTHING);
            for (Way way : COLUMNS) {
                String seen = get(each, way);
                boolean same = way != Way.NOTHING && without != null && without.equals(seen);
                table.append(' ').append(same ? SAME : seen).append(" |");
            }
        }
        Files.writeString(PAGE, page.substring(0, start) + table + page.substring(end));
    }
}
