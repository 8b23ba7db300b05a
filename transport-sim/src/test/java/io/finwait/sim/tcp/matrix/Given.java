package io.finwait.sim.tcp.matrix;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of a connection besides its state, in the words of the tables: {@code unread 5}.
 */
final class Given {

    private static final Pattern WORDS = Pattern.compile("(?<words>.+?)(?: (?<amount>\\d+))?");

    /** Every word of the tables; a misspelt one fails the test. */
    private static final Set<String> KNOWN =
            Set.of(
                    // Who opened the connection, and whether its user still has the handle.
                    "passive",
                    "active",
                    "owned",
                    "orphan",
                    "unaccepted",
                    "listening",
                    "deferred close",
                    "deferred shutdown",
                    // Octets and windows.
                    "queued",
                    "unread",
                    "unacked",
                    "unsent",
                    "gap",
                    "peer window",
                    "own window",
                    "own buffer",
                    "larger segments",
                    "text on the SYN",
                    // How the state was reached.
                    "simultaneous",
                    "after its end",
                    "after a reset",
                    "after",
                    // What was configured, times in seconds.
                    "user timeout",
                    "keepalive",
                    "linger",
                    "no FIN-WAIT-2",
                    "most orphans",
                    "retries",
                    "exact RST",
                    "end of stream after reset",
                    "FIN although unread",
                    "delayed ACK",
                    "connect timeout");

    private final Map<String, Integer> words = new LinkedHashMap<>();

    private Given() {}

    /** Reads a list of words separated by commas; each may end in a number. */
    static Given parse(String text) {
        Given given = new Given();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                given.add(part.strip());
            }
        }
        return given;
    }

    private void add(String part) {
        if (KNOWN.contains(part)) {
            words.put(part, 0);
            return;
        }
        Matcher matcher = WORDS.matcher(part);
        if (!matcher.matches() || !KNOWN.contains(matcher.group("words"))) {
            throw new IllegalArgumentException("'" + part + "' is no word of the tables");
        }
        words.put(matcher.group("words"), Integer.parseInt(matcher.group("amount")));
    }

    /** The same, and one word more. */
    Given and(String word) {
        Given more = new Given();
        more.words.putAll(words);
        more.add(word);
        return more;
    }

    boolean has(String word) {
        return words.containsKey(word);
    }

    /** The number behind a word, or another one when the word is not there. */
    int amount(String word, int otherwise) {
        return words.getOrDefault(word, otherwise);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        words.forEach(
                (word, amount) ->
                        text.append(text.isEmpty() ? "" : ", ")
                                .append(word)
                                .append(amount == 0 && !zeroCounts(word) ? "" : " " + amount));
        return text.toString();
    }

    private static boolean zeroCounts(String word) {
        return word.endsWith("window") || word.equals("linger") || word.startsWith("most");
    }
}
