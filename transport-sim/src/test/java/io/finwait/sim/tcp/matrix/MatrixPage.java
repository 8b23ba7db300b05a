package io.finwait.sim.tcp.matrix;

import io.finwait.tcp.State;

import java.util.List;

/** Prints the tables as a page of Markdown. */
final class MatrixPage {

    private static final String HEAD =
            """
            # The close matrix

            What happens when: every state of a connection times everything that can happen to it. Printed
            by `CloseMatrixTest` from the tables that drive its tests, and not written by hand; so every
            line of this page is a test that ran against the real endpoint, over IPv4 and IPv6.

            Segments are written as in packetdrill: flags (`S` SYN, `F` FIN, `R` RST, `.` ACK), sequence
            number, octets of text in parentheses, acknowledgment, window. `una`, `nxt`, `iss` are our
            SND.UNA, SND.NXT and ISS, `rn` is our RCV.NXT and `irs` the peer's initial number, all as they
            stood before the event. The peer's window is 2000 octets, ours 10,000; no option but MSS is
            used, ACKs are not delayed.

            - `ACK` and `chACK` are `. nxt ack rn`. A `chACK` is limited to one in 500 ms (RFC 5961); each
              such row is run twice, and the second time nothing may be sent. An `ACK` is sent again.
            - `RSTa` is `<SEQ=SEG.ACK><CTL=RST>`, `RST0` is `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>`.
            - An empty cell under "sent" is silence, which is asserted; `=` is the same state.
            - Where "given" does not say whether the connection was opened by us (active) or by the peer
              (passive), or whether its user still has the handle (owned) or has closed it (orphan), the
              row is run both ways; what the user sees is then checked while there is one.
            - Requirements in brackets are those of [requirements.md](requirements.md).

            """;

    private final List<Table> tables;

    MatrixPage(List<Table> tables) {
        this.tables = tables;
    }

    String print() {
        StringBuilder page = new StringBuilder(HEAD);
        int cells = 0;
        int rows = 0;
        int runs = 0;
        for (Table table : tables) {
            cells += table.events().size() * State.values().length;
            for (Row row : table.rows()) {
                rows++;
                runs += row.variants().size();
            }
        }
        page.append(
                "%d cells, %d rows, %d situations, each over IPv4 and IPv6.\n"
                        .formatted(cells, rows, runs));
        tables.forEach(table -> print(table, page));
        return page.toString();
    }

    private static void print(Table table, StringBuilder page) {
        page.append("\n## ").append(table.title()).append('\n');
        for (State state : State.values()) {
            page.append("\n### ").append(state).append("\n\n");
            page.append(
                    "| event | given | when | sent | after | seen |\n|---|---|---|---|---|---|\n");
            for (String event : table.events()) {
                boolean first = true;
                for (Row row : table.rows(state, event)) {
                    page.append("| ").append(first ? head(row) : "");
                    print(row, page);
                    first = false;
                }
            }
        }
    }

    private static String head(Row row) {
        return "**"
                + row.event()
                + "**"
                + (row.ids().isEmpty() ? "" : " [" + String.join(" ", row.ids()) + "]");
    }

    private static void print(Row row, StringBuilder page) {
        page.append(" | ").append(row.given()).append(" | ");
        if (!row.hasEvent()) {
            page.append(row.cannotHappen() ? "*can't happen:" : "*not offered:")
                    .append(row.when().substring(Row.CANNOT_HAPPEN.length()))
                    .append("* | | | ");
        } else {
            page.append(code(row.when()))
                    .append(" | ")
                    .append(code(row.sent()))
                    .append(" | ")
                    .append(row.after() == row.state() ? "=" : row.after())
                    .append(" | ");
        }
        page.append(row.seen()).append(" |\n");
    }

    private static String code(String steps) {
        if (steps.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (String step : steps.split(";", -1)) {
            text.append(text.isEmpty() ? "`" : "; `").append(step.strip()).append('`');
        }
        return text.toString();
    }
}
