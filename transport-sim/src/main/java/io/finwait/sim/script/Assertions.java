package io.finwait.sim.script;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The assertions that stand in code: {@code assert tcpi_state == TCP_CLOSE_WAIT, "text"}. */
final class Assertions {

    private static final Pattern ASSERTION =
            Pattern.compile(
                    "assert\\s*\\(?\\s*(\\w+)\\s*(==|!=|<=|>=|<|>)\\s*(\\w+)\\s*\\)?\\s*(?:,.*)?");

    private static final List<String> STATES =
            List.of(
                    "ESTABLISHED",
                    "SYN-SENT",
                    "SYN-RECEIVED",
                    "FIN-WAIT-1",
                    "FIN-WAIT-2",
                    "TIME-WAIT",
                    "CLOSED",
                    "CLOSE-WAIT",
                    "LAST-ACK",
                    "LISTEN",
                    "CLOSING");

    private static final Map<String, String> OTHER_NAMES =
            Map.of(
                    "SYN-RECV", "SYN-RECEIVED",
                    "SYN-RCVD", "SYN-RECEIVED",
                    "CLOSE", "CLOSED",
                    "FIN-WAIT1", "FIN-WAIT-1",
                    "FIN-WAIT2", "FIN-WAIT-2");

    private Assertions() {}

    /**
     * Checks the assertions of a piece of code.
     *
     * @throws ScriptFailure when one does not hold
     * @throws UnsupportedScriptException when there is something else than assertions on the state
     */
    static void check(String code, StackUnderTest stack) {
        for (String line : code.split("[\\n;]", -1)) {
            String text = line.replaceFirst("#.*", "").strip();
            if (!text.isEmpty()) {
                checkLine(text, stack);
            }
        }
    }

    private static void checkLine(String text, StackUnderTest stack) {
        Matcher matcher = ASSERTION.matcher(text);
        if (!matcher.matches()) {
            throw new UnsupportedScriptException("code '" + text + "'");
        }
        int left = value(matcher.group(1), stack);
        int right = value(matcher.group(3), stack);
        boolean holds =
                switch (matcher.group(2)) {
                    case "==" -> left == right;
                    case "!=" -> left != right;
                    case "<" -> left < right;
                    case ">" -> left > right;
                    case "<=" -> left <= right;
                    default -> left >= right;
                };
        if (!holds) {
            throw new ScriptFailure(
                    "'%s' does not hold: the state is %s".formatted(text, stack.state()));
        }
    }

    /** States have the numbers of Linux: ESTABLISHED is 1. */
    private static int value(String word, StackUnderTest stack) {
        if (word.matches("\\d+")) {
            return Integer.parseInt(word);
        }
        String state = word;
        if (word.equals("tcpi_state")) {
            state = stack.state();
        } else if (word.startsWith("TCP_") || word.startsWith("TCPI_")) {
            String name = word.substring(word.indexOf('_') + 1).replace('_', '-');
            name = name.startsWith("S-") ? name.substring(2) : name;
            state = OTHER_NAMES.getOrDefault(name, name);
        }
        int index = STATES.indexOf(state);
        if (index < 0) {
            throw new UnsupportedScriptException("'" + word + "' in code");
        }
        return index + 1;
    }
}
