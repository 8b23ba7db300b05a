package io.finwait.sim.script;

import io.finwait.sim.script.Token.Kind;

import java.math.BigDecimal;
import java.util.List;

/** The tokens of a script with a place in them, and the errors that name this place. */
final class TokenStream {

    private static final int NANOSECOND_DIGITS = 9;

    private final Source source;
    private final List<Token> tokens;
    private int at;

    TokenStream(Source source, List<Token> tokens) {
        this.source = source;
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    /** A token further on, the end when there are not so many. */
    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (!token.is(Kind.END)) {
            at++;
        }
        return token;
    }

    boolean accept(char mark) {
        boolean found = peek().is(mark);
        if (found) {
            at++;
        }
        return found;
    }

    boolean acceptWord(String word) {
        boolean found = peek().isWord(word);
        if (found) {
            at++;
        }
        return found;
    }

    boolean accept(Kind kind) {
        boolean found = peek().is(kind);
        if (found) {
            at++;
        }
        return found;
    }

    void expect(char mark, String where) {
        if (!accept(mark)) {
            throw expected("'" + mark + "' " + where);
        }
    }

    Token expect(Kind kind, String what) {
        if (!peek().is(kind)) {
            throw expected(what);
        }
        return next();
    }

    /** An unsigned decimal number up to a limit. */
    long number(String what, long limit) {
        Token token = peek();
        if (!token.is(Kind.INTEGER)) {
            throw expected(what);
        }
        if (token.text().length() > 18) {
            throw error(token, what + " is too large");
        }
        long value = Long.parseLong(token.text());
        if (value < 0 || value > limit) {
            throw error(token, "expected " + what + " from 0 to " + limit + ", found " + value);
        }
        at++;
        return value;
    }

    /** A 32-bit number such as a sequence number. */
    long number32(String what) {
        return number(what, 0xFFFF_FFFFL);
    }

    /** A time in seconds, as nanoseconds. */
    long time() {
        Token token = peek();
        if (!token.is(Kind.FLOAT) && !token.is(Kind.INTEGER)) {
            throw expected("a time in seconds");
        }
        try {
            long ns =
                    new BigDecimal(token.text()).movePointRight(NANOSECOND_DIGITS).longValueExact();
            if (ns < 0) {
                throw error(token, "a time can't be negative");
            }
            at++;
            return ns;
        } catch (ArithmeticException e) {
            throw error(token, "expected a time of whole nanoseconds below 292 years");
        }
    }

    ScriptSyntaxException expected(String what) {
        return error(peek(), "expected " + what + ", found " + peek().describe());
    }

    ScriptSyntaxException error(Token token, String problem) {
        return source.error(token.start(), problem);
    }

    int line(Token token) {
        return source.lineAt(token.start());
    }

    /** The line of the last character that was read. */
    int lastLine() {
        return source.lineAt(Math.max(0, tokens.get(Math.max(0, at - 1)).end() - 1));
    }

    /** What is written between the beginning of a token and the end of the last one read. */
    String writtenSince(Token first) {
        return source.text().substring(first.start(), tokens.get(at - 1).end());
    }
}
