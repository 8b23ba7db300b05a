package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.net.KeepAliveRace.Maker;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * README's table of the keep-alive race is what happens: five clients, of which three are the same
 * in each run, and two, which wait by the clock of the wall, in nearly each.
 */
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

    /** What a client has got, and the packets of its run without a close. */
    private record Seen(List<String> cells, List<String> packets) {}

    /**
     * Plays a client that waits in a selector, by the clock of the wall, which no turn of the
     * network holds: on a busy machine a run may have a packet more. The same must come as often as
     * asked for, with few others in between; how many those were is printed.
     */
    private void playByTheWall(String who, Callable<Seen> once) throws Exception {
        Map<Seen, Integer> times = new HashMap<>();
        int tries = RUNS + Math.max(3, RUNS / 20);
        Seen last = once.call();
        for (int i = 1; times.merge(last, 1, Integer::sum) < RUNS && i < tries; i++) {
            last = once.call();
        }
        assertThat(times.get(last)).as("%s, the same run: %s", who, times).isEqualTo(RUNS);
        System.out.printf(
                "%s: %d runs the same, %d others%n",
                who, RUNS, times.values().stream().mapToInt(Integer::intValue).sum() - RUNS);
        add(last.cells(), last.packets());
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
        playByTheWall(
                "JDK",
                () -> {
                    List<String> mine = new ArrayList<>();
                    return new Seen(JdkHttpClientRace.column(mine, 1), mine);
                });
        playByTheWall(
                "Netty",
                () -> {
                    List<String> mine = new ArrayList<>();
                    return new Seen(KeepAliveRace.repeated(HttpUsers::netty, mine, 1), mine);
                });
        if (Boolean.getBoolean("finwait.write.docs")) {
            System.out.println(table());
        }
        assertThat(Files.readString(Path.of("..", "README.md"))).contains(table());
    }
}
