package io.finwait.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Why something is seen in one place and not in another. */
final class Reasons {

    private record Rule(Pattern what, String why) {}

    private static final List<Rule> RULES =
            List.of(
                    rule(
                            ".* again( lost)?",
                            "A packet is sent again when a timer ends: Linux sets it to 200 ms at"
                                    + " least, ours to 1 s (RFC 6298), so that Linux gets in more"
                                    + " often."),
                    rule(
                            "close\\(\\)|shutdown.*|linger 0 s|abort\\(\\)|closeGracefully.*",
                            "abort() and closeGracefully() are ours; with sockets one sets linger"
                                + " to 0 and closes, or half-closes and reads to the end. And Linux"
                                + " keeps an end that is closed entirely in the table of TIME_WAIT"
                                + " already in FIN_WAIT_2: where that table is to have no places,"
                                + " its application half-closes instead."),
                    rule(
                            "ended: .*",
                            "How a connection ended is told by ours; Linux tells it with the next"
                                    + " call only, and nobody makes one."),
                    rule(
                            "linger time is over.*",
                            "With linger close() blocks in Linux; ours does not block, and tells."),
                    rule(
                            "connect\\(\\).*",
                            "A pair of ports in TIME_WAIT is refused by ours in the call, by Linux"
                                    + " with \"Cannot assign requested address\"."),
                    rule(
                            "(read\\(\\)|write\\(.*\\)): (end-of-stream|error .*)",
                            "Where RST comes behind a FIN that nobody has read, Linux says"
                                + " end-of-stream first, and \"Broken pipe\" at the next write;"
                                + " BSD, macOS and ours say \"Connection reset by peer\" (ours can"
                                + " be told to do as Linux does)."),
                    rule(
                            "CLOSED",
                            "The end of TIME_WAIT is waited for in virtual time, and in real time"
                                    + " where --msl makes it short; Linux takes 60 s always."),
                    rule(
                            "[A-Z_0-9]+",
                            "Our TCP tells each state. Linux is asked for its states between two"
                                    + " packets, and a state between two looks is not seen."),
                    rule(
                            "(->|<-) (FIN, )?(PSH, )?ACK( len .*)?",
                            "When to acknowledge, and into how many packets text is cut, is left"
                                    + " open: Linux delays some ACKs, says some twice, and uses"
                                    + " timestamps, which take 12 octets of each packet. And of two"
                                    + " packets that cross, either may be seen first."),
                    rule(
                            "(->|<-) RST.*",
                            "What comes for a connection that is gone is answered by RST, each"
                                    + " packet by one: so who sends in more packets gets more."),
                    rule(
                            "read\\(\\): .*|write\\(.*",
                            "A read brings what has arrived by then, in pieces of any length."));

    private static final String UNKNOWN = "No reason is known here: ";

    private Reasons() {}

    private static Rule rule(String what, String why) {
        return new Rule(Pattern.compile(what), why);
    }

    /** The reasons for all rows that are missing somewhere, each once. */
    static List<String> of(List<Alignment.Row> rows) {
        List<String> reasons = new ArrayList<>();
        for (Alignment.Row row : rows) {
            String why = why(row.what());
            if (row.isMissingSomewhere() && !reasons.contains(why)) {
                reasons.add(why);
            }
        }
        return reasons;
    }

    private static String why(String what) {
        return RULES.stream()
                .filter(rule -> rule.what.matcher(what).matches())
                .map(Rule::why)
                .findFirst()
                .orElse(UNKNOWN + what);
    }
}
