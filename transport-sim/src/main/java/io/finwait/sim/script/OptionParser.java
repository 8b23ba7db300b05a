package io.finwait.sim.script;

import io.finwait.sim.script.TcpOption.Block;
import io.finwait.sim.script.TcpOption.End;
import io.finwait.sim.script.TcpOption.Foreign;
import io.finwait.sim.script.TcpOption.Mss;
import io.finwait.sim.script.TcpOption.Nop;
import io.finwait.sim.script.TcpOption.Sack;
import io.finwait.sim.script.TcpOption.SackPermitted;
import io.finwait.sim.script.TcpOption.Timestamps;
import io.finwait.sim.script.TcpOption.WindowScale;
import io.finwait.sim.script.Token.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the options of a segment. */
final class OptionParser {

    private final TokenStream tokens;

    OptionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** The options; empty for {@code <...>}, none written is the empty list. */
    Optional<List<TcpOption>> options(boolean outbound) {
        // "< mss" opens options; "<" at the end of a line could only be the next event's, but every
        // event begins with its time.
        if (!tokens.accept('<')) {
            return Optional.of(List.of());
        }
        if (tokens.peek().is(Kind.ELLIPSIS)) {
            if (!outbound) {
                throw tokens.expected("TCP options ('<...>' is for expected segments only)");
            }
            tokens.next();
            tokens.expect('>', "behind '<...'");
            return Optional.empty();
        }
        List<TcpOption> options = new ArrayList<>();
        do {
            options.add(option(outbound));
        } while (tokens.accept(','));
        if (!tokens.accept('>')) {
            throw tokens.expected("',' or '>' in the TCP options");
        }
        return Optional.of(List.copyOf(options));
    }

    private TcpOption option(boolean outbound) {
        Token token = tokens.expect(Kind.WORD, "a TCP option");
        return switch (token.text()) {
            case "nop" -> new Nop();
            case "eol" -> new End();
            case "mss" -> new Mss((int) tokens.number("a maximum segment size", 0xFFFF));
            case "wscale" -> new WindowScale((int) tokens.number("a window scale", 0xFF));
            case "sackOK" -> new SackPermitted();
            case "sack" -> sack();
            case "TS" -> timestamps(outbound);
            case "FO", "FOEXP", "md5", "ECN", "udp" -> foreign(token.text());
            default ->
                    throw tokens.error(
                            token,
                            "expected a TCP option (nop, eol, mss, wscale, sackOK, sack, TS, FO,"
                                    + " FOEXP, md5, ECN), found '"
                                    + token.text()
                                    + "'");
        };
    }

    private Sack sack() {
        List<Block> blocks = new ArrayList<>();
        do {
            long left = tokens.number32("the left edge of a SACK block");
            tokens.expect(':', "between the edges of a SACK block");
            blocks.add(new Block(left, tokens.number32("the right edge of a SACK block")));
        } while (tokens.peek().is(Kind.INTEGER));
        return new Sack(List.copyOf(blocks));
    }

    private Timestamps timestamps(boolean outbound) {
        if (!tokens.acceptWord("val")) {
            throw tokens.expected("'val' behind TS");
        }
        OptionalLong value = OptionalLong.empty();
        if (!tokens.peek().is(Kind.ELLIPSIS)) {
            value = OptionalLong.of(tokens.number32("a timestamp"));
        } else if (outbound) {
            tokens.next();
        } else {
            throw tokens.expected("the timestamp of an injected segment");
        }
        if (!tokens.acceptWord("ecr")) {
            throw tokens.expected("'ecr' behind the timestamp");
        }
        long echo = tokens.number32("an echoed timestamp");
        return new Timestamps(value, echo, tokens.accept('!'));
    }

    private Foreign foreign(String keyword) {
        StringBuilder content = new StringBuilder();
        while (!tokens.peek().is(',') && !tokens.peek().is('>')) {
            if (tokens.peek().is(Kind.END)) {
                throw tokens.expected("',' or '>' in the TCP options");
            }
            content.append(content.length() == 0 ? "" : " ").append(tokens.next().text());
        }
        return new Foreign(keyword, content.toString());
    }
}
