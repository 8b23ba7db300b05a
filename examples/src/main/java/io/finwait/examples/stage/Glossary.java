package io.finwait.examples.stage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words of the trade, each explained in a line. A stage prints the lines of those words that a
 * scene uses for the first time, before the scene.
 */
public final class Glossary {

    private static final Map<String, String> WORDS = words();

    private final Set<String> explained = new LinkedHashSet<>();

    /** A glossary whose reader knows nothing yet. */
    public Glossary() {}

    private static Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("SYN", "flag: opens a direction, and says where its numbers start");
        words.put("FIN", "flag: \"I have no more to send\"; closes a direction");
        words.put("ACK", "flag: \"I have received everything before the number ack\"");
        words.put("RST", "flag, reset: \"there is no such connection\"; ends it at once");
        words.put("PSH", "flag: \"pass this on to the application\"; not important here");
        words.put("seq", "number of the first octet of a segment; SYN and FIN count as one");
        words.put("ack", "number of the octet that the sender of this segment wants next");
        words.put("len", "octets (bytes) of text (data) that the segment carries");
        words.put("win", "how many octets the sender of this segment can accept");
        words.put("again", "this was sent before: a retransmission");
        words.put("copy of", "the network delivers the same packet a second time");
        words.put("X", "the network loses the packet here");
        words.put("(a)", "the packet that leaves at (a) arrives at the other (a)");
        words.put("CLOSED", "state: there is no connection");
        words.put("LISTEN", "state: a server is waiting for connections");
        words.put("SYN_SENT", "state: has asked for a connection; waiting for the answer");
        words.put("SYN_RECEIVED", "state: was asked and has agreed; waiting for confirmation");
        words.put("ESTABLISHED", "state: the connection is open, both ways");
        words.put("FIN_WAIT_1", "state: has closed its direction; FIN not yet acknowledged");
        words.put("FIN_WAIT_2", "state: FIN acknowledged; waiting for the other end's FIN");
        words.put("CLOSE_WAIT", "state: the other end has closed, this application not yet");
        words.put("CLOSING", "state: both closed at once; own FIN not yet acknowledged");
        words.put("LAST_ACK", "state: closed second; waiting for the ACK of its FIN");
        words.put("TIME_WAIT", "state: all done; remembers the pair of ports for 2MSL");
        words.put("2MSL", "twice the maximum lifetime of a segment in the network");
        words.put("Recv-Q", "octets that arrived but were not read (Linux counts a FIN, too)");
        words.put("Send-Q", "octets that the other end has not yet acknowledged");
        words.put("netstat", "the list of a host's connections");
        words.put("ss -tan", "the same from Linux; writes ESTAB for ESTABLISHED, and - for _");
        words.put("RFC", "a document that says how the Internet works; TCP's is RFC 9293");
        words.put("orphan", "a connection whose application has gone");
        return words;
    }

    /** All words. */
    public static Set<String> all() {
        return WORDS.keySet();
    }

    /** The words of a text, in the order of the glossary. */
    public static List<String> wordsOf(String text) {
        List<String> found = new ArrayList<>();
        for (String word : WORDS.keySet()) {
            Pattern whole =
                    Pattern.compile("(?<![A-Za-z0-9_])" + Pattern.quote(word) + "(?![A-Za-z0-9_])");
            if (whole.matcher(text).find()) {
                found.add(word);
            }
        }
        return found;
    }

    /** Those that mean the same in a sentence: {@code again} is no word of the trade there. */
    public static List<String> wordsOfProse(String text) {
        return wordsOf(text).stream().filter(word -> word.matches("[A-Z0-9_]{2,}|.*-Q")).toList();
    }

    /** The lines for those words that were not explained before. */
    public List<String> explain(List<String> words) {
        List<String> lines = new ArrayList<>();
        for (String word : words) {
            addWithWhatItNeeds(lines, word);
        }
        return lines;
    }

    private void addWithWhatItNeeds(List<String> lines, String word) {
        if (!explained.add(word)) {
            return;
        }
        String meaning = WORDS.get(word);
        for (String other : wordsOfProse(meaning)) {
            addWithWhatItNeeds(lines, other);
        }
        lines.add("  %-13s %s".formatted(word, meaning));
    }
}
