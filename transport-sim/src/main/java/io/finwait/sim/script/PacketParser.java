package io.finwait.sim.script;

import io.finwait.sim.script.TcpPacket.Flags;
import io.finwait.sim.script.TcpPacket.Ports;
import io.finwait.sim.script.TcpPacket.Sequence;
import io.finwait.sim.script.Token.Kind;
import io.finwait.wire.TcpHeader;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads packets: IP information, segments, ICMP messages. */
final class PacketParser {

    private static final int MAX_WORD = 0xFFFF;
    private static final List<String> ECN = List.of("noecn", "ect0", "ect1", "ect01", "ce");

    private final TokenStream tokens;
    private final OptionParser options;

    PacketParser(TokenStream tokens) {
        this.tokens = tokens;
        this.options = new OptionParser(tokens);
    }

    /** A packet from its direction on. */
    Event.Action packet() {
        boolean outbound = tokens.next().is('>');
        IpInfo ip = ipInfo(outbound);
        if (tokens.acceptWord("icmp")) {
            return icmp(outbound, ip);
        }
        if (tokens.peek().isWord("udp")) {
            throw tokens.expected("a TCP segment or an ICMP message");
        }
        return segment(outbound, ip);
    }

    private IpInfo ipInfo(boolean outbound) {
        char close;
        if (tokens.accept('[')) {
            close = ']';
        } else if (tokens.accept('(')) {
            close = ')';
        } else {
            return IpInfo.NONE;
        }
        String ecn = "";
        int tos = -1;
        int ttl = -1;
        int label = -1;
        do {
            Token token = tokens.peek();
            if (ECN.contains(token.text())) {
                if (token.isWord("ect01") && !outbound) {
                    throw tokens.error(
                            token, "'ect01' stands for either of two: expected ect0 or ect1");
                }
                ecn = tokens.next().text();
            } else if (tokens.acceptWord("tos") || tokens.acceptWord("class")) {
                tos = hex("the type of service", 0xFF);
            } else if (tokens.acceptWord("ttl") || tokens.acceptWord("hlim")) {
                ttl = (int) tokens.number("the time to live", 0xFF);
            } else if (tokens.acceptWord("flowlabel")) {
                label = hex("the flow label", 0xFFFFF);
            } else {
                throw tokens.expected(
                        "noecn, ect0, ect1, ect01, ce, tos, class, ttl, hlim or flowlabel");
            }
        } while (tokens.accept(','));
        tokens.expect(close, "behind the IP information");
        return new IpInfo(ecn, tos, ttl, label);
    }

    private int hex(String what, int limit) {
        Token token = tokens.expect(Kind.HEX, what + " in hexadecimal");
        String digits = token.text().substring(2);
        if (digits.length() > 7 || Integer.parseInt(digits, 16) > limit) {
            throw tokens.error(token, what + " is larger than 0x" + Integer.toHexString(limit));
        }
        return Integer.parseInt(digits, 16);
    }

    private TcpPacket segment(boolean outbound, IpInfo ip) {
        Optional<Ports> ports = Optional.empty();
        if (tokens.peek().is(Kind.INTEGER) && tokens.peek(1).is('>')) {
            int source = (int) tokens.number("a source port", MAX_WORD);
            tokens.next();
            ports = Optional.of(new Ports(source, (int) tokens.number("a port", MAX_WORD)));
        }
        Flags flags = flags();
        Sequence sequence = sequence(outbound);
        OptionalLong ack =
                tokens.acceptWord("ack")
                        ? OptionalLong.of(tokens.number32("an acknowledgment number"))
                        : OptionalLong.empty();
        OptionalInt window = word("win", "a window");
        if (window.isEmpty() && !outbound) {
            throw tokens.expected("'win' and the window of an injected segment");
        }
        OptionalInt urgent = word("urg", "an urgent pointer");
        Optional<List<TcpOption>> list = options.options(outbound);
        if (tokens.accept('/')) {
            list = Optional.of(List.of(encapsulation()));
        }
        return new TcpPacket(outbound, ip, ports, flags, sequence, ack, window, urgent, list);
    }

    /** {@code /udp(9811 > 1)}, kept as an option that is not spoken: the script is skipped. */
    private TcpOption encapsulation() {
        if (!tokens.acceptWord("udp")) {
            throw tokens.expected("'udp' behind '/'");
        }
        tokens.expect('(', "behind 'udp'");
        long source = tokens.number("a port", MAX_WORD);
        tokens.expect('>', "between the ports");
        long destination = tokens.number("a port", MAX_WORD);
        tokens.expect(')', "behind the ports");
        return new TcpOption.Foreign("udp", source + " " + destination);
    }

