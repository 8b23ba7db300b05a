package io.finwait.examples.soak;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a soak has seen: every ending with its explanation, and what was wrong. */
public final class Ledger {

    private static final int MOST_FAULTS = 20;

    private final Map<Plan, Map<HowEnded, Long>> clients = new EnumMap<>(Plan.class);
    private final Map<Plan, Map<HowEnded, Long>> servers = new EnumMap<>(Plan.class);
    private final Map<HowEnded, Long> unknown = new EnumMap<>(HowEnded.class);
    private final Map<String, Long> notes = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long octets;
    private long ended;
    private long withoutPort;

    Ledger() {}

    /** True as long as nothing was wrong. */
    public boolean isGood() {
        return faults.isEmpty();
    }

    /** What was wrong, in words; the first ones. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many ends of connections have ended, each in a way that its plan explains. */
    public long endings() {
        return ended;
    }

    /** Octets that were received, each of them compared with what was sent. */
    public long octets() {
        return octets;
    }

    /** A number by its name, 0 if it was never noted. */
    public long noted(String name) {
        return notes.getOrDefault(name, 0L);
    }

    void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    void received(int more) {
        octets += more;
    }

    void noPort() {
        withoutPort++;
    }

    void note(String name, long number) {
        notes.put(name, number);
    }

    void ended(Plan plan, boolean client, HowEnded how) {
        ended++;
        (client ? clients : servers)
                .computeIfAbsent(plan, p -> new EnumMap<>(HowEnded.class))
                .merge(how, 1L, Long::sum);
    }

    void endedUnknown(HowEnded how) {
        ended++;
        unknown.merge(how, 1L, Long::sum);
    }

    /** A table of all endings, and the other numbers below it. */
    public List<String> inWords() {
        List<String> lines = new ArrayList<>();
        for (Plan plan : Plan.values()) {
            lines.add(row(plan.words(), "client", clients.getOrDefault(plan, Map.of())));
            lines.add(row("", "server", servers.getOrDefault(plan, Map.of())));
        }
        lines.add(row("ended before it said who it is", "server", unknown));
        lines.add("octets received and compared: %,d".formatted(octets));
        notes.forEach((name, number) -> lines.add("%s: %,d".formatted(name, number)));
        if (withoutPort > 0) {
            lines.add("not opened, since all ports were in use: %,d".formatted(withoutPort));
        }
        return lines;
    }

    private static String row(String plan, String end, Map<HowEnded, Long> endings) {
        StringBuilder row = new StringBuilder("%-31s %s:".formatted(plan, end));
        endings.forEach((how, count) -> row.append(" %s %,d;".formatted(how.words(), count)));
        return row.toString();
    }
}
