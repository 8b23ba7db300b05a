package io.finwait.sim.tcp.matrix;

import io.finwait.wire.Seq;
import io.finwait.wire.TcpHeader;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sequence numbers of a connection by the names that the tables use, and the notation of
 * segments over them: {@code F. nxt(5) ack rn+1 win 0} is FIN and ACK with five octets of text from
 * SND.NXT on.
 *
 * @param iss ISS, ours
 * @param una SND.UNA
 * @param nxt SND.NXT
 * @param irs IRS, the peer's initial number
 * @param rn RCV.NXT
 */
record Numbers(int iss, int una, int nxt, int irs, int rn) {

    private static final Pattern SEGMENT =
            Pattern.compile(
                    "(?<flags>[SFRPU.\\-]+) (?<seq>[a-z0-9+\\-]+)(\\((?<len>\\d+)\\))?"
                            + "( ack (?<ack>[a-z0-9+\\-]+))?( win (?<win>\\d+))?");

    private static final Pattern EXPRESSION =
            Pattern.compile("(?<name>[a-z]+)?(?<shift>[+\\-]?\\d+)?");

    /** The same with an ISS that was not known before. */
    Numbers withIss(int newIss) {
        return new Numbers(newIss, una, nxt, irs, rn);
    }

    /** Reads a segment in the notation of the tables. */
    Sent segment(String text, int window) {
        Matcher matcher = SEGMENT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no segment");
        }
        String length = matcher.group("len");
        String ack = matcher.group("ack");
        String win = matcher.group("win");
        return new Sent(
                flags(matcher.group("flags")),
                number(matcher.group("seq")),
                length == null ? 0 : Integer.parseInt(length),
                ack == null ? 0 : number(ack),
                win == null ? window : Integer.parseInt(win));
    }

    private static int flags(String letters) {
        int flags = 0;
        for (int i = 0; i < letters.length(); i++) {
            flags |=
                    switch (letters.charAt(i)) {
                        case 'S' -> TcpHeader.SYN;
                        case 'F' -> TcpHeader.FIN;
                        case 'R' -> TcpHeader.RST;
                        case 'P' -> TcpHeader.PSH;
                        case 'U' -> TcpHeader.URG;
                        case '.' -> TcpHeader.ACK;
                        default -> 0;
                    };
        }
        return flags;
    }

    /** The value of an expression such as {@code rn+1}. */
    int number(String expression) {
        Matcher matcher = EXPRESSION.matcher(expression);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + expression + "' is no number");
        }
        String name = matcher.group("name");
        String shift = matcher.group("shift");
        return (name == null ? 0 : value(name)) + (shift == null ? 0 : Integer.parseInt(shift));
    }

    private int value(String name) {
        return switch (name) {
            case "iss" -> iss;
            case "una" -> una;
            case "nxt" -> nxt;
            case "irs" -> irs;
            case "rn" -> rn;
            default -> throw new IllegalArgumentException("'" + name + "' is no number's name");
        };
    }

    /** Writes segments in the notation of the tables, for failures. */
    String describe(List<Sent> segments) {
        if (segments.isEmpty()) {
            return "silence";
        }
        StringBuilder text = new StringBuilder();
        for (Sent each : segments) {
            text.append(text.isEmpty() ? "" : "; ").append(describe(each));
        }
        return text.toString();
    }

    private String describe(Sent segment) {
        StringBuilder text = new StringBuilder();
        String[] letters = {"S", "F", "R", "U", "."};
        int[] bits = {TcpHeader.SYN, TcpHeader.FIN, TcpHeader.RST, TcpHeader.URG, TcpHeader.ACK};
        for (int i = 0; i < bits.length; i++) {
            text.append(segment.has(bits[i]) ? letters[i] : "");
        }
        text.append(' ').append(relative(segment.seq(), "nxt", nxt));
        if (segment.text() > 0) {
            text.append('(').append(segment.text()).append(')');
        }
        if (segment.has(TcpHeader.ACK)) {
            text.append(" ack ").append(relative(segment.ack(), "rn", rn));
        }
        return text.append(" win ").append(segment.window()).toString();
    }

    private static String relative(int value, String name, int base) {
        int distance = Seq.distance(base, value);
        if (Math.abs((long) distance) > 100_000) {
            return Integer.toUnsignedString(value);
        }
        return distance == 0 ? name : name + String.format(Locale.ROOT, "%+d", distance);
    }
}