    private OptionalInt word(String keyword, String what) {
        return tokens.acceptWord(keyword)
                ? OptionalInt.of((int) tokens.number(what, MAX_WORD))
                : OptionalInt.empty();
    }

    /**
     * Letters, a dot for ACK, a digit on either side of it for the ACE counter; or a lonely minus.
     */
    private Flags flags() {
        if (tokens.accept('-')) {
            return new Flags(0, -1);
        }
        int bits = 0;
        Token token = tokens.peek();
        boolean letters = token.is(Kind.WORD);
        int ace = -1;
        if (letters) {
            for (char letter : token.text().toCharArray()) {
                if (letter >= '0' && letter <= '7' && ace < 0) {
                    ace = letter - '0';
                } else {
                    bits |= flag(token, letter);
                }
            }
            tokens.next();
        }
        Token dot = tokens.peek();
        if (letters && !token.touches(dot)) {
            return new Flags(bits, ace);
        }
        if (tokens.accept('.')) {
            return new Flags(bits | TcpHeader.ACK, ace);
        }
        if (ace < 0 && dot.is(Kind.FLOAT) && dot.text().matches("\\.[0-7]")) {
            tokens.next();
            return new Flags(bits | TcpHeader.ACK, dot.text().charAt(1) - '0');
        }
        if (!letters) {
            throw tokens.expected("the control bits of a segment: S F R P U E W A, '.' or '-'");
        }
        return new Flags(bits, ace);
    }

    private int flag(Token token, char letter) {
        return switch (letter) {
            case 'S' -> TcpHeader.SYN;
            case 'F' -> TcpHeader.FIN;
            case 'R' -> TcpHeader.RST;
            case 'P' -> TcpHeader.PSH;
            case 'U' -> TcpHeader.URG;
            case 'E' -> TcpHeader.ECE;
            case 'W' -> TcpHeader.CWR;
            case 'A' -> Flags.AE;
            default ->
                    throw tokens.error(
                            token,
                            "expected the control bits S F R P U E W A, found '"
                                    + token.text()
                                    + "'");
        };
    }

    /** {@code start:end(length)[!]} or {@code ...(length)}. */
    private Sequence sequence(boolean mayBeAny) {
        if (tokens.peek().is(Kind.ELLIPSIS)) {
            if (!mayBeAny) {
                throw tokens.expected("sequence numbers ('...' is for expected segments only)");
            }
            tokens.next();
            return new Sequence(0, length(), false, true);
        }
        Token first = tokens.peek();
        long start = tokens.number32("a sequence number");
        tokens.expect(':', "behind the sequence number");
        long end = tokens.number32("the sequence number behind the text");
        int length = length();
        Sequence sequence = new Sequence(start, length, tokens.accept('!'), false);
        if (sequence.end() != end) {
            throw tokens.error(
                    first,
                    "%d and %d octets end at %d, not at %d"
                            .formatted(start, length, sequence.end(), end));
        }
        return sequence;
    }

    private int length() {
        tokens.expect('(', "and the octets of text");
        int length = (int) tokens.number("the octets of text", Integer.MAX_VALUE);
        tokens.expect(')', "behind the octets of text");
        return length;
    }

    private IcmpPacket icmp(boolean outbound, IpInfo ip) {
        String type = tokens.expect(Kind.WORD, "the type of the ICMP message").text();
        Token next = tokens.peek();
        String code = "";
        if (next.is(Kind.WORD) && !next.isWord("mtu") && !next.isWord("id")) {
            code = tokens.next().text();
        }
        OptionalLong mtu = number("mtu", "an MTU");
        OptionalLong id = number("id", "an identifier");
        Optional<Sequence> quoted = Optional.empty();
        if (tokens.accept('[')) {
            quoted = Optional.of(sequence(false));
            tokens.expect(']', "behind the quoted sequence numbers");
        }
        return new IcmpPacket(outbound, ip, type, code, mtu, id, quoted);
    }

    private OptionalLong number(String keyword, String what) {
        return tokens.acceptWord(keyword)
                ? OptionalLong.of(tokens.number32(what))
                : OptionalLong.empty();
    }
}
