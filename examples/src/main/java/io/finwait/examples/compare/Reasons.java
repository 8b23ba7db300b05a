package io.finwait.examples.compare;

import io.finwait.examples.stage.Settings.Place;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Why something is seen in one place and not in another: each reason once. */
final class Reasons {

    /**
     * @param what the moments that it explains
     * @param linux true where it explains how Linux differs from us, and nothing else
     */
    private record Rule(Pattern what, boolean linux, String why) {}

    private static final List<Rule> RULES =
            List.of(
                    linux(
                            ".* again( lost)?",
                            "A packet is sent again when a timer expires: Linux sets it to 200 ms"
                                    + " at least, Finwait to 1 s (RFC 6298), so Linux sends more"
                                    + " often."),
                    linux(
                            "close\\(\\)|shutdown.*|linger 0 s|abort\\(\\)|closeGracefully.*",
                            "abort() and closeGracefully() are Finwait's; with sockets one sets"
                                + " linger to 0 and closes, or half-closes and reads to the end."
                                + " And Linux moves an end that is closed in both directions to its"
                                + " TIME_WAIT table already in FIN_WAIT_2: where that table is to"
                                + " have no room, the application half-closes instead."),
                    linux(
                            "ended: .*",
                            "Finwait tells the application how a connection ended; Linux tells it"
                                    + " with the next call only, and there is none."),
                    linux(
                            "linger time is over.*",
                            "With linger, close() blocks in Linux; in Finwait it does not, and the"
                                    + " application is told."),
                    linux(
                            "connect\\(\\).*",
                            "Finwait refuses a pair of ports in TIME_WAIT in the call, Linux with"
                                    + " \"Cannot assign requested address\"."),
                    linux(
                            "(read\\(\\)|write\\(.*\\)): (end-of-stream|error .*)",
                            "When an RST follows a FIN that nobody has read, Linux reports"
                                    + " end-of-stream first, and \"Broken pipe\" at the next write;"
                                    + " BSD, macOS and Finwait report \"Connection reset by peer\""
                                    + " (Finwait can be configured to do as Linux does)."),
                    any("CLOSED", "Only in virtual time does the story wait until TIME_WAIT ends."),
                    linux(
                            "[A-Z_0-9]+",
                            "Finwait reports each state. Linux is asked for its states between two"
                                    + " packets, and a state that comes and goes in between is not"
                                    + " seen."),
                    linux(
                            "(->|<-) (FIN, )?(PSH, )?ACK( len .*)?",
                            "When to acknowledge, and into how many packets text is cut, is left"
                                    + " open: Linux delays some ACKs, sends some twice, and uses"
                                    + " timestamps, which take 12 octets of each packet. And of two"
                                    + " packets that cross, either may be seen first."),
                    any(
                            "(->|<-) .*ACK.*",
                            "In real time either of two packets that cross may be seen first, one"
                                + " ACK may stand for several segments, and a busy machine may let"
                                + " a timer expire."),
                    any(
                            "(->|<-) RST.*",
                            "Each packet for a connection that is gone is answered by an RST of its"
                                    + " own: who sends more packets gets more of them."),
                    any(
                            "read\\(\\): .*|write\\(.*",
                            "A read returns what has arrived by then, in pieces of any length."));

    private static final String NO_PACKETS =
            "Without root the two ends of kernel: meet on the loopback device, where this process"
                    + " is not the wire between them: their packets are not seen.";

    private static final String UNKNOWN = "No reason is known here: ";

    private final List<Place> places;
    private final List<String> reasons = new ArrayList<>();

    /** For rows whose times are those of these places. */
    Reasons(List<Place> places) {
        this.places = places;
    }

    private static Rule linux(String what, String why) {
        return new Rule(Pattern.compile(what), true, why);
    }

    private static Rule any(String what, String why) {
        return new Rule(Pattern.compile(what), false, why);
    }

    /** The reasons so far. */
    List<String> all() {
        return reasons;
    }

    /**
     * Adds those for a part of a scene.
     *
     * @param stopped the places where the story stopped in this scene
     */
    void add(Moment.Part part, List<Alignment.Row> rows, Set<Place> stopped) {
        int[] last = new int[places.size()];
        for (int place = 0; place < last.length; place++) {
            int lastRow = lastRow(rows, place);
            boolean nothing = lastRow < 0 && !rows.isEmpty();
            if (nothing && part == Moment.Part.WIRE && places.get(place) == Place.KERNEL) {
                put(NO_PACKETS);
                last[place] = lastRow;
            } else if (stopped.contains(places.get(place))) {
                put("The story stopped here in the place that is named above.");
                last[place] = lastRow;
            } else {
                last[place] = rows.size();
            }
        }
        for (int i = 0; i < rows.size(); i++) {
            explain(rows.get(i), i, last);
        }
    }

    private static int lastRow(List<Alignment.Row> rows, int place) {
        for (int i = rows.size() - 1; i >= 0; i--) {
            if (rows.get(i).timesNs().get(place) != null) {
                return i;
            }
        }
        return -1;
    }

    /** What is missing in a place behind the last thing there is explained already. */
    private void explain(Alignment.Row row, int number, int[] last) {
        boolean missing = false;
        boolean missingInLinux = false;
        boolean seenByUs = false;
        for (int place = 0; place < last.length; place++) {
            boolean isMissing = row.timesNs().get(place) == null;
            missing |= isMissing && number <= last[place];
            missingInLinux |= isMissing && number <= last[place] && hasLinux(place);
            seenByUs |= !isMissing && !hasLinux(place);
        }
        if (missing) {
            put(why(row.what(), missingInLinux || !seenByUs));
        }
    }

    private boolean hasLinux(int place) {
        return places.get(place).hasKernel();
    }

    private void put(String why) {
        if (!reasons.contains(why)) {
            reasons.add(why);
        }
    }

    private static String why(String what, boolean linuxDiffers) {
        return RULES.stream()
                .filter(rule -> rule.what.matcher(what).matches())
                .filter(rule -> linuxDiffers || !rule.linux)
                .map(Rule::why)
                .findFirst()
                .orElse(UNKNOWN + what);
    }
}
