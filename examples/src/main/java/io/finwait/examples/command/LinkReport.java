package io.finwait.examples.command;

import io.finwait.sim.DropReason;
import io.finwait.sim.FaultCounters;
import io.finwait.sim.LinkBridge;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What passes over a link, in words. */
final class LinkReport {

    private final long begunNs;
    private final Direction there;
    private final Direction back;
    private long lastNs;

    LinkReport(LinkBridge link, long nowNs) {
        begunNs = nowNs;
        lastNs = nowNs;
        there = new Direction(link.aToB());
        back = new Direction(link.bToA());
    }

    /** One direction, and what was counted when it was looked at last. */
    private static final class Direction {
        private final FaultCounters counters;
        private long packets;
        private long octets;
        private long delivered;
        private long dropped;

        Direction(FaultCounters counters) {
            this.counters = counters;
        }

        boolean hasMoved() {
            return counters.packets() != packets || counters.delivered() != delivered;
        }

        String since(double seconds) {
            long octetsNow = counters.deliveredOctets();
            long packetsNow = counters.packets();
            long droppedNow = counters.dropped();
            String text =
                    String.format(
                            Locale.ROOT,
                            "%8.1f Mbit/s %8.0f packets/s %6d dropped",
                            (octetsNow - octets) * 8e-6 / seconds,
                            (packetsNow - packets) / seconds,
                            droppedNow - dropped);
            octets = octetsNow;
            packets = packetsNow;
            delivered = counters.delivered();
            dropped = droppedNow;
            return text;
        }
    }

    /** What has passed since the last call; empty when nothing has. */
    Optional<String> progress(long nowNs) {
        boolean moved = there.hasMoved() || back.hasMoved();
        double seconds = Math.max(nowNs - lastNs, 1) / 1e9;
        lastNs = nowNs;
        String line =
                String.format(
                        Locale.ROOT,
                        "%6.0fs  there %s   back %s",
                        (nowNs - begunNs) / 1e9,
                        there.since(seconds),
                        back.since(seconds));
        return moved ? Optional.of(line) : Optional.empty();
    }

    /** All counts since the beginning. */
    static String summary(LinkBridge link) {
        return line("there", link.aToB()) + line("back", link.bToA());
    }

    private static String line(String name, FaultCounters counters) {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-5s  %d packets of %d octets came, %d of %d octets went",
                        name,
                        counters.packets(),
                        counters.octets(),
                        counters.delivered(),
                        counters.deliveredOctets()));
        for (DropReason why : DropReason.values()) {
            add(text, counters.dropped(why), words(why));
        }
        add(text, counters.duplicated(), "duplicated");
        add(text, counters.overtaken(), "overtaken");
        add(text, counters.corrupted(), "corrupted");
        add(text, counters.marked(), "marked");
        text.append(
                String.format(Locale.ROOT, "; at most %.1f ms late\n", counters.latestNs() / 1e6));
        return text.toString();
    }

    private static void add(StringBuilder text, long count, String what) {
        if (count > 0) {
            text.append(", ").append(count).append(' ').append(what);
        }
    }

    private static String words(DropReason why) {
        return switch (why) {
            case LOSS -> "lost";
            case BURST_LOSS -> "lost in bursts";
            case QUEUE_FULL -> "dropped at a full queue";
            case TOO_LONG -> "longer than the MTU";
            case PARTITION, RULE, NO_ROUTE, INBOX_FULL, CLOSED ->
                    why.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    /** Joins two descriptions of a link; what stands in the second one counts. */
    static String merged(String first, String second) {
        Map<String, String> words = new LinkedHashMap<>();
        for (String text : new String[] {first, second}) {
            Map<String, String> own = new LinkedHashMap<>();
            for (String word : text.split(",", -1)) {
                if (text.isEmpty()) {
                    continue;
                }
                String key = word.replaceFirst("=.*", "");
                if (own.put(key, word) != null) {
                    throw new IllegalArgumentException("'" + key + "' stands twice");
                }
            }
            words.putAll(own);
        }
        return String.join(",", words.values());
    }
}
