package io.finwait.examples.gateway;

import io.finwait.examples.gateway.GatewayLab.Way;

import java.util.EnumMap;
import java.util.Map;

/**
 * Prints docs/gateway.md's table: what the ends of a connection see with nothing between them, and
 * through each gateway that is installed. As root:
 *
 * <pre>java … io.finwait.examples.gateway.FidelityTable</pre>
 */
final class FidelityTable {

    private FidelityTable() {}

    /** Plays all. */
    public static void main(String[] args) throws Exception {
        Map<Ending, Map<Way, String>> seen = new EnumMap<>(Ending.class);
        for (Way way : Way.values()) {
            if (way == Way.COMMAND || !way.isInstalled()) {
                continue;
            }
            try (GatewayLab lab = new GatewayLab(way)) {
                for (Ending each : Ending.values()) {
                    seen.computeIfAbsent(each, e -> new EnumMap<>(Way.class))
                            .put(way, played(each, lab));
                }
            }
        }
        seen.forEach(FidelityTable::print);
    }

    private static String played(Ending ending, GatewayLab lab) {
        try {
            return ending.play(lab);
        } catch (Exception e) {
            return "can't be played: " + e.getMessage();
        }
    }

    private static void print(Ending ending, Map<Way, String> seen) {
        StringBuilder row = new StringBuilder("| " + ending.words());
        String without = seen.get(Way.NOTHING);
        row.append(" | ").append(without);
        seen.forEach(
                (way, what) -> {
                    if (way != Way.NOTHING) {
                        row.append(" | ").append(what.equals(without) ? "the same" : what);
                    }
                });
        System.out.println(row.append(" |"));
    }
}
