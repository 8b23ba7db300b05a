package io.finwait.sim.script;

import io.finwait.sim.script.Token.Kind;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a script into tokens: leaves comments out, keeps or drops {@code #ifdef} blocks, and
 * replaces defined words by their values.
 */
final class Lexer {

    private static final Pattern BLANK = Pattern.compile("\\s+|//[^\\n]*");
    private static final Pattern DIRECTIVE = Pattern.compile("#(ifdef|endif)\\b[ \\t]*(\\w*)");
    private static final Pattern OPTION =
            Pattern.compile("--(\\w+(?:=(?:\\w+=)?(?:\"[^\"\\n]*\"|`[^`]*`|[^\\s\"`]+))?)");
    // A minus belongs to a number only where it touches it.
    private static final Pattern FLOAT = Pattern.compile("-?\\d*\\.\\d+");
    private static final Pattern WORD = Pattern.compile("-\\d+(?!\\w)|\\w+");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+");
    private static final Pattern HEX = Pattern.compile("0[xX][0-9a-fA-F]+");

    private final Source source;
    private final String text;
    private final Map<String, String> definitions;
    private final List<Token> tokens = new ArrayList<>();
    private final Set<String> tested = new TreeSet<>();
    private final Set<String> kept = new TreeSet<>();
    private int at;
    private int openBlock = -1;
    private Matcher found;

    Lexer(Source source, Map<String, String> definitions) {
        this.source = source;
        this.text = source.text();
        this.definitions = new HashMap<>(definitions);
    }

    /** All tokens; the last one is of kind {@link Kind#END}. */
    List<Token> tokens() {
        while (skipBlanks()) {
            next();
        }
        if (openBlock >= 0) {
            throw source.error(openBlock, "this #ifdef has no #endif");
        }
        // Where something is missing at the end, the error points behind the last thing there is.
        int end = tokens.isEmpty() ? 0 : tokens.get(tokens.size() - 1).end();
        tokens.add(new Token(Kind.END, "", end, end));
        return tokens;
    }

    /** True when there are {@code #ifdef} blocks and not one of them was kept. */
    boolean everyBlockExcluded() {
        return !tested.isEmpty() && kept.isEmpty();
    }

    /** The names that {@code #ifdef} asked for. */
    Set<String> tested() {
        return tested;
    }

    private boolean skipBlanks() {
        while (at < text.length()) {
            if (at(BLANK)) {
                at = found.end();
            } else if (text.startsWith("/*", at)) {
                at = closing("*/", "this comment has no end: expected '*/'") + 2;
            } else {
                return true;
            }
        }
        return false;
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '#') {
            directive();
        } else if (at(OPTION)) {
            option();
        } else if (c == '"') {
            delimited(Kind.STRING, "\"", "\"", "this string has no end: expected '\"'");
        } else if (c == '`') {
            delimited(Kind.COMMAND, "`", "`", "this command has no end: expected '`'");
        } else if (text.startsWith("%{", at)) {
            delimited(Kind.CODE, "%{", "}%", "this code has no end: expected '}%'");
        } else if (text.startsWith("...", at)) {
            add(Kind.ELLIPSIS, at + 3);
        } else if (at(FLOAT)) {
            add(Kind.FLOAT, found.end());
        } else if (at(WORD)) {
            word(found.group(), found.end());
        } else {
            add(Kind.MARK, at + 1);
        }
    }

    private void word(String word, int end) {
        if (NUMBER.matcher(word).matches()) {
            add(Kind.INTEGER, end);
        } else if (HEX.matcher(word).matches()) {
            add(Kind.HEX, end);
        } else if (definitions.containsKey(word)) {
            defined(definitions.get(word), end);
        } else {
            add(Kind.WORD, end);
        }
    }

    private void defined(String value, int end) {
        Kind kind;
        String content = value;
        if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            kind = Kind.STRING;
            content = value.substring(1, value.length() - 1);
        } else if (value.length() > 1 && value.startsWith("`") && value.endsWith("`")) {
            kind = Kind.COMMAND;
            content = value.substring(1, value.length() - 1);
        } else if (NUMBER.matcher(value).matches()) {
            kind = Kind.INTEGER;
        } else if (HEX.matcher(value).matches()) {
            kind = Kind.HEX;
        } else {
            kind = Kind.WORD;
        }
        tokens.add(new Token(kind, content, at, end));
        at = end;
    }

    private void option() {
        String content = found.group(1);
        if (content.startsWith("define=")) {
            String[] parts = content.split("=", 3);
            definitions.put(parts[1], parts.length > 2 ? parts[2] : "1");
        }
        tokens.add(new Token(Kind.OPTION, content, at, found.end()));
        at = found.end();
    }

    private void directive() {
        if (!at(DIRECTIVE)) {
            throw source.error(at, "expected #ifdef or #endif");
        }
        if (found.group(1).equals("endif")) {
            if (openBlock < 0) {
                throw source.error(at, "this #endif has no #ifdef");
            }
            openBlock = -1;
            at = found.end(1);
            return;
        }
        if (openBlock >= 0) {
            throw source.error(at, "an #ifdef inside an #ifdef: expected #endif first");
        }
        String name = found.group(2);
        if (name.isEmpty()) {
            throw source.error(found.end(1), "expected a name after #ifdef");
        }
        openBlock = at;
        tested.add(name);
        if (definitions.containsKey(name)) {
            kept.add(name);
            at = found.end();
        } else {
            at = closing("#endif", "this #ifdef has no #endif");
        }
    }

    private void delimited(Kind kind, String open, String close, String complaint) {
        int begin = at + open.length();
        int end = text.indexOf(close, begin);
        while (end > 0 && text.charAt(end - 1) == '\\') {
            end = text.indexOf(close, end + 1);
        }
        if (end < 0) {
            throw source.error(at, complaint);
        }
        tokens.add(new Token(kind, text.substring(begin, end), at, end + close.length()));
        at = end + close.length();
    }

    private int closing(String mark, String complaint) {
        int end = text.indexOf(mark, at);
        if (end < 0) {
            throw source.error(at, complaint);
        }
        return end;
    }

    private void add(Kind kind, int end) {
        tokens.add(new Token(kind, text.substring(at, end), at, end));
        at = end;
    }

    /** True when a pattern matches right here; {@link #found} is what it found. */
    private boolean at(Pattern pattern) {
        found = pattern.matcher(text).region(at, text.length());
        return found.lookingAt();
    }
}
