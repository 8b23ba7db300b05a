package io.finwait.sim.script;

import io.finwait.sim.script.Event.Action;
import io.finwait.sim.script.Event.Code;
import io.finwait.sim.script.Event.Command;
import io.finwait.sim.script.Event.InState;
import io.finwait.sim.script.Event.Silence;
import io.finwait.sim.script.Token.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a whole script: options, the first and last command, and events with their times. */
final class Parser {

    /** The states as RFC 9293 §3.3.2 writes them. */
    private static final List<String> STATES =
            List.of(
                    "CLOSED",
                    "LISTEN",
                    "SYN-SENT",
                    "SYN-RECEIVED",
                    "ESTABLISHED",
                    "FIN-WAIT-1",
                    "FIN-WAIT-2",
                    "CLOSE-WAIT",
                    "CLOSING",
                    "LAST-ACK",
                    "TIME-WAIT");

    private final Source source;
    private final Lexer lexer;
    private final TokenStream tokens;
    private final PacketParser packets;
    private final CallParser calls;
    private long lastAbsoluteNs;

    Parser(Source source, Map<String, String> definitions) {
        this.source = source;
        this.lexer = new Lexer(source, definitions);
        this.tokens = new TokenStream(source, lexer.tokens());
        this.packets = new PacketParser(tokens);
        this.calls = new CallParser(tokens);
    }

    PacketScript script() {
        List<Option> options = new ArrayList<>();
        while (tokens.peek().is(Kind.OPTION)) {
            options.add(option());
        }
        String first = command();
        List<Event> events = new ArrayList<>();
        while (!tokens.peek().is(Kind.END) && !tokens.peek().is(Kind.COMMAND)) {
            events.add(event(events.isEmpty()));
        }
        if (events.isEmpty()) {
            throw tokens.expected("an event such as '+0 close(3) = 0'");
        }
        String last = command();
        if (!tokens.peek().is(Kind.END)) {
            throw tokens.expected("the end of the script behind its last command");
        }
        return new PacketScript(
                source, options, first, List.copyOf(events), last, lexer.everyBlockExcluded());
    }

    private Option option() {
        Token token = tokens.next();
        String[] parts = token.text().split("=", 2);
        return new Option(parts[0], parts.length > 1 ? parts[1] : "", tokens.line(token));
    }

    private String command() {
        return tokens.peek().is(Kind.COMMAND) ? tokens.next().text() : "";
    }

    private Event event(boolean isFirst) {
        Token begin = tokens.peek();
        When when = when();
        if (isFirst && (when.any() || when.fromNs() != 0 || when.isRange())) {
            throw tokens.error(begin, "the first event must be at time 0");
        }
        Action action = action();
        if ((when.any() || when.isRange()) && !action.isExpectation()) {
            throw tokens.error(
                    begin, "'*' and ranges are for expected packets only: expected one time");
        }
        return new Event(when, action, tokens.line(begin), tokens.lastLine());
    }

    private When when() {
        Token begin = tokens.peek();
        if (tokens.accept('*')) {
            return When.ANY;
        }
        if (!begin.is('+') && !begin.is(Kind.FLOAT) && !begin.is(Kind.INTEGER)) {
            throw tokens.expected("the time of an event, such as '+0', '1.5' or '*'");
        }
        boolean relative = tokens.accept('+');
        long from = tokens.time();
        long to = from;
        if (tokens.accept('~')) {
            if (tokens.accept('+') != relative) {
                throw tokens.error(
                        begin, "both ends of a range must be written with '+', or both without");
            }
            to = tokens.time();
            if (to < from) {
                throw tokens.error(begin, "this range ends before it begins");
            }
        }
        if (!relative) {
            if (from < lastAbsoluteNs) {
                throw tokens.error(begin, "this time is before that of an earlier event");
            }
            lastAbsoluteNs = from;
        }
        return new When(relative, false, from, to);
    }

    private Action action() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case COMMAND -> new Command(tokens.next().text());
            case CODE -> new Code(tokens.next().text());
            case ELLIPSIS -> calls.systemCall();
            case WORD -> {
                if (token.isWord("silence") && !tokens.peek(1).is('(')) {
                    tokens.next();
                    yield new Silence();
                }
                yield calls.systemCall();
            }
            case MARK -> {
                if (token.is('<') || token.is('>')) {
                    yield packets.packet();
                }
                if (tokens.accept('=')) {
                    yield inState();
                }
                throw notAnAction();
            }
            case INTEGER, HEX, FLOAT, STRING, OPTION, END -> throw notAnAction();
        };
    }

    private ScriptSyntaxException notAnAction() {
        return tokens.expected("a packet ('<' or '>'), a call, a command, a state or 'silence'");
    }

    /** The lexer cuts FIN-WAIT-1 to pieces: what touches belongs together. */
    private InState inState() {
        Token first = tokens.peek();
        Token part = tokens.next();
        while (part.touches(tokens.peek())) {
            part = tokens.next();
        }
        String state = tokens.writtenSince(first).replace('_', '-');
        if (!STATES.contains(state)) {
            throw tokens.error(
                    first,
                    "expected a state (%s), found %s"
                            .formatted(
                                    String.join(", ", STATES),
                                    first.is(Kind.END) ? first.describe() : "'" + state + "'"));
        }
        return new InState(state);
    }
}
