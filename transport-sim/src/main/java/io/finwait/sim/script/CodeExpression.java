package io.finwait.sim.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An expression of integers in Python: {@code 0 <= tcpi_rtt <= 10}, {@code (options & 32) != 0}.
 * What follows a comma, such as the message of an assertion, is not looked at. True is 1, false 0.
 */
final class CodeExpression {

    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s*(0x[0-9a-fA-F]+|\\d+|[A-Za-z_]\\w*"
                            + "|<<|>>|<=|>=|==|!=|//|[-+*/%&|^()<>,~])");

    /** Operators of two operands, those that bind least first. */
    private static final List<List<String>> LEVELS =
            List.of(
                    List.of("|"),
                    List.of("^"),
                    List.of("&"),
                    List.of("<<", ">>"),
                    List.of("+", "-"),
                    List.of("*", "//", "/", "%"));

    private static final List<String> COMPARISONS = List.of("==", "!=", "<=", ">=", "<", ">");

    private final String text;
    private final Names names;
    private final Map<String, Long> used = new LinkedHashMap<>();
    private List<String> tokens;
    private int at;

    /** What names stand for. */
    interface Names {

        long value(String name);
    }

    CodeExpression(String text, Names names) {
        this.text = text;
        this.names = names;
    }

    /**
     * The value.
     *
     * @throws UnsupportedScriptException for what is no such expression
     */
    long evaluate() {
        tokens = tokens();
        at = 0;
        long value = either();
        if (at < tokens.size() && !tokens.get(at).equals(",")) {
            throw notUnderstood();
        }
        return value;
    }

    /** The names that are no constants, with their values: {@code tcpi_snd_cwnd is 10}. */
    String describeNames() {
        List<String> parts = new ArrayList<>();
        used.forEach(
                (name, value) -> {
                    if (!name.startsWith("TCP")) {
                        parts.add(name + " is " + InfoNames.describe(name, value));
                    }
                });
        return String.join(", ", parts);
    }

    private List<String> tokens() {
        List<String> found = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int end = 0;
        while (end < text.length() && matcher.find(end) && matcher.start() == end) {
            end = matcher.end();
            found.add(matcher.group(1));
            if (matcher.group(1).equals(",")) {
                return found;
            }
        }
        if (!text.substring(end).isBlank()) {
            throw notUnderstood();
        }
        return found;
    }

    private UnsupportedScriptException notUnderstood() {
        return new UnsupportedScriptException("code '" + text.strip() + "'");
    }

    private boolean accept(String token) {
        boolean is = at < tokens.size() && tokens.get(at).equals(token);
        at += is ? 1 : 0;
        return is;
    }

    private long either() {
        long value = both();
        while (accept("or")) {
            long right = both();
            value = value != 0 ? value : right;
        }
        return value;
    }

    private long both() {
        long value = not();
        while (accept("and")) {
            long right = not();
            value = value == 0 ? value : right;
        }
        return value;
    }

    private long not() {
        return accept("not") ? (not() == 0 ? 1 : 0) : comparison();
    }

    /** {@code a < b < c} holds when both do. */
    private long comparison() {
        long left = binary(0);
        boolean holds = true;
        boolean compares = false;
        while (at < tokens.size() && COMPARISONS.contains(tokens.get(at))) {
            String operator = tokens.get(at++);
            long right = binary(0);
            holds &= compare(operator, left, right);
            compares = true;
            left = right;
        }
        return compares ? (holds ? 1 : 0) : left;
    }

    private static boolean compare(String operator, long left, long right) {
        return switch (operator) {
            case "==" -> left == right;
            case "!=" -> left != right;
            case "<" -> left < right;
            case ">" -> left > right;
            case "<=" -> left <= right;
            default -> left >= right;
        };
    }

    private long binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        long left = binary(level + 1);
        while (at < tokens.size() && LEVELS.get(level).contains(tokens.get(at))) {
            left = apply(tokens.get(at++), left, binary(level + 1));
        }
        return left;
    }

    private long apply(String operator, long left, long right) {
        if (right == 0 && List.of("/", "//", "%").contains(operator)) {
            throw new ScriptFailure("'%s' divides by 0".formatted(text.strip()));
        }
        return switch (operator) {
            case "|" -> left | right;
            case "^" -> left ^ right;
            case "&" -> left & right;
            case "<<" -> left << right;
            case ">>" -> left >> right;
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "%" -> Math.floorMod(left, right);
            default -> Math.floorDiv(left, right);
        };
    }

    private long unary() {
        if (accept("-")) {
            return -unary();
        }
        if (accept("~")) {
            return ~unary();
        }
        if (accept("(")) {
            long value = either();
            if (!accept(")")) {
                throw notUnderstood();
            }
            return value;
        }
        if (at == tokens.size()) {
            throw notUnderstood();
        }
        String token = tokens.get(at++);
        if (Character.isDigit(token.charAt(0))) {
            return number(token);
        }
        if (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_') {
            throw notUnderstood();
        }
        long value = names.value(token);
        used.put(token, value);
        return value;
    }

    private long number(String token) {
        try {
            return Long.decode(token.matches("0\\d+") ? token.replaceFirst("0+", "") : token);
        } catch (NumberFormatException e) {
            throw notUnderstood();
        }
    }
}
