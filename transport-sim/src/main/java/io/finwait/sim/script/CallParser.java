package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.Expression.Anything;
import io.finwait.sim.script.Expression.Array;
import io.finwait.sim.script.Expression.Call;
import io.finwait.sim.script.Expression.Field;
import io.finwait.sim.script.Expression.Int;
import io.finwait.sim.script.Expression.Or;
import io.finwait.sim.script.Expression.Structure;
import io.finwait.sim.script.Expression.Symbol;
import io.finwait.sim.script.Expression.Text;
import io.finwait.sim.script.Token.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads system calls and their expressions. */
final class CallParser {

    private final TokenStream tokens;

    CallParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** {@code [ "..." t ] name(arguments) = result [ERRNO] [(note)]}. */
    SystemCall systemCall() {
        OptionalLong returnsAt = OptionalLong.empty();
        if (tokens.accept(Kind.ELLIPSIS)) {
            returnsAt = OptionalLong.of(tokens.time());
        }
        String name = tokens.expect(Kind.WORD, "the name of a system call").text();
        tokens.expect('(', "behind '" + name + "'");
        List<Expression> arguments = list(')', "the arguments of " + name);
        tokens.expect('=', "and the result of " + name);
        Expression result = result(name);
        String errno = "";
        if (tokens.peek().is(Kind.WORD)) {
            errno = tokens.next().text();
        }
        return new SystemCall(name, arguments, returnsAt, result, errno, note());
    }

    /** A result is no full expression: {@code = 2 (flags O_RDWR)} is a number and a note. */
    private Expression result(String call) {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case INTEGER, HEX -> number(tokens.next());
            case WORD -> new Symbol(tokens.next().text());
            case ELLIPSIS -> {
                tokens.next();
                yield new Anything();
            }
            case FLOAT, STRING, COMMAND, CODE, OPTION, MARK, END ->
                    throw tokens.expected("the result of " + call + ": a number");
        };
    }

    private String note() {
        if (!tokens.peek().is('(')) {
            return "";
        }
        Token open = tokens.next();
        while (!tokens.peek().is(')')) {
            if (tokens.peek().is(Kind.END)) {
                throw tokens.error(open, "this note has no end: expected ')'");
            }
            tokens.next();
        }
        tokens.next();
        String written = tokens.writtenSince(open);
        return written.substring(1, written.length() - 1);
    }

    /**
     * Expressions separated by commas. The opening delimiter has been read; the closing one is read
     * here.
     */
    private List<Expression> list(char close, String where) {
        List<Expression> elements = new ArrayList<>();
        if (tokens.accept(close)) {
            return elements;
        }
        do {
            elements.add(expression());
        } while (tokens.accept(','));
        if (!tokens.accept(close)) {
            throw tokens.expected("',' or '" + close + "' in " + where);
        }
        return List.copyOf(elements);
    }

    private Expression expression() {
        Expression left = operand();
        while (tokens.accept('|')) {
            left = new Or(left, operand());
        }
        return left;
    }

    private Expression operand() {
        Expression value = primary();
        return tokens.accept('=') ? new Field(value, expression()) : value;
    }

    private Expression primary() {
        return switch (tokens.peek().kind()) {
            case INTEGER, HEX -> number(tokens.next());
            case WORD -> nameOrCall();
            case STRING -> text();
            case ELLIPSIS -> {
                tokens.next();
                yield new Anything();
            }
            case MARK -> {
                if (tokens.accept('[')) {
                    yield new Array(list(']', "an array"));
                }
                if (tokens.accept('{')) {
                    yield new Structure(list('}', "a structure"));
                }
                throw tokens.expected("an expression");
            }
            case FLOAT, COMMAND, CODE, OPTION, END -> throw tokens.expected("an expression");
        };
    }

    private Expression nameOrCall() {
        String name = tokens.next().text();
        return tokens.accept('(')
                ? new Call(name, list(')', "the arguments of " + name))
                : new Symbol(name);
    }

    /** Strings that follow each other are one. */
    private Expression text() {
        StringBuilder value = new StringBuilder();
        while (tokens.peek().is(Kind.STRING)) {
            value.append(tokens.next().text());
        }
        return new Text(value.toString(), tokens.accept(Kind.ELLIPSIS));
    }

    private Int number(Token token) {
        boolean hex = token.is(Kind.HEX);
        try {
            long value =
                    hex
                            ? Long.parseUnsignedLong(token.text().substring(2), 16)
                            : Long.parseLong(token.text());
            return new Int(value, hex);
        } catch (NumberFormatException e) {
            throw tokens.error(token, "this number does not fit in 64 bits");
        }
    }
}
