package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.net.KeepAliveRace.Maker;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * README's table of the keep-alive race is what happens: five clients, whose outcomes are the same
 * in each run.
 */
@Tag("ci")
class KeepAliveRaceTest {

    /** A hundred where somebody asks for it; the older JDK only sees that the table holds. */
    private static final int RUNS =
            Integer.getInteger("finwait.keepalive.runs", Runtime.version().feature() < 21 ? 1 : 2);

    private final List<List<String>> columns = new ArrayList<>();

    /** Of the first client; those of the others are the same but for the octets of the requests. */
    private List<String> packets = List.of();

    private void play(Maker maker) throws Exception {
        List<String> mine = new ArrayList<>();
        add(KeepAliveRace.repeated(maker, mine, RUNS), mine);
    }

    private void add(List<String> column, List<String> seen) {
        List<String> mine =
                seen.stream().map(each -> each.replaceAll("\\+\\d+", " with text")).toList();
        packets = columns.isEmpty() ? mine : packets;
        assertThat(mine).isEqualTo(packets);
        columns.add(column);
    }

    private String table() {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i <= packets.size(); i++) {
            rows.append("| ").append(i == 0 ? "never" : i + ". " + packets.get(i - 1));
            for (List<String> each : columns) {
                rows.append(" | ").append(each.get(i));
            }
            rows.append(" |\n");
        }
        return rows.toString();
    }

    @Test
    void theTableInReadmeIsTrue() throws Exception {
        play((app, shop) -> HttpUsers.okHttp(app, shop, true));
        play((app, shop) -> HttpUsers.okHttp(app, shop, false));
        play(HttpUsers::apache);
        List<String> jdks = new ArrayList<>();
        add(JdkHttpClientRace.column(jdks, RUNS), jdks);
        play(HttpUsers::netty);
        if (Boolean.getBoolean("finwait.write.docs")) {
            System.out.println(table());
        }
        assertThat(Files.readString(Path.of("..", "README.md"))).contains(table());
    }
}
